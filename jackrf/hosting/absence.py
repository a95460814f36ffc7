"""Who should hear a mix and does not: told when it is news, in words."""

from collections.abc import Iterable

from jackrf.audience.listener import Listener

PRESENT = frozenset({"sending", "waiting", "full"})
"""States of a listener that may well hear us; a full buffer is a link that stumbles."""


class Absence:
    """The listeners that are lost, as far as people know.

    A listener is lost, or back, when two looks in a row find it so: whoever restarts a phone's
    player needs not be told twice.
    """

    def __init__(self) -> None:
        self._told: frozenset[str] = frozenset()
        self._seen: frozenset[str] = frozenset()

    def look(self, listeners: Iterable[Listener]) -> str | None:
        """Look at all listeners; return a line if there is news. Who came by itself may go."""
        states = {one.url: one.state() for one in listeners if one.destination is not None}
        lost = frozenset(url for url, state in states.items() if state not in PRESENT)
        before, self._seen = self._seen, lost
        if lost != before or lost == self._told:
            return None
        self._told = lost
        if not lost:
            return "all listeners are there again"
        shown = ", ".join(f"{url} ({states[url]})" for url in sorted(lost))
        verb = "is" if len(lost) == 1 else "are"
        return f"{len(lost)} of {len(states)} listeners {verb} lost: {shown}"
