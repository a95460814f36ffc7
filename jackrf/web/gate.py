"""Who may talk with the relay: which requests are looked at, and what a token opens. Sans-IO."""

import hmac
from collections import Counter, OrderedDict
from collections.abc import Container, Sequence
from typing import Final, Literal

from jackrf.lan.hosts import is_own_name
from jackrf.lan.limits import TokenBucket
from jackrf.web.tokens import Grant

REQUESTS_PER_SECOND: Final = 20.0
BURST: Final = 120.0
"""Of a host; a page that is loaded takes some twenty."""
MOST_HOSTS: Final = 256
MOST_OPEN: Final = 320
"""WebSockets and sessions of WebTransport at a time, of one relay: a core has no more to give."""
MOST_OF_A_HOST: Final = 48
LONGEST_TOKEN: Final = 64

Refusal = Literal["host", "origin", "limited", "full", "token", "role", "silent", "idle"]
"""Why something was refused: counted by `Gate.refused`."""


class Gate:
    """Decides about requests.

    Attributes:
        refused: how often, by `Refusal`.

    Args:
        grants: what tokens open.
        name: by which this machine may be asked, besides its own.
    """

    def __init__(self, grants: Sequence[Grant], name: str = "") -> None:
        self.refused: Counter[Refusal] = Counter()
        self._grants = grants
        self._name = name
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()
        self._open: Counter[str] = Counter()

    def refuse(self, why: Refusal) -> Refusal:
        """Count a refusal; return why."""
        self.refused[why] += 1
        return why

    def request(self, host: str, named: str | None, now: float) -> Refusal | None:
        """Return why a request is not looked at, None if it is.

        Args:
            host: that it comes from.
            named: its Host header.
            now: monotonic seconds.
        """
        if self.knock(host, now) is not None:
            return "limited"
        if named is None or not is_own_name(named, self._name):
            return self.refuse("host")
        return None

    def knock(self, host: str, now: float) -> Refusal | None:
        """Return "limited" if a host asks too often; `now` is in monotonic seconds."""
        return None if self._bucket(host).take(now) else self.refuse("limited")

    def upgrade(self, host: str, pages: Container[str], origin: str | None) -> Refusal | None:
        """Return why a lasting connection is not opened, None if it is; then `leave` it in the end.

        Args:
            host: that it comes from.
            pages: origins of our own pages, in small letters.
            origin: its Origin header: the page that opens it has to be ours.
        """
        if origin is None or origin.lower() not in pages:
            return self.refuse("origin")
        if self._open.total() >= MOST_OPEN or self._open[host] >= MOST_OF_A_HOST:
            return self.refuse("full")
        self._open[host] += 1
        return None

    def leave(self, host: str) -> None:
        """Take note that it was closed."""
        self._open[host] -= 1
        if self._open[host] <= 0:
            del self._open[host]

    def grant(self, token: object) -> Grant | None:
        """Return what a token opens; None, and counted, if nothing.

        It takes the same time for all tokens.
        """
        found = None
        # Half a surrogate pair, which JSON can say, has no bytes.
        if isinstance(token, str) and len(token) <= LONGEST_TOKEN and token.isascii():
            asked = token.encode()
            for grant in self._grants:
                if hmac.compare_digest(grant.token.encode(), asked):
                    found = grant
        if found is None:
            self.refuse("token")
        return found

    def _bucket(self, host: str) -> TokenBucket:
        found = self._buckets.pop(host, None) or TokenBucket(REQUESTS_PER_SECOND, BURST)
        self._buckets[host] = found
        if len(self._buckets) > MOST_HOSTS:
            self._buckets.popitem(last=False)
        return found


def pages_of(named: str, port: int, https_port: int) -> set[str]:
    """Return the origins of our pages under the name by which a browser asks, in small letters.

    Args:
        named: with or without a port.
        port: of http.
        https_port: of https.
    """
    host = named.lower()
    if host.rpartition(":")[2].isdigit() and not host.endswith("]"):
        host = host.rpartition(":")[0]
    known = {("http", port), ("https", https_port)}
    usual = {("http", 80), ("https", 443)}
    return {
        f"{scheme}://{host}" + ("" if (scheme, number) in usual else f":{number}")
        for scheme, number in known
    }
