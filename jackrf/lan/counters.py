"""What was refused: from whom, how often, and the sentence that mends it."""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from typing import Any, Final, Generic, Protocol, TypeVar

MOST_LINES: Final = 64
"""As many lines are kept; of more, the one that was refused longest ago goes."""


class Why(Protocol):
    """A reason: a member of an Enum whose value is what mends it, and what was wrong."""

    @property
    def value(self) -> Any:
        """Remedy and cause; ``{host}`` and ``{mix}`` in the remedy are filled in."""
        ...

    @property
    def key(self) -> str:
        """Its name in ``jackrf status --json``."""
        ...


ReasonT = TypeVar("ReasonT", bound=Why)


class Refusals(Generic[ReasonT]):
    """Counts by reason, and what is to be done by host.

    Args:
        reasons: all that there are.
        what: is refused, as a line begins: ``OSC``.
        mix: id of the mix that a remedy names where nothing else named one.
    """

    def __init__(self, reasons: Iterable[ReasonT], what: str, mix: str) -> None:
        self._reasons = list(reasons)
        self._what = what
        self._mix = mix
        self._counts: Counter[ReasonT] = Counter()
        self._lines: OrderedDict[tuple[str, ReasonT], tuple[int, str]] = OrderedDict()

    @property
    def counts(self) -> dict[str, int]:
        """How often something was refused, by the reason's name."""
        return {reason.key: self._counts[reason] for reason in self._reasons}

    def note(self, host: str, reason: ReasonT, what: str = "", mix: str | None = None) -> str:
        """Count a refusal; return it as a line.

        Args:
            host: who was refused.
            reason: why.
            what: it was for.
            mix: id of the mix that it was for.
        """
        self._counts[reason] += 1
        count, _ = self._lines.pop((host, reason), (0, ""))
        remedy, why = reason.value
        remedy = remedy.format(host=host, mix=mix or self._mix)
        line = f"{self._what} from {host} refused: {remedy} ({f'{what}: ' if what else ''}{why})"
        self._lines[host, reason] = count + 1, line
        if len(self._lines) > MOST_LINES:
            self._lines.popitem(last=False)
        return line

    def settle(self, host: str) -> None:
        """Forget the lines about a host: it has been let in."""
        for key in [key for key in self._lines if key[0] == host]:
            del self._lines[key]

    def forgive(self, host: str, reason: ReasonT) -> None:
        """Take back what a host was refused: it has mended that itself."""
        count, _ = self._lines.pop((host, reason), (0, ""))
        self._counts[reason] -= count

    def lines(self) -> list[str]:
        """Return a line for each host and reason, the latest last."""
        return [
            f"{line[:-1]}, {count} times)" if count > 1 else line
            for count, line in self._lines.values()
        ]
