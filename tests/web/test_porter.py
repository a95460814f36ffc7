"""Connections are handed on unread; what is too much of them is closed or waits."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import pytest

from jackrf.web import porter as portering
from jackrf.web.doors import bound
from jackrf.web.porter import HOST_BURST, PLAIN, SECURE, Porter, receive
from tests.waiting import until

Choose = Callable[[str], socket.socket | None]


class Lodge:
    """A porter, and the relays' ends of what he hands on by.

    Attributes:
        ports: by kind.
        ends: of two relays.
        chosen: index into `ends`, by host; hosts that are not in it have none.
    """

    def __init__(self) -> None:
        self.chosen: dict[str, int] = {"127.0.0.1": 0}
        self.pairs = [socket.socketpair() for _ in range(2)]
        doors = {kind: bound("127.0.0.1", 0) for kind in (PLAIN, SECURE)}
        self.ports = {kind: door.getsockname()[1] for kind, door in doors.items()}
        self.porter = Porter(doors, self._choose)
        for ours, theirs in self.pairs:
            ours.setblocking(False)
            theirs.setblocking(False)

    def _choose(self, host: str) -> socket.socket | None:
        number = self.chosen.get(host)
        return None if number is None else self.pairs[number][0]

    def come(self, kind: bytes = PLAIN, host: str = "127.0.0.1") -> socket.socket:
        """Connect."""
        made = socket.socket()
        made.bind((host, 0))
        made.connect(("127.0.0.1", self.ports[kind]))
        return made

    async def received(self, number: int = 0) -> tuple[bytes, socket.socket]:
        """Return what a relay is handed next."""
        for _ in range(500):
            try:
                found = receive(self.pairs[number][1])
            except BlockingIOError:
                await asyncio.sleep(0.01)
            else:
                assert found is not None
                return found
        raise AssertionError("nothing was handed on")


def run(talk: Callable[[Lodge, ExitStack], Awaitable[None]]) -> None:
    """Have a porter, and a conversation."""

    async def whole() -> None:
        lodge = Lodge()
        with ExitStack() as stack:
            for one in (end for pair in lodge.pairs for end in pair):
                stack.callback(one.close)
            stack.callback(lodge.porter.close)
            lodge.porter.open()
            await talk(lodge, stack)

    asyncio.run(whole())


def test_each_connection_is_handed_to_its_hosts_relay_with_its_kind() -> None:
    """And what it says is read there alone."""

    async def talk(lodge: Lodge, stack: ExitStack) -> None:
        lodge.chosen["127.0.0.2"] = 1
        for kind, host, number in (
            (PLAIN, "127.0.0.1", 0),
            (SECURE, "127.0.0.2", 1),
            (SECURE, "127.0.0.1", 0),
        ):
            come = stack.enter_context(lodge.come(kind, host))
            come.sendall(b"hello")
            told, theirs = await lodge.received(number)
            with theirs:
                assert told == kind
                assert theirs.getpeername()[0] == host
                await asyncio.sleep(0.05)
                assert theirs.recv(16) == b"hello"

    run(talk)


def test_who_comes_while_no_relay_is_there_waits() -> None:
    """And is not refused."""

    async def talk(lodge: Lodge, stack: ExitStack) -> None:
        lodge.porter.shut()
        come = stack.enter_context(lodge.come())
        come.sendall(b"hello")
        await asyncio.sleep(0.1)
        with pytest.raises(BlockingIOError):
            receive(lodge.pairs[0][1])
        lodge.porter.open()
        _, theirs = await lodge.received()
        with theirs:
            assert theirs.recv(16) == b"hello"
        assert lodge.porter.refused == 0

    run(talk)


def test_a_host_that_comes_too_often_is_closed_and_no_other_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a relay's having to look at it."""
    # However long the machine takes for all of it.
    monkeypatch.setattr("jackrf.web.porter.HOST_PER_SECOND", 0.01)

    async def talk(lodge: Lodge, stack: ExitStack) -> None:
        lodge.chosen["127.0.0.2"] = 1
        for number in range(int(HOST_BURST) + 50):
            stack.enter_context(lodge.come())
            if number % 16 == 0:
                await asyncio.sleep(0.005)
        await until(lambda: lodge.porter.refused == 50)
        stack.enter_context(lodge.come(PLAIN, "127.0.0.2"))
        _, theirs = await lodge.received(1)
        theirs.close()

    run(talk)


def test_a_flood_waits_in_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """The main process takes so many in a second, and has something else to do."""
    monkeypatch.setattr(portering, "PER_SECOND", 20.0)

    async def talk(lodge: Lodge, stack: ExitStack) -> None:
        for _ in range(30):
            stack.enter_context(lodge.come())
        began, taken = asyncio.get_running_loop().time(), 0
        while taken < 30:
            _, theirs = await lodge.received()
            theirs.close()
            taken += 1
        # Twenty at once, and at the least half a second for ten more.
        assert asyncio.get_running_loop().time() - began > 0.4
        assert lodge.porter.refused == 0

    run(talk)


def test_a_relay_that_takes_nothing_or_has_gone_costs_its_own_connections() -> None:
    """The porter never waits for one."""

    async def talk(lodge: Lodge, stack: ExitStack) -> None:
        lodge.pairs[0][1].close()
        lodge.chosen["127.0.0.2"] = 1
        come = stack.enter_context(lodge.come())
        come.settimeout(5.0)
        assert await asyncio.to_thread(come.recv, 16) == b""
        assert lodge.porter.refused == 1
        stack.enter_context(lodge.come(PLAIN, "127.0.0.2"))
        _, theirs = await lodge.received(1)
        theirs.close()

    run(talk)


def test_a_relay_knows_when_there_will_be_no_more() -> None:
    """The main process has gone."""
    ours, theirs = socket.socketpair()
    with theirs:
        ours.close()
        assert receive(theirs) is None
