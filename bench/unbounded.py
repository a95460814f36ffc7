"""jackrf, but for the rule by which its page drops what a link does not take: all is sent.

    python -m bench.unbounded run SESSION ...

What every server does that writes whatever it has; beside it stands what the rule is for
(`bench.web_link`).
"""

import asyncio
import runpy
import sys
from collections.abc import Callable
from typing import Any

RELAY = "jackrf.web.relay"
OURS = "bench.unbounded"


def _relay() -> None:
    """Be the relay, without the rule."""
    from jackrf.web import relay
    from jackrf.web.datagrams import DatagramWay
    from jackrf.web.listener import Listener
    from jackrf.web.packets import Packet

    def offer(self: Listener, packet: Packet, now: float) -> None:  # noqa: ARG001
        way: Any = self.way
        if way.is_closed():
            return
        self.sent += 1
        if isinstance(way, DatagramWay):
            for data in packet.datagrams:
                way._http.send_datagram(way._session, data)  # noqa: SLF001
            way._protocol.transmit()  # noqa: SLF001
        else:
            way.send(packet)

    Listener.offer = offer  # type: ignore[method-assign]
    relay.main()


def _run() -> None:
    """Be jackrf, with this relay in place of its own."""
    start: Callable[..., Any] = asyncio.create_subprocess_exec

    async def ours(*command: str, **rest: Any) -> Any:
        return await start(*(OURS if word == RELAY else word for word in command), **rest)

    asyncio.create_subprocess_exec = ours  # type: ignore[assignment]
    runpy.run_module("jackrf", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _run() if len(sys.argv) > 1 else _relay()
