"""What differs between a desk and its file, and what of that the journal has not got yet."""

from collections.abc import Callable, Mapping, Sequence

from jackrf.mixer import Mixer
from jackrf.parameters import Place, Value
from jackrf.sessions.document import rounded
from jackrf.sessions.store import Changes

Wishes = dict[Place, tuple[str, ...]]
"""The ports to connect to, by place."""

_UNKNOWN = ("",)
"""No list of ports: the journal does not say what is wished for."""


class Ledger:
    """The account of a desk's changes, without I/O.

    Args:
        mixer: as its file says, nobody having changed it yet.
        wishes: returns what the desk's ports are to be connected to, those without a wish too.
    """

    def __init__(self, mixer: Mixer, wishes: Callable[[], Mapping[Place, Sequence[str]]]) -> None:
        self._mixer = mixer
        self._wishes = wishes
        self._in_file = {place: rounded(mixer.value(place)) for place in mixer.places()}
        self._wishes_in_file = self._wishes_now()
        self._wishes_in_journal = self._wishes_now()
        self._unsaved: dict[Place, Value] = {}
        self._pending: dict[Place, Value] = {}

    @property
    def dirty(self) -> bool:
        """Whether anything differs from the file."""
        return bool(self._unsaved) or self._wishes_now() != self._wishes_in_file

    @property
    def changes(self) -> Changes:
        """All that differs from the file."""
        return Changes(dict(self._unsaved), self._other_wishes(self._wishes_in_file))

    def note(self, changes: Mapping[Place, Value]) -> None:
        """Take in what is different on the desk now."""
        for place, value in changes.items():
            self._pending[place] = value
            self._compare(place, value)

    def take_batch(self) -> Changes:
        """Return what is to go to the journal next; `give_back` it if that fails."""
        batch = Changes(self._pending, self._other_wishes(self._wishes_in_journal))
        self._pending, self._wishes_in_journal = {}, self._wishes_now()
        return batch

    def give_back(self, batch: Changes) -> None:
        """Take back what could not be written; what has changed since is newer."""
        self._pending = {**batch.values, **self._pending}
        self._wishes_in_journal |= dict.fromkeys(batch.wishes, _UNKNOWN)

    def saved(self, changes: Changes) -> None:
        """Note what the file says now; the desk may have moved on meanwhile."""
        for place, value in changes.values.items():
            self._in_file[place] = rounded(value)
            self._compare(place, self._mixer.value(place))
        self._wishes_in_file |= {place: tuple(peers) for place, peers in changes.wishes.items()}

    def _compare(self, place: Place, value: Value) -> None:
        if rounded(value) == self._in_file[place]:
            self._unsaved.pop(place, None)
        else:
            self._unsaved[place] = value

    def _wishes_now(self) -> Wishes:
        return {place: tuple(peers) for place, peers in self._wishes().items()}

    def _other_wishes(self, than: Wishes) -> Wishes:
        return {p: peers for p, peers in self._wishes_now().items() if peers != than[p]}
