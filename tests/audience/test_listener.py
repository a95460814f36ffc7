"""Sockets to those who listen, and what became of their packets, in words."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from jackrf.audience.listener import Listener
from jackrf.audience.sockets import SEND_BUFFER, open_listener
from jackrf.destinations import parse_url
from jackrf.errors import InputError
from jackrf.realtime.context import DROP_CAUSES, RTP_HEADER
from tests.offline import desk, settle


@pytest.fixture
def hearing() -> Iterator[socket.socket]:
    """A UDP socket on loopback that somebody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        bound.settimeout(5.0)
        yield bound


@pytest.fixture
def listener(hearing: socket.socket) -> Iterator[Listener]:
    """A listener of mix 0 that hears."""
    with closing(open_listener(0, parse_url(f"udp://127.0.0.1:{hearing.getsockname()[1]}"))) as one:
        yield one


def test_its_socket_never_waits_and_holds_little(listener: Listener) -> None:
    """Non-blocking, connected, with room for 16 KiB (which the kernel doubles), and in a row."""
    assert not listener.socket.getblocking()
    assert listener.socket.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == 2 * SEND_BUFFER
    assert int(listener.row["socket"][0]) == listener.socket.fileno()
    assert int(listener.row["mix"][0]) == 0
    assert int(listener.row["marker"][0]) == 1


def test_it_knows_both_ends(listener: Listener, hearing: socket.socket) -> None:
    """The address that packets go to, and our own on the way there."""
    assert listener.address == hearing.getsockname()
    assert listener.sender == "127.0.0.1"


def test_sequence_numbers_start_anywhere(hearing: socket.socket) -> None:
    """Each start has another first sequence number (RFC 3550, 5.1), and none is out of range."""
    url = f"udp://127.0.0.1:{hearing.getsockname()[1]}"
    numbers = set()
    for _ in range(40):
        with closing(open_listener(3, parse_url(url))) as one:
            numbers.add(int(one.row["sequence"][0]))
    assert len(numbers) > 30
    assert max(numbers) < 2**16


def test_what_is_sent_to_it_arrives(listener: Listener, hearing: socket.socket) -> None:
    """From the compiled callback over loopback: a packet, counted, and the state says sending."""
    assert listener.state() == "waiting"
    client = desk()
    settle(client, 1.0)
    client.engine.publish([listener.row])
    client.process(np.zeros((1, 64), np.float32))
    assert len(hearing.recv(2048)) == RTP_HEADER + 64 * 4
    assert listener.state() == "sending"
    assert listener.report(192.0) == {
        "url": listener.url,
        "owner": "session",
        "state": "sending",
        "sent": 1,
        "dropped": 0,
        "dropped_by": dict.fromkeys(DROP_CAUSES, 0),
        "queued_ms": 0.0,
        "heard": None,
    }


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (errno.EAGAIN, "full"),
        (errno.ENOBUFS, "full"),
        (errno.ECONNREFUSED, "refused"),
        (errno.EHOSTUNREACH, "unreachable"),
        (errno.ENETUNREACH, "unreachable"),
        (errno.ENETDOWN, "unreachable"),
        (errno.EMSGSIZE, os.strerror(errno.EMSGSIZE)),
    ],
)
def test_a_drop_is_told_in_words(listener: Listener, code: int, state: str) -> None:
    """While the last period was dropped the state says why, and no longer."""
    listener.row["sent"] = 5
    listener.row["last_error"] = code
    listener.row["last_failed"] = 1
    assert listener.state() == state
    listener.row["last_failed"] = 0
    assert listener.state() == "sending"


def test_drops_add_up(listener: Listener) -> None:
    """The report has each cause and their sum."""
    for number, cause in enumerate(("full", "refused", "unreachable", "backoff", "other"), 1):
        listener.row[cause] = number
    report = listener.report(192.0)
    assert report["dropped"] == 15
    assert report["dropped_by"] == {
        "full": 1,
        "refused": 2,
        "unreachable": 3,
        "backoff": 4,
        "gone": 0,
        "other": 5,
    }


def test_what_waits_in_the_socket_is_told_in_milliseconds() -> None:
    """Bytes that the kernel holds, over the bytes of a millisecond; none once it is closed."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with far, closing(open_listener(0, parse_url("udp://127.0.0.1:5004"))) as one:
        one.socket.close()
        one.socket = near
        assert one.queued_bytes() == 0
        near.send(bytes(1000))
        assert one.queued_bytes() >= 1000
        assert one.report(192.0)["queued_ms"] == round(one.queued_bytes() / 192.0, 1)
    assert one.queued_bytes() == 0


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("udp://nobody.invalid:5004", "host 'nobody.invalid' is not known"),
        ("udp://255.255.255.255:5004", "no route to 255.255.255.255 (Permission denied)"),
    ],
)
def test_where_nobody_can_be_reached_says_so(url: str, problem: str) -> None:
    """An unknown host and an address without a route are one line each, with the remedy."""
    with pytest.raises(InputError) as caught:
        open_listener(0, parse_url(url))
    text = str(caught.value)
    assert text.startswith(f"send_to {url}: ")
    assert problem in text
    assert "\n" not in text
