"""What JACK tells, as events: nothing of it waits for us, and what is missed is made up for."""

import fcntl
import os
import queue
import select
import struct
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import jack
import pytest

from jackrf.client import JackClient, PortName
from jackrf.errors import JackServerError
from jackrf.graph.notices import HEAD, KINDS, Event, Notices
from jackrf.realtime import notify
from jackrf.realtime.context import address
from jackrf.testing import DummyJack
from tests.realtime.test_notify import CALLS

pytestmark = pytest.mark.system

SMALLEST_PIPE = 4096


@pytest.fixture
def client(dummy_jack: DummyJack) -> Iterator[JackClient]:
    """A client that is not active: JACK tells it nothing by itself."""
    with closing(JackClient("jackrf-heard", dummy_jack.name)) as client:
        yield client


@pytest.fixture
def notices(client: JackClient) -> Iterator[Notices]:
    """A small pipe of that client, and what is told is told by calls of the test's own."""
    with closing(Notices(client._client, SMALLEST_PIPE)) as notices:
        yield notices


def taken_in(notices: Notices) -> list[Event]:
    """All that is there now."""
    found = []
    while not notices.empty():
        found.append(notices.get_nowait())
    return found


def at(notices: Notices) -> int:
    """Where its callbacks find it."""
    return address(notices._memory)


def test_the_head_of_a_notice_is_read_as_it_is_written() -> None:
    """The struct has the places of the dtype, and every kind a name."""
    fields = notify.NOTICE.fields
    assert fields is not None
    assert [fields[name][1] for name in ("value", "kind", "first", "second")] == [0, 8, 12, 14]
    assert HEAD.size == struct.calcsize("=QIHH") == notify.NOTICE.itemsize
    assert list(KINDS) == list(range(1, 9))


def test_every_callback_becomes_an_event(client: JackClient, notices: Notices) -> None:
    """In the order in which they came, names and numbers as they were told."""
    client.add_input("in_01", PortName("In", 1, "Inputs"))
    client.add_output("out_01", PortName("Out", 1, "Outputs"))
    inside = client._client
    numbers = [
        next(n for n in range(1, 100) if name_of(inside, n) == f"jackrf-heard:{short}")
        for short in ("out_01", "in_01")
    ]
    CALLS["xrun"](at(notices))
    CALLS["period"](96, at(notices))
    CALLS["freewheel"](1, at(notices))
    CALLS["port"](numbers[0], 1, at(notices))
    CALLS["connection"](*numbers, 0, at(notices))
    CALLS["rename"](0, b"old", "n\u00e9w".encode(), at(notices))
    CALLS["property"](2**63 + 5, b"key", 0, at(notices))
    CALLS["property"](7, None, 2, at(notices))
    CALLS["shutdown"](0, b"over", at(notices))
    ends = ("jackrf-heard:out_01", "jackrf-heard:in_01")
    assert taken_in(notices) == [
        Event("xrun"),
        Event("period", 96),
        Event("freewheel", 1),
        Event("port", 1, ends[:1]),
        Event("connection", 0, ends),
        Event("rename", 0, ("old", "n\u00e9w")),
        Event("property", 2**63 + 5, ("key",)),
        Event("property", 7, ("",)),
        Event("shutdown", 0, ("over",)),
    ]
    assert notices.gone


def name_of(client: jack.Client, number: int) -> str:
    """The full name of a port by its number."""
    port = jack._lib.jack_port_by_id(client._ptr, number)
    return "" if not port else jack._ffi.string(jack._lib.jack_port_name(port)).decode()


def test_a_port_that_is_not_there_is_no_event(notices: Notices) -> None:
    """It has no name that anybody could wait for."""
    CALLS["port"](4_000_000, 0, at(notices))
    CALLS["connection"](4_000_000, 4_000_001, 1, at(notices))
    assert all("" in event.text for event in taken_in(notices))


def test_it_is_readable_while_something_is_not_taken_in(notices: Notices) -> None:
    """For a loop that waits for it."""
    poll = select.poll()
    poll.register(notices, select.POLLIN)
    assert not poll.poll(0)
    CALLS["xrun"](at(notices))
    assert poll.poll(0)
    notices.gather()
    assert not poll.poll(0)
    assert notices.get_nowait() == Event("xrun")


def test_who_waits_waits_no_longer_than_it_takes(notices: Notices) -> None:
    """As of a queue: an event that is there at once, none after the time that was given."""
    CALLS["xrun"](at(notices))
    assert notices.get(timeout=0.0) == Event("xrun")
    start = time.monotonic()
    with pytest.raises(queue.Empty):
        notices.get(timeout=0.05)
    assert time.monotonic() - start >= 0.05
    with pytest.raises(queue.Empty):
        notices.get_nowait()


def test_a_full_pipe_makes_nobody_wait_and_is_told(notices: Notices) -> None:
    """What fits is told; xruns are counted all the same, freewheel and the server's end are told,
    and that the rest was missed; after that all goes on.
    """
    for _ in range(500):
        CALLS["xrun"](at(notices))
        CALLS["rename"](0, b"x" * 100, b"y" * 100, at(notices))
    CALLS["freewheel"](1, at(notices))
    CALLS["shutdown"](0, b"over", at(notices))
    told = taken_in(notices)
    kinds = [event.kind for event in told]
    assert kinds.count("xrun") == 500
    assert 10 < kinds.count("rename") < 100
    assert told[-3:] == [Event("freewheel", 1), Event("missed"), Event("shutdown", 0, ("",))]
    CALLS["xrun"](at(notices))
    assert taken_in(notices) == [Event("xrun")]


def test_a_notice_that_is_read_in_two_halves(client: JackClient) -> None:
    """Is one event."""
    with closing(Notices(client._client)) as notices:
        for number in range(3000):
            CALLS["rename"](0, b"a" * (number % 50), b"b" * 20, at(notices))
        told = taken_in(notices)
    assert [len(event.text[0]) for event in told] == [number % 50 for number in range(3000)]


def test_the_pipe_is_as_large_as_everybody_may_have(client: JackClient) -> None:
    """A studio that is opened in one go tells of thousands of ports and connections."""
    size = fcntl.fcntl(client.events.fileno(), fcntl.F_GETPIPE_SZ)
    assert size == 1 << 20 or os.geteuid() != 0


def test_what_was_gathered_can_be_read_after_the_end(client: JackClient) -> None:
    """And closing twice is harmless."""
    notices = Notices(client._client)
    CALLS["xrun"](at(notices))
    notices.gather()
    notices.close()
    notices.close()
    assert taken_in(notices) == [Event("xrun")]


def test_an_active_client_takes_no_callbacks(client: JackClient) -> None:
    """That is told, and no descriptor stays open."""
    client.activate()
    before = descriptors()
    with pytest.raises(JackServerError, match="takes no callbacks of jackrf-heard"):
        Notices(client._client)
    assert descriptors() == before


def descriptors() -> list[str]:
    """All that are open in this process."""
    return sorted(one.name for one in Path("/proc/self/fd").iterdir())
