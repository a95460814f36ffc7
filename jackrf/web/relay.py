"""The relay: the process between the audio thread and browsers, started by `jackrf.web.service`.

Its standard input says what there is: a `Plan`, then news of JACK's clock; when that ends, it ends.
Its standard output tells, once a second and whenever another mix is wanted, a line of JSON.
"""

import asyncio
import gc
import json
import logging
import resource
import signal
import sys
from typing import Any, Final

from jackrf.control import socket_path
from jackrf.web import assets
from jackrf.web.feed import Feed
from jackrf.web.plan import Clock, Plan, read_news
from jackrf.web.server import Server

REPORT_SECONDS: Final = 1.0
LONGEST_LINE: Final = 1 << 20


class Relay:
    """One relay.

    Args:
        plan: what there is.
    """

    def __init__(self, plan: Plan) -> None:
        self.feeds = {mix.id: Feed(mix, plan.clock, self._tell) for mix in plan.mixes}
        control = str(socket_path(plan.client))
        self.server = Server(plan, self.feeds, assets.load(), control)

    async def start(self) -> None:
        """Serve; call :meth:`close` afterwards.

        Raises:
            OSError: a port is taken, or this machine has no such address.
        """
        await self.server.start()
        for feed in self.feeds.values():
            feed.start()

    async def close(self) -> None:
        """End everything."""
        await self.server.close()
        for feed in self.feeds.values():
            feed.close()

    def hear(self, clock: Clock) -> None:
        """Take in that JACK runs otherwise now."""
        for feed in self.feeds.values():
            feed.clock = clock
        self.server.renew()

    def report(self) -> dict[str, Any]:
        """Return what the main process wants to know."""
        doors = 0 if self.server.doors is None else self.server.doors.refused
        return {
            "wanted": [name for name, feed in self.feeds.items() if feed.listeners],
            "listeners": self.server.listeners(),
            "surfaces": self.server.surfaces,
            "refused": dict(self.server.gate.refused) | {"connections": doors},
            "webtransport": self.server.datagrams is not None,
            "old": sum(feed.old for feed in self.feeds.values()),
        }

    def _tell(self) -> None:
        tell(self.report())


def tell(what: dict[str, Any]) -> None:
    """Write a line to the main process."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def run() -> int:
    """Serve until standard input ends; return the exit code."""
    loop = asyncio.get_running_loop()
    said = asyncio.StreamReader(limit=LONGEST_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(said), sys.stdin)
    plan = Plan.read(await said.readline())
    relay = Relay(plan)
    try:
        await relay.start()
    except OSError as error:
        tell({"error": _explained(plan, error)})
        return 1
    tell({"ready": True})
    ticking = asyncio.create_task(_tick(relay))
    # What was made so far stays: it need not be searched for garbage while sound goes through.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    while line := await said.readline():
        relay.hear(read_news(line))
    ticking.cancel()
    await relay.close()
    return 0


async def _tick(relay: Relay) -> None:
    while True:
        tell(relay.report())
        await asyncio.sleep(REPORT_SECONDS)


def _explained(plan: Plan, error: OSError) -> str:
    ports = f"{plan.port}" + (f" and {plan.https_port}" if plan.certificate else "")
    return (
        f"the web page cannot be served on {plan.listen} ports {ports} ({error.strerror}): stop "
        "what listens there, or give this session another port or https_port under [web]"
    )


def main() -> None:
    """Be the relay."""
    # Ctrl-C in a terminal is for the main process, which closes our standard input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="jackrf web: %(message)s")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192), most))
    sys.exit(asyncio.run(run()))


if __name__ == "__main__":
    main()
