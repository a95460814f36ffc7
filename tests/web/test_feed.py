"""From the audio thread's socket to all who hear a mix, and what is old is thrown away."""

import asyncio
import socket
import time
from functools import partial
from typing import Any

import pytest

from jackrf.web import feed as module
from jackrf.web.feed import OLD_NS, Feed
from jackrf.web.listener import Listener
from jackrf.web.packets import Packet
from jackrf.web.plan import Clock, MixPlan
from tests.quiet import best_of
from tests.waiting import until
from tests.web.test_packets import rtp


class Ears:
    """Stands where a listener does and keeps what it is offered."""

    def __init__(self) -> None:
        self.clock = Clock(48000, 128)
        self.heard: list[Packet] = []

    def offer(self, packet: Packet, now: float) -> None:
        """Keep it."""
        assert packet.frames == 128
        assert now > 0.0
        self.heard.append(packet)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is old is ten times as old here: a machine that is busy makes nothing old by itself."""
    monkeypatch.setattr(module, "OLD_NS", 10 * OLD_NS)


def run(talk: Any) -> None:
    """Have a feed and the audio thread's end of its socket."""

    async def whole() -> None:
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        wanted: list[bool] = []
        plan = MixPlan("drums", "Dave", 2, far.detach())
        feed = Feed(plan, Clock(48000, 128), lambda: wanted.append(bool(feed.listeners)))
        feed.start()
        try:
            await talk(feed, near, wanted)
        finally:
            feed.close()
            near.close()

    asyncio.run(whole())


def join(feed: Feed) -> Any:
    """A listener, as far as a feed knows."""
    ears: Any = Ears()
    feed.join(ears)
    return ears


def test_all_who_hear_a_mix_get_the_same_bytes() -> None:
    """The packet is made once."""

    async def talk(feed: Feed, near: socket.socket, wanted: list[bool]) -> None:
        first, second = join(feed), join(feed)
        near.send(rtp(0))
        await until(lambda: first.heard)
        assert len(first.heard) == 1
        assert first.heard[0] is second.heard[0]
        feed.leave(first)
        feed.leave(second)
        assert wanted == [True, False]

    run(talk)


def test_what_waited_is_thrown_away() -> None:
    """The relay was busy for three times as long as is allowed: the past is not played."""

    async def talk(feed: Feed, near: socket.socket, _: list[bool]) -> None:
        ears = join(feed)
        near.send(rtp(0))
        await until(lambda: ears.heard)
        for number in range(1, 4):
            near.send(rtp(128 * number))
        time.sleep(30 * OLD_NS / 1e9)  # noqa: ASYNC251 - this is the loop that is busy
        near.send(rtp(48 * 80))
        await until(lambda: len(ears.heard) == 2)
        assert feed.old == 3

    run(talk)


def test_a_packet_says_when_it_was_sent_not_when_it_was_read() -> None:
    """By the kernel's account: also where the sound of JACK is slow, as on a busy machine."""

    def measure() -> tuple[int, int]:
        """How many packets were thrown away as old, and how wrong the worst was, in ns."""
        found = []

        async def talk(feed: Feed, near: socket.socket, _: list[bool]) -> None:
            ears, wrong = join(feed), 0

            def came(many: int) -> bool:
                return len(ears.heard) + feed.old == many

            for number in range(6):
                before = time.monotonic_ns()
                near.send(rtp(128 * number))
                after = time.monotonic_ns()
                time.sleep(0.008)  # noqa: ASYNC251 - three times as long as the sound lasts
                await until(partial(came, number + 1))
                if not feed.old:
                    made = ears.heard[-1].made
                    wrong = max(wrong, before - made, made - after)
            found.append((feed.old, wrong))

        run(talk)
        return found[0]

    best_of(measure, lambda found: found[0] == 0 and found[1] <= 50_000)


def test_a_clock_that_is_set_makes_nothing_older_than_new(monkeypatch: Any) -> None:
    """It has gone back by an hour: what waits counts as new."""

    async def talk(feed: Feed, near: socket.socket, _: list[bool]) -> None:
        ears = join(feed)
        near.send(rtp(0))
        then = time.time_ns() - 3600 * 10**9
        monkeypatch.setattr(time, "time_ns", lambda: then)
        await until(lambda: ears.heard)
        assert abs(time.monotonic_ns() - ears.heard[0].made) < 10**9

    run(talk)


def test_what_is_no_packet_is_counted() -> None:
    """And goes to nobody."""

    async def talk(feed: Feed, near: socket.socket, _: list[bool]) -> None:
        ears = join(feed)
        near.send(b"hello")
        await asyncio.sleep(0.02)
        assert (feed.broken, ears.heard) == (1, [])

    run(talk)


def test_another_clock_reaches_all_who_hear() -> None:
    """Their budgets are counted in its time."""

    async def talk(feed: Feed, _: socket.socket, __: list[bool]) -> None:
        ears = join(feed)
        feed.clock = Clock(44100, 256)
        assert feed.clock == ears.clock == Clock(44100, 256)

    run(talk)


@pytest.mark.parametrize("name", ["offer", "clock"])
def test_the_stand_in_has_what_a_listener_has(name: str) -> None:
    """So that these tests say something about listeners."""
    assert hasattr(Listener, name) or name in Listener.__annotations__
