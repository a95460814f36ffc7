"""Looking after a desk's client every other second: is it called, and are its listeners reached?"""

import time
from collections.abc import Callable

from jackrf.desk import Desk
from jackrf.graph.opening import dies_without_a_word
from jackrf.graph.states import FREEWHEEL, RUNNING, STANDING
from jackrf.graph.watchdog import LOOK_SECONDS, Health, Watchdog

__all__ = ["LOOK_SECONDS", "Watching"]


class Watching:
    """Looks, tells people, and says when a client has to be opened again.

    Args:
        say: how people are told, by a line and its priority.
        clock: monotonic seconds.
    """

    def __init__(
        self, say: Callable[[str, int], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._say = say
        self._clock = clock
        self._watchdog = Watchdog(clock())

    def begin(self) -> None:
        """Start anew: another client was opened."""
        self._watchdog = Watchdog(self._clock(), wordless=dies_without_a_word())

    def look(self, desk: Desk) -> bool:
        """Look, if it is time to; return whether JACK has forgotten the desk's client."""
        client, engine, now = desk.client, desk.engine, self._clock()
        if client is None or engine is None or not self._watchdog.is_due(now):
            return False
        desk.audience.mend()
        before = self._watchdog.health
        freewheel = desk.state == FREEWHEEL
        health = self._watchdog.look(engine.cycles, client.graph_time, now, freewheel=freewheel)
        if health is Health.CALLED and not freewheel:
            desk.timeline.note(client.graph_time, now)
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
