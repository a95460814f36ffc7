"""Who may hear which mix: hosts, PINs by Digest authentication, and how many there may be. Sans-IO.

A host is heard from loopback and from private networks that this machine is on. A mix with a PIN
asks for it, and asks everybody: also this machine's other users. Wrong PINs make a host wait.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jackrf.lan.counters import Refusals
from jackrf.lan.digest import challenges, verify
from jackrf.lan.limits import WrongPins
from jackrf.lan.networks import Network, is_neighbour
from jackrf.rtsp.refusals import Reason

MOST: Final = 256
"""Listeners that come by themselves, by default."""
MOST_PER_HOST: Final = 16

Keys = Mapping[str, Mapping[str, str]]
"""What opens a mix, as `jackrf.lan.digest.verify` takes it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether somebody may hear a mix.

    Attributes:
        status: 200 for yes, 401 for who has to show a PIN first, 403 for no.
        challenges: values of ``WWW-Authenticate`` to a 401.
    """

    status: int
    challenges: Sequence[str] = ()


class Admission:
    """Decides about hosts and listeners.

    Attributes:
        networks: those that this machine is on; kept up to date by the server.
        refusals: what was refused.

    Args:
        mixes: ids of all mixes.
        keys: what opens a mix, None if it is open to all.
        most: listeners in all.
        most_per_host: listeners, and connections, of one host.
        encrypted: ids of the mixes that are: nobody hears these without a PIN.
    """

    def __init__(
        self,
        mixes: Sequence[str],
        keys: Callable[[str], Keys | None],
        most: int = MOST,
        most_per_host: int = MOST_PER_HOST,
        encrypted: Collection[str] = (),
    ) -> None:
        self.networks: Sequence[Network] = ()
        self.refusals = Refusals(Reason, "listening", mixes[0])
        self.most = most
        self.most_per_host = most_per_host
        self._mixes = frozenset(mixes)
        self._keys = keys
        self._encrypted = frozenset(encrypted)
        self._wrong = WrongPins()
        self._seats: dict[str, int] = {}

    def serve(self, keys: Callable[[str], Keys | None]) -> None:
        """Go by other keys, for mixes of the same ids; who hears already hears on."""
        self._keys = keys

    def is_heard(self, host: str) -> bool:
        """Return whether a host may ask for anything; a refusal is counted."""
        if is_neighbour(host, self.networks):
            return True
        self.refuse(host, Reason.FAR)
        return False

    def knows(self, mix: str, host: str) -> bool:
        """Return whether there is such a mix; a refusal is counted."""
        if mix in self._mixes:
            return True
        self.refuse(host, Reason.UNKNOWN, mix[:32])
        return False

    def refuse(self, host: str, reason: Reason, what: str = "", mix: str | None = None) -> None:
        """Count a refusal."""
        self.refusals.note(host, reason, what, mix)

    def look(
        self, host: str, mix: str, method: str, uri: str, header: str | None, nonce: str, now: float
    ) -> Answer:
        """Look whether a request for a mix comes from somebody who may hear it.

        Args:
            host: that asks.
            mix: its id.
            method: of the request.
            uri: of the request.
            header: its ``Authorization``, None without one.
            nonce: of this connection.
            now: monotonic seconds.
        """
        keys = self._keys(mix)
        if keys is None and mix not in self._encrypted:
            return Answer(200)
        if not keys:
            self.refuse(host, Reason.NO_PIN if keys is None else Reason.OLD_PIN, mix, mix)
            return Answer(403)
        if self._wrong.pause(host, now) > 0.0:
            self.refuse(host, Reason.PAUSED, mix, mix)
            return Answer(403)
        if header is None:
            return Answer(401, challenges(nonce))
        verdict = verify(header, method, uri, nonce, keys)
        if verdict.right:
            return Answer(200)
        if not verdict.stale:
            self._wrong.note(host, now)
            self.refuse(host, Reason.WRONG_PIN, mix, mix)
        return Answer(401, challenges(nonce, stale=verdict.stale))

    def sit(self, host: str, mix: str) -> bool:
        """Take one of the places for listeners; return False, and count it, if there is none.

        Give it back by :meth:`stand_up`.
        """
        here = self._seats.get(host, 0)
        full = sum(self._seats.values()) >= self.most
        if full or here >= self.most_per_host:
            self.refuse(host, Reason.FULL if full else Reason.HOST_FULL, mix, mix)
            return False
        self._seats[host] = here + 1
        return True

    def stand_up(self, host: str) -> None:
        """Give a place back."""
        left = self._seats.get(host, 0) - 1
        if left > 0:
            self._seats[host] = left
        else:
            self._seats.pop(host, None)
