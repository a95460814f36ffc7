"""Whether JACK calls us: two counters, looked at every other second.

JACK says nothing when it gives up on a client's callback: the client stays open, its ports stay
where they are, and it is silent. Nor does it say that the whole server stands still, because the
sound card hangs or because somebody suspended it. What tells the two apart is the graph's own time,
which goes on without us in the first case, and stands in the second.
"""

from enum import Enum

LOOK_SECONDS = 2.0
"""Longer than any period: 8192 frames at 8 kHz last one second."""

LOOKS_WITHOUT_A_CALL = 2
"""A suspended server that goes on moves its time a moment before it calls anybody."""

LOOKS_STANDING = 2
"""After so many a server that dies without a word counts as dead."""


class Health(Enum):
    """What two looks at the counters say."""

    CALLED = "called"
    """JACK calls our callback."""
    STANDING = "standing"
    """The server itself stands still: there is nothing to do but to wait for it."""
    FORGOTTEN = "forgotten"
    """The graph goes on without us: the client has to be opened again."""


class Watchdog:
    """Looks after one client.

    Args:
        now: monotonic seconds, when it was activated.
        wordless: a server that stands still may just as well be gone
            (`jackrf.graph.opening.dies_without_a_word`): only opening again can tell.
    """

    def __init__(self, now: float, *, wordless: bool = False) -> None:
        self.health = Health.CALLED
        self._wordless = wordless
        self._standing = 0
        self._looked = now
        self._cycles = -1
        self._graph_time = -1
        self._without_a_call = 0

    def is_due(self, now: float) -> bool:
        """Whether it is time for another look."""
        return now - self._looked >= LOOK_SECONDS

    def look(self, cycles: int, graph_time: int, now: float, *, freewheel: bool = False) -> Health:
        """Return how the client is; call it when `is_due`.

        Args:
            cycles: periods that our callback has done.
            graph_time: JACK's frame time at the beginning of the graph's latest period.
            now: monotonic seconds.
            freewheel: an export waits for disks as long as it must, and says nothing of us.
        """
        called = cycles != self._cycles or freewheel
        moved = graph_time != self._graph_time
        self._looked, self._cycles, self._graph_time = now, cycles, graph_time
        self._standing = 0 if called or moved else self._standing + 1
        if called:
            self._without_a_call, self.health = 0, Health.CALLED
        elif self._standing:
            dead = self._wordless and self._standing >= LOOKS_STANDING
            self._without_a_call = 0
            self.health = Health.FORGOTTEN if dead else Health.STANDING
        else:
            self._without_a_call += 1
            if self._without_a_call >= LOOKS_WITHOUT_A_CALL:
                self.health = Health.FORGOTTEN
        return self.health
