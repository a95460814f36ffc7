"""Looking after a desk's client: is it called, by a server that goes on?"""

import asyncio
import time
from collections.abc import Callable

from jackrf.desk import Desk
from jackrf.graph.alarm import RINGS_SECONDS, Alarm
from jackrf.graph.opening import dies_without_a_word
from jackrf.graph.states import FREEWHEEL, RUNNING, STANDING
from jackrf.graph.watchdog import Health, Watchdog


class Watching:
    """Sleeps while JACK calls; when it does not, looks and tells people.

    Args:
        say: how people are told, by a line and its priority.
        clock: monotonic seconds.
    """

    def __init__(
        self, say: Callable[[str, int], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._say = say
        self._clock = clock
        self._watchdog = Watchdog()
        self._alarm: Alarm | None = None

    def start(self, wake: Callable[[], None]) -> None:
        """Listen for the alarm on the running loop; call `close` afterwards.

        Args:
            wake: has the loop call `look`.
        """
        self._alarm = Alarm()
        asyncio.get_running_loop().add_reader(self._alarm.number, wake)

    def close(self) -> None:
        """Listen no more. Harmless when called again; the audio thread may go on meanwhile."""
        if self._alarm is not None:
            asyncio.get_running_loop().remove_reader(self._alarm.number)
            self._alarm.close()
            self._alarm = None

    def begin(self, desk: Desk) -> None:
        """Start anew: another client was opened."""
        self._watchdog = Watchdog(wordless=dies_without_a_word())
        if self._alarm is not None and desk.engine is not None:
            desk.engine.set_alarm(self._alarm.number, RINGS_SECONDS)
            self._alarm.put_off()

    @property
    def due_in(self) -> float | None:
        """Seconds until it is time to look; None while there is no reason to."""
        due = self._watchdog.due
        return None if due is None else max(0.0, due - self._clock())

    def doubt(self, desk: Desk) -> None:
        """Begin to look: the alarm rang."""
        if desk.client is not None and desk.engine is not None:
            self._watchdog.doubt(desk.engine.cycles, desk.client.graph_time, self._clock())

    def look(self, desk: Desk) -> bool:
        """Look, if it is time to; return whether JACK has forgotten the desk's client."""
        if self._alarm is not None and self._alarm.has_rung():
            self.doubt(desk)
        client, engine = desk.client, desk.engine
        if client is None or engine is None or self.due_in != 0.0:
            return False
        before = self._watchdog.health
        freewheel = desk.state == FREEWHEEL
        cycles, graph_time = engine.cycles, client.graph_time
        health = self._watchdog.look(cycles, graph_time, self._clock(), freewheel=freewheel)
        if self._watchdog.due is None and self._alarm is not None:
            self._alarm.put_off()
        if health is not before:
            self._tell(desk, health)
        return health is Health.FORGOTTEN

    def _tell(self, desk: Desk, health: Health) -> None:
        if health is Health.STANDING and desk.state == RUNNING:
            desk.state = STANDING
            self._say("the JACK server stands still; waiting for it to go on", 3)
        elif health is Health.CALLED and desk.state == STANDING:
            desk.state = RUNNING
            self._say("the JACK server goes on", 1)
        elif health is Health.FORGOTTEN:
            self._say("the JACK server does not call this client any more: opening it again", 3)
