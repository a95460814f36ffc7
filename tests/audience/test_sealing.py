"""Listeners of an encrypted mix, before a callback and by way of a real relay."""

import os
import secrets
import signal
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np
import pytest

from jackrf.audience.opening import Wanted, open_audience
from jackrf.audience.sockets import open_listener, take_datagrams
from jackrf.audience.table import Audience
from jackrf.destinations import parse_url
from jackrf.rtp.crypto import KEY_BYTES, Crypto
from jackrf.rtp.packet import Packet, parse
from jackrf.rtsp.ports import pair
from jackrf.srtp.library import Opener
from jackrf.srtp.library import Sealer as Library
from jackrf.testing import OfflineClient
from tests.offline import desk
from tests.system.instruments import wait_for

KEY = secrets.token_bytes(KEY_BYTES)
SILENCE = np.zeros((1, 64), np.float32)


class Ear:
    """Who listens on loopback, with a port for reports."""

    def __init__(self) -> None:
        self.socket, self.reports = pair("127.0.0.1")
        self.port = self.socket.getsockname()[1]
        for one in (self.socket, self.reports):
            one.settimeout(5.0)

    @property
    def url(self) -> str:
        """Where."""
        return f"udp://127.0.0.1:{self.port}"

    def next(self, opener: Opener) -> Packet:
        """The next packet, opened."""
        found = opener.packet(self.socket.recv(2048))
        assert found is not None
        return parse(found)

    def close(self) -> None:
        """Listen no more."""
        self.socket.close()
        self.reports.close()


@pytest.fixture
def ear() -> Iterator[Ear]:
    """One."""
    with closing(Ear()) as made:
        yield made


def until(client: OfflineClient, ready: Callable[[], bool]) -> None:
    """Have the callback run until something is so."""

    def done() -> bool:
        client.process(SILENCE)
        return ready()

    wait_for(done)


def test_packets_and_reports_go_sealed_and_come_opened(ear: Ear) -> None:
    """By the real relay; what is told of it is what left this machine."""
    client = desk()
    with closing(open_audience([Wanted(0, [ear.url], 46, KEY)])) as audience:
        (listener,) = audience.listeners
        audience.start(client.engine)
        until(client, lambda: listener.sent > 0)
        first = ear.next(Opener(Crypto(KEY)))
        assert listener.seal is not None
        assert first.ssrc == listener.seal.ssrc
        assert first.payload == bytes(256)
        assert listener.state() == "sending"
        assert listener.octets == 256 * listener.sent
        assert listener.address == ("127.0.0.1", ear.port)
        assert listener.sender == "127.0.0.1"
        audience.tell(listener, struct.pack(">BBHI", 0x80, 200, 1, first.ssrc))
        data, sender = ear.reports.recvfrom(2048)
        told = struct.pack(">BBHI", 0x80, 200, 1, first.ssrc)
        assert Opener(Crypto(KEY)).report(data) == told
        answer = struct.pack(">BBHI", 0x80, 201, 1, 5)
        ear.reports.sendto(Library(Crypto(KEY)).report(answer), sender)
        assert listener.control is not None
        listener.control.settimeout(5.0)
        assert listener.control.recv(2048) == answer
        audience.stop()


def test_nobody_hears_an_encrypted_mix_in_the_clear(ear: Ear) -> None:
    """Whoever brings a socket: from the beginning, or later; one to another process, too."""
    place = parse_url(ear.url)
    with closing(Audience(encrypted={1})) as audience:
        audience.join(open_listener(0, place))
        plain = open_listener(1, place)
        with pytest.raises(ValueError, match="in the clear"):
            audience.join(plain)
        with pytest.raises(ValueError, match="in the clear"):
            Audience([plain], encrypted={1})
        plain.close()
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        page = take_datagrams(1, near, "web", "web")
        with near, far, closing(page), pytest.raises(ValueError, match="in the clear"):
            audience.join(page)
        assert [one.mix for one in audience.listeners] == [0]


def test_who_heard_a_mix_before_it_was_encrypted_hears_it_no_more(ear: Ear) -> None:
    """When another session takes the place of the one before; a destination is opened anew."""
    client = desk()
    old = open_audience([Wanted(0, [ear.url], 46)])
    old.start(client.engine)
    by_itself = open_listener(0, parse_url(ear.url))
    by_itself.destination = None
    old.join(by_itself)
    with closing(open_audience([Wanted(0, [ear.url], 46, KEY)])) as new:
        old.hand_over(new)
        assert [one.seal is None for one in new.listeners] == [False]
        for _ in range(3):
            client.process(SILENCE)
        new.tend()
        (listener,) = new.listeners
        until(client, lambda: listener.sent > 0)
        for _ in range(listener.sent):
            ear.next(Opener(Crypto(KEY)))
        new.stop()


def test_a_relay_that_was_killed_is_replaced(ear: Ear) -> None:
    """Destinations hear on by the next one; who came by itself is let go, and comes again."""
    client = desk()
    with closing(open_audience([Wanted(0, [ear.url], 46, KEY)])) as audience:
        (listener,) = audience.listeners
        guest = audience.sealer.seal(open_listener(0, parse_url(ear.url)), KEY)
        guest.destination = None
        audience.join(guest)
        audience.start(client.engine)
        until(client, lambda: listener.sent > 0)
        before, pid = listener.sent, audience.sealer.relay.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not audience.sealer.relay.runs)
        client.process(SILENCE)
        assert listener.state() not in ("sending", "waiting")
        told = 0

        def hear() -> None:
            nonlocal told
            told += 1

        audience.watch(hear)
        assert audience.tend() == [guest]
        assert told > 0
        assert audience.sealer.relay.pid not in (None, pid)
        assert (listener.is_gone, guest.is_gone) == (False, True)
        until(client, lambda: listener.sent > before + 5)
        assert audience.listeners == [listener]
        audience.stop()


def test_a_cable_that_was_pulled_leaves_the_stream_as_it_is(ear: Ear) -> None:
    """Its relay sends by the new sockets, with the numbers that come next."""
    client = desk()
    with closing(open_audience([Wanted(0, [ear.url], 46, KEY)])) as audience:
        (listener,) = audience.listeners
        audience.start(client.engine)
        until(client, lambda: listener.sent > 0)
        opener = Opener(Crypto(KEY))
        first = ear.next(opener)
        assert listener.seal is not None
        for name in ("outside", "reports"):
            fresh = socket.socket(type=socket.SOCK_DGRAM)
            fresh.connect(getattr(listener.seal, name).getpeername())
            getattr(listener.seal, name).close()
            setattr(listener.seal, name, fresh)
        listener.seal.turn()
        place = listener.seal.outside.getsockname()
        found = first

        def heard() -> bool:
            nonlocal found
            data, sender = ear.socket.recvfrom(2048)
            found = parse(opener.packet(data) or b"")
            return bool(sender == place)

        until(client, heard)
        assert found.ssrc == first.ssrc
        assert found.sequence > first.sequence
        audience.stop()
