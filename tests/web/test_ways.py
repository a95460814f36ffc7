"""What a way by TCP shows of the link, and how its socket is set."""

import socket

import pytest

from jackrf.web.ways import DEAD_MS, EXPEDITED, Delivered, expedite
from tests.waiting import until
from tests.web.test_listener import PACKET, Page, run


def test_the_socket_sends_at_once_and_gives_up_on_the_dead() -> None:
    """As its options say."""

    async def talk(page: Page) -> None:
        way = page.way
        assert way.plain.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert way.plain.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == DEAD_MS
        assert way.plain.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) == EXPEDITED

    run(talk)


def test_what_is_sent_and_not_acknowledged_is_under_way() -> None:
    """Until the far end's kernel has it; and the message is what the page reads."""

    async def talk(page: Page) -> None:
        way, far = page.way, page.far
        assert way.under_way() == 0
        assert way.send(PACKET) == 0
        assert way.size(PACKET) == len(PACKET.message)
        assert far.recv(4096) == PACKET.message
        assert not way.is_waiting()
        assert not way.is_closed()
        assert way.look(0.0).round_trip_ms < 1000.0
        way.transport.close()
        assert way.is_closed()

    run(talk)


def test_a_links_rate_is_the_best_of_the_last_second() -> None:
    """A pause says nothing against a link; nothing at all for a second says nothing of it."""
    link = Delivered()
    assert link.per_ms(1.0, 5_000) == float("inf")
    assert link.per_ms(1.1, 25_000) == pytest.approx(200.0)
    assert link.per_ms(1.2, 35_000) == pytest.approx(200.0)
    for number in range(9):
        best = 200.0 if number < 8 else 100.0
        assert link.per_ms(1.3 + number / 10, 35_000) == pytest.approx(best)
    assert link.per_ms(2.2, 35_000) == float("inf")


def test_what_is_acknowledged_makes_the_rate() -> None:
    """By the kernel's account, whatever the link took before."""

    async def talk(page: Page) -> None:
        way, far = page.way, page.far
        way.look(0.0)
        for _ in range(50):
            way.send(PACKET)
            assert far.recv(4096) == PACKET.message
        await until(lambda: way.under_way() == 0)
        assert way.look(0.1).delivered_per_ms == pytest.approx(len(PACKET.message) / 2)

    run(talk)


@pytest.mark.parametrize(
    ("family", "level", "option"),
    [
        (socket.AF_INET, socket.IPPROTO_IP, socket.IP_TOS),
        (socket.AF_INET6, socket.IPPROTO_IPV6, socket.IPV6_TCLASS),
    ],
)
def test_sound_goes_first(family: int, level: int, option: int) -> None:
    """Over either kind of address."""
    with socket.socket(family, socket.SOCK_DGRAM) as plain:
        expedite(plain)
        assert plain.getsockopt(level, option) == EXPEDITED
