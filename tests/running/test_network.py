"""The kernel's news of a network that changes, on a real cable."""

import asyncio
import errno
import socket
from typing import Any, cast

import pytest

from jackrf.desk import Desk
from jackrf.running.network import SETTLE_SECONDS, Network
from tests.system.links import Link
from tests.waiting import until

pytestmark = pytest.mark.system


class Mended:
    """In place of a desk: counts how often its audience is mended."""

    def __init__(self) -> None:
        self.audience = self
        self.times = 0

    def mend(self) -> None:
        """Count."""
        self.times += 1


def test_a_cable_that_comes_and_goes_is_heard_of() -> None:
    """Soon, and once for all that comes together; without news nothing is done."""

    async def lay_one() -> None:
        desk = Mended()
        network = Network(cast(Desk, desk))
        network.start()
        try:
            await asyncio.sleep(3 * SETTLE_SECONDS)
            before = desk.times
            with Link(77):
                for _ in range(100):
                    await asyncio.sleep(0.02)
                    if desk.times > before:
                        break
                assert before < desk.times < before + 5
        finally:
            network.close()
            network.close()

    asyncio.run(lay_one())


def test_where_news_are_not_allowed_it_looks_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a service that may not open such a socket (RestrictAddressFamilies=)."""
    real = socket.socket

    def refused(family: int = -1, *rest: Any) -> socket.socket:
        if family == socket.AF_NETLINK:
            raise OSError(errno.EAFNOSUPPORT, "not allowed")
        return real(family, *rest)

    async def begin() -> None:
        with monkeypatch.context() as patch:
            patch.setattr("jackrf.running.network.socket.socket", refused)
            patch.setattr("jackrf.running.network.LOOK_SECONDS", 0.05)
            desk = Mended()
            network = Network(cast(Desk, desk))
            network.start()
            await until(lambda: desk.times > 3)
            network.close()
            ended = desk.times
            await asyncio.sleep(0.2)
            assert desk.times == ended

    asyncio.run(begin())
