"""One stream on its way out: numbers, drops, and what begins anew."""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from jackrf.rtp.crypto import Crypto
from jackrf.rtp.packet import Packet, parse
from jackrf.srtp.counters import Counters, Slot, make_memory
from jackrf.srtp.library import Opener, Sealer
from jackrf.srtp.sealing import BACKOFF_SECONDS, LATE_SECONDS, Sealing
from tests.audience.connections import datagrams

CRYPTO = Crypto(bytes(range(30)))
SSRC = 0x11223344
FRAMES = 128
PERIOD = FRAMES / 48000


class Way:
    """A stream from a callback's socket to a listener's on loopback."""

    def __init__(self, stack: ExitStack) -> None:
        memory = make_memory()
        self.slot: Slot = Counters(memory).slot(0)
        os.close(memory)
        kind = (socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.callback, inside = socket.socketpair(*kind)
        self.told, reports = socket.socketpair(*kind)
        self.ears = [socket.socket(type=socket.SOCK_DGRAM) for _ in range(2)]
        outs = [socket.socket(type=socket.SOCK_DGRAM) for _ in range(2)]
        for out, ear in zip(outs, self.ears, strict=True):
            ear.bind(("127.0.0.1", 0))
            out.connect(ear.getsockname())
            ear.setblocking(False)
        self.places = [ear.getsockname() for ear in self.ears]
        for one in (self.callback, self.told, inside, reports, *outs):
            one.setblocking(False)
        self.sealing = Sealing(CRYPTO, self.slot, [inside, reports, *outs])
        stack.callback(self._close)
        for one in (self.callback, self.told):
            stack.callback(one.close)
        stack.callback(self.sealing.close)
        self.opener = Opener(CRYPTO)
        self._stamp = self._sequence = 0

    def _close(self) -> None:
        for ear in self.ears:
            ear.close()

    def send(self, count: int = 1, marker: int = 0) -> None:
        """Let the callback send so many packets of a period each."""
        for _ in range(count):
            numbers = (0x80, marker << 7 | 96, self._sequence, self._stamp, SSRC)
            self.callback.send(struct.pack(">BBHII", *numbers) + 100 * b"audio")
            self._sequence, self._stamp = self._sequence + 1, self._stamp + FRAMES

    def send_slices(self, count: int, first: int = 0) -> None:
        """Let the callback send slices of a period, from `first` on; each of them tells its age."""
        for number in range(first, first + count):
            age = round(1e6 * (0.0003 - number * PERIOD))
            told = b"\xbe\xde\x00\x02\x16" + bytes(4) + age.to_bytes(3, signed=True)
            numbers = (0x90, 97, self._sequence, self._stamp, SSRC)
            self.callback.send(struct.pack(">BBHII", *numbers) + told + 100 * b"audio")
            self._sequence, self._stamp = self._sequence + 1, self._stamp + FRAMES

    def datagrams(self) -> list[bytes]:
        """What came to the listener since the last call."""
        return datagrams(self.ears[0])

    def heard(self) -> list[Packet]:
        """The same, opened."""
        opened = [self.opener.packet(one) for one in self.datagrams()]
        return [parse(one) for one in opened if one is not None]


@pytest.fixture
def way() -> Iterator[Way]:
    """One."""
    with ExitStack() as stack:
        yield Way(stack)


def test_what_goes_out_is_sealed_and_has_numbers_of_its_own(way: Way) -> None:
    """Its SSRC and first number are made by chance; audio, type and time stay."""
    for now in (1.0, 1.001, 1.002):
        way.send()
        assert way.sealing.pass_out(now)
    datagrams = way.datagrams()
    assert not any(b"audio" in one for one in datagrams)
    found = [parse(one) for one in map(way.opener.packet, datagrams) if one is not None]
    first = found[0].sequence
    assert [one.sequence - first for one in found] == [0, 1, 2]
    assert first < 1 << 15
    assert [one.timestamp for one in found] == [0, FRAMES, 2 * FRAMES]
    assert [one.marker for one in found] == [True, False, False]
    assert {one.payload_type for one in found} == {96}
    assert {one.payload for one in found} == {100 * b"audio"}
    assert {one.ssrc for one in found} == {way.slot.read("ssrc")} != {SSRC}
    assert (way.slot.read("sent"), way.slot.read("octets")) == (3, 1500)


def test_it_ends_with_the_other_end(way: Way) -> None:
    """Nothing else has to be said."""
    way.send()
    way.callback.close()
    assert not way.sealing.pass_out(1.0)
    assert len(way.heard()) == 1


def test_what_waited_for_too_long_is_thrown_away(way: Way) -> None:
    """As after this process was not called: the past is not heard, a marker says so."""
    way.send()
    way.sealing.pass_out(1.0)
    way.heard()
    way.send(40)
    way.sealing.pass_out(1.0 + 40 * PERIOD)
    found = way.heard()
    assert len(found) == 4
    assert (len(found) - 1) * PERIOD <= LATE_SECONDS
    assert found[0].marker
    assert found[-1].timestamp == 40 * FRAMES
    assert way.slot.read("full") == 36


@pytest.mark.parametrize("slices", [8, 32])
def test_the_slices_of_a_long_period_all_go_out(way: Way, slices: int) -> None:
    """They were sent together, however far their timestamps are apart; read together or not. Of a
    period that did wait nothing goes out.
    """
    now = 1.0
    way.send_slices(slices)
    way.sealing.pass_out(now)
    way.heard()
    for read in (slices, slices - 1, 3):
        now += slices * PERIOD
        first = way._stamp
        way.send_slices(read)
        way.sealing.pass_out(now)
        if read < slices:
            way.send_slices(slices - read, read)
            way.sealing.pass_out(now + 0.0001)
        found = [one.timestamp for one in way.heard()]
        assert found == [first + FRAMES * number for number in range(slices)]
    assert way.slot.read("full") == slices - 1
    way.send_slices(slices)
    first = way._stamp
    way.send_slices(slices)
    way.sealing.pass_out(now + 2 * slices * PERIOD)
    assert way.heard()[0].timestamp == first
    assert way.slot.read("full") == 2 * slices - 1


def test_what_came_before_anybody_read_is_not_heard(way: Way) -> None:
    """As while the relay started: only the latest packet."""
    way.send(10)
    way.sealing.pass_out(1.0)
    assert [one.timestamp for one in way.heard()] == [9 * FRAMES]


@pytest.mark.parametrize("first", [5, 40000])
def test_who_is_back_hears_what_it_can_open(way: Way, first: int) -> None:
    """Nobody listens: packets are dropped, then nothing is tried for a while. Whoever listens then
    opens what comes without the ones before: of a long stream, because it begins anew.
    """
    way.sealing._sequence = first
    way.send()
    way.sealing.pass_out(1.0)
    before = way.heard()[0].ssrc
    way.ears[0].close()
    for now in (1.001, 1.002, 1.003):
        way.send()
        way.sealing.pass_out(now)
    assert way.slot.read("refused") == 2
    assert way.slot.read("sent") == 2
    assert way.slot.read("error") != 0
    way.ears[0] = socket.socket(type=socket.SOCK_DGRAM)
    way.ears[0].bind(way.places[0])
    way.ears[0].setblocking(False)
    way.opener = Opener(CRYPTO)
    way.send()
    way.sealing.pass_out(1.002 + BACKOFF_SECONDS + 0.001)
    found = way.heard()
    assert len(found) == 1
    assert (found[0].ssrc == before) == (first == 5)
    assert found[0].sequence < 1 << 15
    assert found[0].marker
    assert way.slot.read("error") == 0


def test_numbers_go_round_with_who_listens(way: Way) -> None:
    """Past 2**16 the same listener goes on opening."""
    way.sealing._sequence = 65534
    for now in (1.0, 1.001, 1.002, 1.003):
        way.send()
        way.sealing.pass_out(now)
    assert [one.sequence for one in way.heard()] == [65534, 65535, 0, 1]


def test_a_packet_that_is_not_taken_uses_up_no_number(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one has it, and the marker."""
    way.send()
    way.sealing.pass_out(1.0)
    first = way.heard()[0].sequence
    full = Full(way.sealing.outside)
    monkeypatch.setattr(way.sealing, "outside", full)
    way.send()
    way.sealing.pass_out(1.001)
    monkeypatch.setattr(way.sealing, "outside", full.socket)
    way.send()
    way.sealing.pass_out(1.002)
    (found,) = way.heard()
    assert (found.sequence, found.timestamp, found.marker) == (first + 1, 2 * FRAMES, True)
    assert way.slot.read("full") == 1


class Full:
    """A socket that is full."""

    def __init__(self, plain: socket.socket) -> None:
        self.socket = plain

    def send(self, _: bytes) -> int:
        """Take nothing."""
        raise BlockingIOError(11, "full")


def test_reports_go_both_ways_sealed(way: Way) -> None:
    """Those of a stream that is over do not."""
    own = way.slot.read("ssrc")
    for ssrc in (own ^ 1, own):
        way.told.send(struct.pack(">BBHI", 0x80, 201, 1, ssrc))
    assert way.sealing.tell()
    data, out = way.ears[1].recvfrom(2048)
    assert way.opener.report(data) == struct.pack(">BBHI", 0x80, 201, 1, own)
    with pytest.raises(BlockingIOError):
        way.ears[1].recv(2048)
    answer = struct.pack(">BBHI", 0x80, 201, 1, 99)
    way.ears[1].sendto(b"noise", out)
    way.ears[1].sendto(answer, out)
    way.ears[1].sendto(Sealer(CRYPTO).report(answer), out)
    way.sealing.hear()
    assert way.told.recv(2048) == answer
    with pytest.raises(BlockingIOError):
        way.told.recv(2048)
    way.told.close()
    assert not way.sealing.tell()
