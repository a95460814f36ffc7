"""What a receiver counts of a source, and tells of it (RFC 3550 appendices A.1, A.3 and A.8).

Values that never change: each packet makes the next `Reception`. The compiled receiver keeps the
same numbers of its own; its control side puts them into a `Reception` to report them.
"""

from dataclasses import dataclass, replace

from jackrf.rtp.rtcp import ReportBlock
from jackrf.rtp.sequence import distance

MAX_DROPOUT = 3000
MAX_MISORDER = 100
MIN_SEQUENTIAL = 2
_CYCLE = 1 << 16

MIN_SECONDS = 5.0
"""Least interval between reports (section 6.2)."""
COMPENSATION = 1.21828
"""e - 3/2: what reconsidering timers makes of the mean (section 6.3.1)."""


@dataclass(frozen=True, slots=True)
class Reception:
    """A source as its receiver knows it.

    Attributes:
        first: extended sequence number of the first packet that counts.
        highest: extended sequence number of the latest one: cycles above the 16 bits.
        received: packets that came, late ones and duplicates too.
        jitter: of arrival, in timestamp units (A.8).
        transit: arrival less timestamp of the latest packet, modulo 2**32.
        probation: packets in order that are still to come before the source counts (A.1).
        suspect: sequence number that would show, coming next, that the source began anew.
    """

    first: int
    highest: int
    received: int
    jitter: float = 0.0
    transit: int | None = None
    probation: int = 0
    suspect: int | None = None

    @property
    def expected(self) -> int:
        """Packets that the source sent since the first one (A.3)."""
        return self.highest - self.first + 1

    @property
    def lost(self) -> int:
        """Packets lost since the first one, as reports hold them: duplicates make it negative."""
        return max(-(1 << 23), min(self.expected - self.received, (1 << 23) - 1))

    def fraction_lost(self, before: "Reception | None") -> int:
        """Return the share lost since an earlier reception, 0..255 in 1/256; never negative."""
        same = before is not None and before.first == self.first
        expected = self.expected - (before.expected if before is not None and same else 0)
        received = self.received - (before.received if before is not None and same else 0)
        lost = expected - received
        return min(255, (lost << 8) // expected) if expected > 0 and lost > 0 else 0

    def block(
        self, ssrc: int, before: "Reception | None", last_sr: int = 0, delay_since_last_sr: int = 0
    ) -> ReportBlock:
        """Return the report block of the source.

        Args:
            ssrc: of the source.
            before: what the report before was made of, None for the first.
            last_sr: middle 32 bits of the latest sender report's NTP time, 0 if none came.
            delay_since_last_sr: 1/65536 s since it came.
        """
        return ReportBlock(
            ssrc=ssrc,
            fraction_lost=self.fraction_lost(before),
            cumulative_lost=self.lost,
            extended_highest=self.highest & 0xFFFFFFFF,
            jitter=min(int(self.jitter), 0xFFFFFFFF),
            last_sr=last_sr,
            delay_since_last_sr=delay_since_last_sr,
        )


def begin(sequence: int) -> Reception:
    """Return what is known of a source whose first packet has this sequence number."""
    return Reception(sequence, sequence, received=0, probation=MIN_SEQUENTIAL)


def hear(before: Reception, sequence: int, timestamp: int, arrival: int) -> Reception:
    """Return what is known after one more packet of the source, its first one too.

    Args:
        before: from `begin` or the packet before.
        sequence: 0..65535.
        timestamp: 0..2**32 - 1.
        arrival: when it came, in timestamp units, modulo 2**32.
    """
    known = _counted(before, sequence)
    return _timed(known, timestamp, arrival) if known.received > before.received else known


def _counted(before: Reception, sequence: int) -> Reception:
    """Follow the sequence numbers (A.1): cycles, restarts, and sources that are none."""
    if before.probation:
        return _on_probation(before, sequence)
    ahead = distance(sequence, before.highest % _CYCLE, 16)
    if -MAX_MISORDER < ahead < MAX_DROPOUT:
        highest = before.highest + max(0, ahead)
        return replace(before, highest=highest, received=before.received + 1, suspect=None)
    if sequence == before.suspect:
        return Reception(sequence, sequence, received=1)
    return replace(before, suspect=(sequence + 1) % _CYCLE)


def _on_probation(before: Reception, sequence: int) -> Reception:
    fresh = before.probation == MIN_SEQUENTIAL
    if fresh or sequence == (before.highest + 1) % _CYCLE:
        left = before.probation - 1
        return Reception(sequence, sequence, received=0 if left else 1, probation=left)
    return Reception(sequence, sequence, received=0, probation=MIN_SEQUENTIAL - 1)


def _timed(known: Reception, timestamp: int, arrival: int) -> Reception:
    """Take the packet's transit into the jitter (A.8)."""
    transit = (arrival - timestamp) % (1 << 32)
    if known.transit is None:
        return replace(known, transit=transit)
    off = abs(distance(transit, known.transit, 32))
    return replace(known, transit=transit, jitter=known.jitter + (off - known.jitter) / 16)


def interval(
    members: int, octets: float, bandwidth: float, draw: float, least: float = MIN_SECONDS
) -> float:
    """Return how many s a receiver waits before its next report (section 6.3.1 and A.7).

    Args:
        members: of the session, this one and the sender too.
        octets: mean size of an RTCP datagram, with UDP and IP headers.
        bandwidth: of the session, in octets per s; RTCP takes 5 % of it, receivers 3/4 of that.
        draw: uniform in 0..1, so that receivers do not report in step.
        least: s between reports; where there is one receiver, as little as 45,000 / `bandwidth`
            is allowed (section 6.2).
    """
    share = octets * (members - 1) / (0.75 * 0.05 * bandwidth)
    return max(share, least) * (0.5 + draw) / COMPENSATION
