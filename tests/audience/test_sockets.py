"""Sockets to listeners: what is set on them, and whose they are."""

import contextlib
import os
import resource
import socket
from contextlib import closing

import pytest

from jackrf.audience.sockets import (
    DSCP,
    SEND_BUFFER,
    open_listener,
    take_datagrams,
    take_stream,
)
from jackrf.destinations import parse_url
from jackrf.errors import InputError
from tests.audience.connections import connection


@pytest.mark.parametrize("dscp", [DSCP, 34, 0])
def test_packets_ask_routers_for_their_class(dscp: int) -> None:
    """DSCP is the upper six bits of the byte, over IPv4 and IPv6; 0 asks for nothing."""
    with closing(open_listener(0, parse_url("udp://127.0.0.1:5004"), dscp)) as one:
        assert one.socket.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) == dscp << 2
    with closing(open_listener(0, parse_url("udp://[::1]:5004"), dscp)) as one:
        assert one.socket.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS) == dscp << 2
        assert one.address == ("::1", 5004)


def test_a_group_is_sent_to_by_its_interface() -> None:
    """TTL and interface are those of the URL; without, the network's own and one hop."""
    url = "udp://239.69.1.1:5004?interface=lo&ttl=7"
    with closing(open_listener(0, parse_url(url))) as one:
        assert one.socket.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL) == 7


def test_a_group_is_heard_where_it_was_sent_to() -> None:
    """A packet to a group on loopback reaches who joined it there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.settimeout(5.0)
        ear.bind(("239.69.1.2", 0))
        member = socket.inet_aton("239.69.1.2") + socket.inet_aton("127.0.0.1")
        ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        url = f"udp://239.69.1.2:{ear.getsockname()[1]}?interface=lo"
        with closing(open_listener(0, parse_url(url))) as one:
            one.socket.send(b"packet")
            assert ear.recv(100) == b"packet"


def test_an_interface_that_is_not_there_is_told() -> None:
    """With those that are."""
    with pytest.raises(InputError, match=r"no network interface 'eth99': there are .*lo"):
        open_listener(0, parse_url("udp://239.69.1.1:5004?interface=eth99"))


@pytest.mark.parametrize("left", [0, 1])
def test_a_process_that_may_have_no_more_sockets_is_told(left: int) -> None:
    """For packets, or for reports; and none stays open."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = [os.dup(0) for _ in range(left + 1)]
    for one in free:
        os.close(one)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free[-1], limits[1]))
    try:
        with pytest.raises(InputError, match=r"no socket is left .*\(ulimit -n\)"):
            open_listener(0, parse_url("udp://127.0.0.1:5004"))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    again = [os.dup(0) for _ in range(left + 1)]
    for one in again:
        os.close(one)
    assert again == free


def test_a_stream_is_told_to_hold_nothing_back() -> None:
    """No Nagle, little room, and an end after 10 s in which nothing is acknowledged."""
    with connection() as (near, _), closing(take_stream(2, near, "rtsp://x", "rtsp")) as one:
        assert one.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert one.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000
        assert one.socket.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == 2 * SEND_BUFFER
        assert one.is_stream
        assert (one.mix, one.owner, one.url, one.destination) == (2, "rtsp", "rtsp://x", None)


def test_a_connection_of_ipv4_asks_for_its_class_on_a_socket_of_ipv6() -> None:
    """As where a server listens to all addresses of both kinds."""
    with (
        socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as server,
        socket.create_connection(("127.0.0.1", server.getsockname()[1])),
    ):
        near, _ = server.accept()
        with near, closing(take_stream(0, near, "rtsp://x", "rtsp", dscp=34)) as one:
            assert one.socket.family == socket.AF_INET6
            assert one.socket.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) == 34 << 2


def test_what_was_taken_over_is_a_descriptor_of_its_own() -> None:
    """Whoever connected it may close his: the listener's stays what it is."""
    with connection() as (near, far), closing(take_stream(0, near, "rtsp://x", "rtsp")) as one:
        near.close()
        one.socket.send(b"still here")
        far.settimeout(5.0)
        assert far.recv(100) == b"still here"


def test_unix_datagrams_are_taken() -> None:
    """Full is full, as it is for UDP."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with near, far, closing(take_datagrams(1, near, "web relay", "web")) as one:
        assert not one.is_stream
        with contextlib.suppress(BlockingIOError):
            while True:
                one.socket.send(bytes(500))
        assert one.queued_bytes() > 0
