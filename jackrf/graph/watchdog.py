"""Whether JACK calls us: two counters, looked at when the alarm has rung.

JACK says nothing when it gives up on a client's callback: the client stays open, its ports stay
where they are, and it is silent. Nor does it say that the whole server stands still, because the
sound card hangs or because somebody suspended it. What tells the two apart is the graph's own time,
which goes on without us in the first case, and stands in the second.

While JACK calls, nobody looks: the audio thread puts an alarm off (`jackrf.graph.alarm`).
"""

from enum import Enum

LOOK_SECONDS = 1.1
"""Longer than any period: 8192 frames at 8 kHz last 1.024 s."""

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
    """Looks after one client, from when there is reason to until all is well.

    Args:
        wordless: a server that stands still may just as well be gone
            (`jackrf.graph.opening.dies_without_a_word`): only opening again can tell.

    Attributes:
        health: as of the last look.
        due: monotonic seconds at which to look again; None: there is no reason to.
    """

    def __init__(self, *, wordless: bool = False) -> None:
        self.health = Health.CALLED
        self.due: float | None = None
        self._wordless = wordless
        self._standing = 0
        self._cycles = -1
        self._graph_time = -1
        self._without_a_call = 0

    def doubt(self, cycles: int, graph_time: int, now: float) -> None:
        """Begin to look, since the callback seems not to be called: the first time a while later.

        Args:
            cycles: periods that our callback has done.
            graph_time: JACK's frame time at the beginning of the graph's latest period.
            now: monotonic seconds.
        """
        if self.due is None:
            self._standing = self._without_a_call = 0
            self._cycles, self._graph_time, self.due = cycles, graph_time, now + LOOK_SECONDS

    def look(self, cycles: int, graph_time: int, now: float, *, freewheel: bool = False) -> Health:
        """Return how the client is; call it when it is `due`.

        Args:
            cycles: as in `doubt`.
            graph_time: as in `doubt`.
            now: monotonic seconds.
            freewheel: an export waits for disks as long as it must, and says nothing of us.
        """
        called = cycles != self._cycles or freewheel
        moved = graph_time != self._graph_time
        self._cycles, self._graph_time = cycles, graph_time
        self.due = None if called else now + LOOK_SECONDS
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
