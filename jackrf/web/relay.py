"""The relay: the process between the audio thread and browsers, started by `jackrf.web.service`.

Its standard input says what there is: a `Plan`, then news of JACK's clock; when that ends, it ends.
Its standard output tells, once a second and whenever another mix is wanted, a line of JSON.
"""

import asyncio
import gc
import json
import logging
import signal
import sys
import time
from collections import Counter
from typing import Any, Final

from jackrf.control import socket_path
from jackrf.descriptors import allow
from jackrf.web import assets
from jackrf.web.feed import Feed
from jackrf.web.plan import Clock, Plan, read_news
from jackrf.web.server import Server

REPORT_SECONDS: Final = 1.0
LONGEST_LINE: Final = 1 << 20
MOST_SOCKETS: Final = 8192


class Relay:
    """One relay.

    Args:
        plan: what there is.
    """

    def __init__(self, plan: Plan) -> None:
        self.feeds = {mix.id: Feed(mix, plan.clock, self._tell) for mix in plan.mixes}
        control = str(socket_path(plan.client))
        self.server = Server(plan, self.feeds, assets.load(), control)
        self._looked = time.monotonic(), time.process_time()

    async def start(self) -> None:
        """Serve; call :meth:`close` afterwards.

        Raises:
            OSError: a certificate cannot be read.
        """
        await self.server.start()
        for feed in self.feeds.values():
            feed.start()

    async def close(self) -> None:
        """End everything."""
        await self.server.close()
        for feed in self.feeds.values():
            feed.close()

    def hear(self, said: Clock | list[str]) -> None:
        """Take in that JACK runs otherwise now, or that some hosts belong to another relay."""
        if isinstance(said, list):
            self.server.send_elsewhere(said)
            return
        for feed in self.feeds.values():
            feed.clock = said
        self.server.renew()

    def report(self) -> dict[str, Any]:
        """Return what the main process wants to know: of its load since the last time, too."""
        (then, used), self._looked = self._looked, (time.monotonic(), time.process_time())
        load = (self._looked[1] - used) / max(self._looked[0] - then, 0.001)
        doors = 0 if self.server.doors is None else self.server.doors.refused
        listeners = self.server.listeners()
        return {
            "wanted": self._wanted(),
            "listeners": listeners,
            "here": Counter(one["host"] for one in listeners),
            "hosts": sorted(self.server.hosts),
            "load": round(load, 3),
            "surfaces": self.server.surfaces,
            "refused": dict(self.server.gate.refused) | {"connections": doors},
            "webtransport": self.server.datagrams is not None,
            "old": sum(feed.old for feed in self.feeds.values()),
        }

    def _tell(self) -> None:
        tell({"wanted": self._wanted()})

    def _wanted(self) -> list[str]:
        return [name for name, feed in self.feeds.items() if feed.listeners]


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
        tell({"error": f"the web page cannot be served ({error.strerror}): {plan.certificate}"})
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


def main() -> None:
    """Be the relay."""
    # Ctrl-C in a terminal is for the main process, which closes our standard input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="jackrf web: %(message)s")
    allow(MOST_SOCKETS)
    sys.exit(asyncio.run(run()))


if __name__ == "__main__":
    main()
