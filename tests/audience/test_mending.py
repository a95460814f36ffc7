"""Sockets that are connected anew under who sends by them."""

import os
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace

import pytest

from jackrf.audience.listener import Listener
from jackrf.audience.mending import lost_addresses, reconnect, take_after
from jackrf.audience.sockets import open_listener
from jackrf.destinations import parse_url
from jackrf.rtsp.ports import pair

TOS = socket.IPPROTO_IP, socket.IP_TOS
TTL = socket.IPPROTO_IP, socket.IP_MULTICAST_TTL
GROUP = "udp://239.69.1.3:5004?interface=lo"


@pytest.fixture
def ears() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Ports of packets and of reports."""
    with ExitStack() as stack:
        found = pair("127.0.0.1")
        for one in found:
            stack.enter_context(one)
            one.settimeout(5.0)
        yield found


@pytest.fixture
def listener(ears: tuple[socket.socket, socket.socket]) -> Iterator[Listener]:
    """One that hears there."""
    url = f"udp://127.0.0.1:{ears[0].getsockname()[1]}"
    with closing(open_listener(0, parse_url(url), 34)) as one:
        yield one


def test_only_who_is_lost_is_looked_for(listener: Listener) -> None:
    """Loopback is never lost; somebody who is sent to stays as he is."""
    assert lost_addresses([listener.outside]) == set()
    assert not reconnect(listener, set())
    listener.destination = None
    assert not reconnect(listener, {"127.0.0.1"})


def test_who_was_lost_is_sent_to_by_the_same_descriptors(
    listener: Listener, ears: tuple[socket.socket, socket.socket]
) -> None:
    """From the same port, with the same precedence; reports too."""
    assert listener.control is not None
    both = listener.socket, listener.control
    before = [(one.fileno(), one.getsockname()) for one in both]
    assert reconnect(listener, {"127.0.0.1"})
    assert [(one.fileno(), one.getsockname()) for one in both] == before
    assert listener.socket.getsockopt(*TOS) == 34 << 2
    for one, ear in zip(both, ears, strict=True):
        one.send(b"again")
        assert ear.recv(100) == b"again"


def test_a_deaf_port_for_reports_is_no_news_for_ever(
    listener: Listener, ears: tuple[socket.socket, socket.socket]
) -> None:
    """Once it was told that nobody is there, nothing is left to be read, before and after."""
    assert listener.control is not None
    ears[1].close()
    for _ in range(2):
        listener.control.send(b"report")
        time.sleep(0.05)
        with pytest.raises(ConnectionRefusedError):
            listener.control.recv(100)
        assert select.select([listener.control], [], [], 0.0)[0] == []
        assert reconnect(listener, {"127.0.0.1"})


def test_another_listener_shows_how_to_send() -> None:
    """Precedence and hops, to a group as to a host; nothing changes where they are the same."""
    with (
        closing(open_listener(0, parse_url(GROUP), 46)) as one,
        closing(open_listener(0, parse_url(f"{GROUP}&ttl=5"), 0)) as other,
    ):
        port = one.socket.getsockname()
        take_after(one, other)
        assert (one.socket.getsockopt(*TOS), one.socket.getsockopt(*TTL)) == (0, 5)
        assert one.control is not None
        assert one.control.getsockopt(*TTL) == 5
        assert one.socket.getsockname() == port
        one.destination = other.destination
        before = os.fstat(one.socket.fileno()).st_ino
        take_after(one, other)
        assert os.fstat(one.socket.fileno()).st_ino == before


def test_what_cannot_be_done_changes_nothing() -> None:
    """An interface that has gone meanwhile."""
    with (
        closing(open_listener(0, parse_url(GROUP), 46)) as one,
        closing(open_listener(0, parse_url(f"{GROUP}&ttl=5"), 46)) as other,
    ):
        assert other.destination is not None
        other.destination = replace(other.destination, interface="eth99")
        take_after(one, other)
        assert one.socket.getsockopt(*TTL) == 1
        other.destination = None
        take_after(one, other)
        assert one.socket.getsockopt(*TTL) == 1
