"""Announcements by SAP, heard in both groups on loopback."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import pytest

from jackrf.announcing import announcer as module
from jackrf.announcing.announcer import Announcer
from jackrf.announcing.sap import GROUPS, PORT
from jackrf.rtp.sdp import parse
from jackrf.testing import DummyJack
from tests.announcing.stage import GROUP, stage

pytestmark = pytest.mark.system


@contextlib.contextmanager
def hearing(group: str) -> Iterator[socket.socket]:
    """A socket in a group, on loopback."""
    with socket.socket(type=socket.SOCK_DGRAM) as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        plain.bind((group, PORT))
        member = socket.inet_aton(group) + socket.inet_aton("127.0.0.1")
        plain.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        plain.settimeout(5.0)
        yield plain


def told(plain: socket.socket) -> tuple[int, int, str]:
    """Kind, hash and text of the next announcement of the stage."""
    while True:
        packet = plain.recv(4096)
        text = packet[24:].decode()
        if "Evening" in text:
            return packet[0], int.from_bytes(packet[2:4]), text


@pytest.mark.parametrize("group", GROUPS)
def test_a_mix_is_announced_and_taken_back(dummy_jack: DummyJack, group: str) -> None:
    """Again and again with the same hash; with another one when its description has changed."""

    async def work() -> None:
        with stage(dummy_jack) as desk, hearing(group) as plain:
            announcer = Announcer(desk, ["drums"])
            announcer.start()
            first = [told(plain) for _ in range(2)]
            assert [kind for kind, _, _ in first] == [0x20, 0x20]
            assert {parse(text).port for _, _, text in first} == {50300, 50302}
            announcer.tell()
            assert [told(plain) for _ in range(2)] == first
            assert announcer.announced == ["drums"]
            desk.name = "Evening, late"
            announcer.tell()
            changed = [told(plain) for _ in range(4)]
            assert [kind for kind, _, _ in changed] == [0x24, 0x20, 0x24, 0x20]
            assert changed[0][1:] == first[0][1:]
            assert changed[1][1] != first[0][1]
            assert " 2 IN IP4 127.0.0.1" in changed[1][2]
            announcer.close()
            announcer.close()
            assert {told(plain)[0] for _ in range(2)} == {0x24}

    asyncio.run(work())


def test_it_is_told_where_the_stream_goes(dummy_jack: DummyJack) -> None:
    """By the interface that the destination names."""

    async def work() -> None:
        with stage(dummy_jack) as desk, hearing(GROUPS[1]) as plain:
            announcer = Announcer(desk, ["choir"])
            announcer.start()
            kind, _, text = told(plain)
            assert kind == 0x20
            assert f"c=IN IP4 {GROUP}/1\r\n" in text
            announcer.close()

    asyncio.run(work())


def test_it_repeats_by_itself(dummy_jack: DummyJack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it is closed."""
    monkeypatch.setattr(module, "REPEAT_SECONDS", 0.05)

    async def work() -> None:
        with stage(dummy_jack) as desk, hearing(GROUPS[0]) as plain:
            announcer = Announcer(desk, ["drums"])
            announcer.start()
            # The loop turns meanwhile.
            heard = [await asyncio.to_thread(told, plain) for _ in range(6)]
            assert [kind for kind, _, _ in heard] == [0x20] * 6
            announcer.close()

    asyncio.run(work())


def test_without_jack_or_a_mix_nothing_is_announced() -> None:
    """And no timer runs for no mix."""

    async def work() -> None:
        with stage(None) as desk:
            for mixes in ([], ["drums"]):
                announcer = Announcer(desk, mixes)
                announcer.start()
                assert announcer.announced == []
                assert announcer._reminder.is_set == bool(mixes)
                announcer.close()

    asyncio.run(work())
