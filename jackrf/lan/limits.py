"""How often somebody may do something: token buckets, and the pause after too many wrong PINs."""

from collections import OrderedDict
from dataclasses import dataclass

WRONG_PINS = 5
"""Wrong PINs from one host that start a pause."""
PAUSE_SECONDS = 600.0
"""How long wrong PINs are remembered, and how long the pause lasts."""


@dataclass(slots=True)
class TokenBucket:
    """Allows `rate` things a second on average, and up to `burst` at once.

    Attributes:
        rate: tokens that come in per second.
        burst: the most that it holds; it begins full.
    """

    rate: float
    burst: float
    _tokens: float = -1.0
    _since: float = 0.0

    def take(self, now: float, tokens: float = 1.0) -> bool:
        """Take tokens, all or none; return whether there were as many.

        Args:
            now: monotonic seconds.
            tokens: how many.
        """
        if self._tokens < 0.0:
            self._tokens, self._since = self.burst, now
        self._tokens = min(self.burst, self._tokens + (now - self._since) * self.rate)
        self._since = now
        if self._tokens < tokens:
            return False
        self._tokens -= tokens
        return True


class WrongPins:
    """Wrong PINs by host: after five within ten minutes the host has to wait for ten minutes.

    A right one takes none of them back: who has a PIN could try out other people's in between.

    Args:
        hosts: how many are remembered; of more, the one that was wrong longest ago is forgotten.
    """

    def __init__(self, hosts: int = 256) -> None:
        self._hosts = hosts
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    def note(self, host: str, now: float) -> None:
        """Count a wrong PIN."""
        recent = [at for at in self._wrong.pop(host, []) if now - at < PAUSE_SECONDS]
        self._wrong[host] = [*recent, now][-WRONG_PINS:]
        if len(self._wrong) > self._hosts:
            self._wrong.popitem(last=False)

    def pause(self, host: str, now: float) -> float:
        """Return for how many more seconds no PIN of this host is looked at; 0 for none."""
        recent = [at for at in self._wrong.get(host, []) if now - at < PAUSE_SECONDS]
        if len(recent) < WRONG_PINS:
            return 0.0
        return recent[-1] + PAUSE_SECONDS - now
