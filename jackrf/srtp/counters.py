"""What became of sealed packets: counters in memory that jackrf and its relay share.

The relay alone writes, jackrf alone reads; each counter is one aligned word.
"""

import mmap
import os
from typing import Final

FIELDS: Final = ("sent", "full", "refused", "unreachable", "other", "octets", "error", "ssrc")
"""Packets that went out, and that did not by cause; bytes of payload; the errno of what was dropped
last, 0 if the last one went out; and the SSRC of the stream."""
SLOTS: Final = 1024
_WORD: Final = 8


class Counters:
    """The shared memory.

    Args:
        descriptor: of it, from `make_memory`; stays the caller's.
    """

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, SLOTS * len(FIELDS) * _WORD)
        self._words = memoryview(self._memory).cast("q")

    def slot(self, number: int) -> "Slot":
        """Return the counters of one stream."""
        first = number * len(FIELDS)
        return Slot(self._words[first : first + len(FIELDS)])


class Slot:
    """The counters of one stream.

    Args:
        words: of `FIELDS`.
    """

    def __init__(self, words: "memoryview[int]") -> None:
        self._words = words

    def read(self, name: str) -> int:
        """Return a counter."""
        return self._words[FIELDS.index(name)]

    def add(self, name: str, number: int) -> None:
        """Count on."""
        self._words[FIELDS.index(name)] += number

    def put(self, name: str, number: int) -> None:
        """Write what is no counter."""
        self._words[FIELDS.index(name)] = number


def make_memory() -> int:
    """Return the descriptor of new shared memory, all 0."""
    descriptor = os.memfd_create("jackrf-srtp")
    os.ftruncate(descriptor, SLOTS * len(FIELDS) * _WORD)
    return descriptor
