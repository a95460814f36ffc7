"""What was refused: from whom, how often, and the sentence that mends it."""

from collections import Counter, OrderedDict
from enum import Enum
from typing import Final

MOST_LINES: Final = 64
"""As many lines are kept; of more, the one that was refused longest ago goes."""


class Reason(Enum):
    """Why something that came in had no effect: what mends it, and what was wrong."""

    MALFORMED = ("set its connection to OSC by UDP or TCP", "what it sends is not OSC")
    FAR = (
        "put both into one private network, or come by a tunnel",
        "it is in no private network that this machine is on",
    )
    UNPAIRED = ("jackrf pair {host} --mix {mix}", "it is not paired")
    FOREIGN = ("jackrf pair {host} --mix {mix}", "it is paired with another mix")
    ENGINEERS = ("jackrf pair {host} --engineer", "that is the engineer's")
    CHALLENGE = (
        "jackrf pair {host} --mix {mix}",
        "it asks for feedback and has not answered the challenge",
    )
    WRONG_PIN = ("jackrf pin {mix} makes a new one", "wrong PIN")
    PAUSED = ("jackrf pair {host} --mix {mix}", "a pause of 10 minutes after 5 wrong PINs")
    FULL = ("close a surface; it leaves 10 s later", "there are 32 surfaces already")
    LIMITED = ("let it send at most 200 messages a second", "it sends too many")
    UNKNOWN = ("see osc/README.md for the addresses", "there is no such address")
    WRONG = ("see osc/README.md for what it takes", "the address does not take that")

    @property
    def key(self) -> str:
        """Its name in ``jackrf status --json``."""
        return self.name.lower()


class Refusals:
    """Counts by reason, and what is to be done by host.

    Args:
        mix: id of the mix that a remedy names where the message named none.
    """

    def __init__(self, mix: str) -> None:
        self._mix = mix
        self._counts: Counter[Reason] = Counter()
        self._lines: OrderedDict[tuple[str, Reason], tuple[int, str]] = OrderedDict()

    @property
    def counts(self) -> dict[str, int]:
        """How often something was refused, by the reason's name."""
        return {reason.key: self._counts[reason] for reason in Reason}

    def note(self, host: str, reason: Reason, what: str = "", mix: str | None = None) -> str:
        """Count a refusal; return it as a line.

        Args:
            host: whose message it was.
            reason: why.
            what: the address that it was for.
            mix: id of the mix that it was for.
        """
        self._counts[reason] += 1
        count, _ = self._lines.pop((host, reason), (0, ""))
        remedy, why = reason.value
        remedy = remedy.format(host=host, mix=mix or self._mix)
        line = f"OSC from {host} refused: {remedy} ({f'{what}: ' if what else ''}{why})"
        self._lines[host, reason] = count + 1, line
        if len(self._lines) > MOST_LINES:
            self._lines.popitem(last=False)
        return line

    def settle(self, host: str) -> None:
        """Forget the lines about a host: it has been paired."""
        for key in [key for key in self._lines if key[0] == host]:
            del self._lines[key]

    def forgive(self, host: str, reason: Reason) -> None:
        """Take back what a host was refused: it has mended that itself."""
        count, _ = self._lines.pop((host, reason), (0, ""))
        self._counts[reason] -= count

    def lines(self) -> list[str]:
        """Return a line for each host and reason, the latest last."""
        return [
            f"{line[:-1]}, {count} times)" if count > 1 else line
            for count, line in self._lines.values()
        ]
