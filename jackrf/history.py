"""What was before: enough of each mix's past to take back its last burst of changes."""

from collections.abc import Mapping

from jackrf.parameters import Place, Value

WINDOW_SECONDS = 10.0
"""Changes closer together than this are one burst."""
LONGEST_BURST = 4096
"""Places that one burst may cover; what changes beyond that in it cannot be taken back."""


class History:
    """The last burst of changes of each mix, and of the input strips."""

    def __init__(self) -> None:
        self._bursts: dict[str | None, dict[Place, Value]] = {}
        self._latest: dict[str | None, float] = {}

    def record(self, before: Mapping[Place, Value], now: float) -> None:
        """Remember what stood at places that are being changed.

        Args:
            before: the values that are replaced.
            now: monotonic seconds.
        """
        for mix in {place.mix for place in before}:
            if now - self._latest.get(mix, -WINDOW_SECONDS) >= WINDOW_SECONDS:
                self._bursts[mix] = {}
            self._latest[mix] = now
        for place, value in before.items():
            burst = self._bursts[place.mix]
            if len(burst) < LONGEST_BURST:
                burst.setdefault(place, value)

    def take_back(self, mix: str | None) -> dict[Place, Value]:
        """Return the values from before the last burst of a mix, and forget the burst.

        Args:
            mix: its id; None for the input strips.
        """
        self._latest.pop(mix, None)
        return self._bursts.pop(mix, {})
