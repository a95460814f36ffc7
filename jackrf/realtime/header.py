"""What an RTP packet says before its audio (RFC 3550, section 5.1; RFC 8285, section 4.2)."""

import numpy as np

from jackrf.realtime.compiling import kernel

ONE_BYTE = 0xBEDE
OUR_ELEMENT = 0x16
"""Number 1, 7 bytes: clock and age, as docs/wire-format.md has it."""


@kernel
def word(octets, at):
    """Return the four bytes at a place as a number."""
    return (
        (np.uint32(octets[at]) << 24)
        | (np.uint32(octets[at + 1]) << 16)
        | (np.uint32(octets[at + 2]) << 8)
        | np.uint32(octets[at + 3])
    )


@kernel
def payload_of(octets, size):
    """Return where the payload of an RTP packet begins and ends; end -1 if it is no packet."""
    if size < 12 or octets[0] >> 6 != 2:
        return 0, -1
    start = 12 + 4 * (octets[0] & 0x0F)
    if octets[0] & 0x10:
        if size < start + 4:
            return 0, -1
        start += 4 + 4 * ((np.int64(octets[start + 2]) << 8) | octets[start + 3])
    end = size
    if octets[0] & 0x20:
        padding = octets[size - 1]
        end -= padding if padding > 0 else size
    if start >= end:
        return 0, -1
    return start, end


@kernel
def clock_and_age(octets, start):
    """Return the sender's clock, 0 if it tells none, and the packet's age in ns, 0 likewise.

    Args:
        start: where the payload of a packet begins that `payload_of` took.
    """
    clock, age = np.uint32(0), np.int64(0)
    at = 12 + 4 * np.int64(octets[0] & 0x0F)
    if not octets[0] & 0x10 or octets[at] != ONE_BYTE >> 8 or octets[at + 1] != ONE_BYTE & 0xFF:
        return clock, age
    at += 4
    while at < start:
        if octets[at] == 0:
            at += 1
            continue
        length = (octets[at] & 0x0F) + 1
        if octets[at] >> 4 == 15 or at + 1 + length > start:
            break
        if octets[at] == OUR_ELEMENT:
            clock = word(octets, at + 1)
            # In the top 24 bits of an int32 the sign needs no care.
            age = np.int64(np.int32(word(octets, at + 4) << 8) >> 8) * 1000
            break
        at += 1 + length
    return clock, age
