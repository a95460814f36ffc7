"""Wall-clock time as RTCP writes it: 64-bit NTP timestamps (RFC 3550 section 4), time an argument.

The upper 32 bits are seconds since 1900, modulo 2**32, the lower ones a fraction. The *middle* 32
bits, in 1/65536 s, are what receivers send back.
"""

from jackrf.rtp.rtcp import ReportBlock
from jackrf.rtp.sequence import distance

UNIX_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970 (RFC 5905, figure 4)."""

SECOND = 1_000_000_000
MIDDLE = 1 << 16
"""Units of a middle part in a second."""


def to_ntp(unix_ns: int) -> int:
    """Return the 64-bit NTP timestamp of a wall-clock time in ns since 1970, as time.time_ns()."""
    seconds, rest = divmod(unix_ns, SECOND)
    return (seconds + UNIX_EPOCH) % (1 << 32) << 32 | (rest << 32) // SECOND


def from_ntp(ntp: int, near_ns: int) -> int:
    """Return the wall-clock time in ns since 1970, of the NTP era that is nearest to `near_ns`.

    Seconds wrap around in 2036, so the number alone does not say which era it is of.
    """
    era = 1 << 32
    seconds = (ntp >> 32) - UNIX_EPOCH
    near = near_ns // SECOND
    seconds += round((near - seconds) / era) * era
    return seconds * SECOND + ((ntp & 0xFFFFFFFF) * SECOND + (1 << 31) >> 32)


def middle(ntp: int) -> int:
    """Return the middle 32 bits of an NTP timestamp: what a report block calls LSR."""
    return ntp >> 16 & 0xFFFFFFFF


def since_last_sr(seconds: float) -> int:
    """Return a time in s as a report block's DLSR, 1/65536 s; at most what 32 bits hold."""
    return max(0, min(round(seconds * MIDDLE), 0xFFFFFFFF))


def round_trip(block: ReportBlock, arrived_ntp: int) -> float | None:
    """Return the round-trip time in s that a report block shows to the sender of the SR it names.

    Args:
        block: as a receiver sent it.
        arrived_ntp: NTP time at which it came, by the clock that wrote the sender report.

    Returns:
        s, or None when the receiver had no sender report yet, or tells of one that is not past:
        a clock that was set in between, or a lie.
    """
    if block.last_sr == 0:
        return None
    took = distance(middle(arrived_ntp), block.last_sr, 32) - block.delay_since_last_sr
    return took / MIDDLE if took >= 0 else None
