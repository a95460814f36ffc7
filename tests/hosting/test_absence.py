"""Lost listeners are told once, when it is sure, and once more when they are back."""

import errno
import socket
from collections.abc import Iterator

import pytest

from jackrf.audience.listener import Listener
from jackrf.audience.row import new_row
from jackrf.destinations import Destination
from jackrf.hosting.absence import Absence


@pytest.fixture
def listeners() -> Iterator[list[Listener]]:
    """Two listeners, whose packets have come through."""
    found = []
    for port in (5004, 5006):
        sender = socket.socket(type=socket.SOCK_DGRAM)
        row = new_row(0, sender.fileno(), 0)
        row["sent"] = 1
        destination = Destination(f"udp://127.0.0.1:{port}", "127.0.0.1", port)
        found.append(Listener(0, destination.url, sender, row, destination=destination))
    yield found
    for one in found:
        one.close()


def fail(listener: Listener, code: int) -> None:
    """Let the latest packet have been dropped for a reason, or, for 0, sent."""
    listener.row["last_failed"] = int(code > 0)
    listener.row["last_error"] = code


def test_one_look_is_no_news(listeners: list[Listener]) -> None:
    """Two in a row are; what was told is not told again."""
    absence = Absence()
    assert absence.look(listeners) is None
    fail(listeners[0], errno.ECONNREFUSED)
    assert absence.look(listeners) is None
    told = "1 of 2 listeners is lost: udp://127.0.0.1:5004 (refused)"
    assert absence.look(listeners) == told
    assert absence.look(listeners) is None
    fail(listeners[1], errno.ENETUNREACH)
    assert absence.look(listeners) is None
    told = "2 of 2 listeners are lost: udp://127.0.0.1:5004 (refused), "
    assert absence.look(listeners) == told + "udp://127.0.0.1:5006 (unreachable)"


def test_who_is_back_is_told_of(listeners: list[Listener]) -> None:
    """Once all are."""
    absence = Absence()
    fail(listeners[0], errno.ECONNREFUSED)
    assert [absence.look(listeners) is None for _ in range(3)] == [True, False, True]
    fail(listeners[0], 0)
    assert absence.look(listeners) is None
    assert absence.look(listeners) == "all listeners are there again"
    assert absence.look(listeners) is None


def test_who_comes_and_goes_is_not_told_of(listeners: list[Listener]) -> None:
    """A listener that is there at every other look is no news."""
    absence = Absence()
    for _ in range(3):
        fail(listeners[0], errno.ECONNREFUSED)
        assert absence.look(listeners) is None
        fail(listeners[0], 0)
        assert absence.look(listeners) is None


def test_a_full_buffer_is_no_loss(listeners: list[Listener]) -> None:
    """The link stumbles, and somebody is there."""
    absence = Absence()
    fail(listeners[0], errno.EAGAIN)
    assert absence.look(listeners) is None
    assert absence.look(listeners) is None
