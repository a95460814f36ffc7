"""A model surface of the whole desk, to compare what it shows with what is true."""

import math
import random
from collections.abc import Iterable, Iterator

from jackrf.desk import Desk
from jackrf.osc.guard import Argument, Message
from jackrf.osc.namespace import Namespace
from jackrf.osc.rows import OFF_DB
from jackrf.osc.syncing import rests
from jackrf.osc.tree import Target
from jackrf.parameters import Place, Value
from jackrf.units import GAIN_MIN_DB, db_text, fader_to_db


class Board:
    """A surface of the whole desk that knows what osc/README.md says: what it is not told is 0.

    Args:
        namespace: of which it knows the addresses, and nothing of what stands there.
    """

    def __init__(self, namespace: Namespace) -> None:
        self._namespace = namespace
        self.shown: dict[str, Argument] = {
            target.path: 0 for target in namespace.below("/") if rests(target.address)
        }

    def hear(self, told: Iterable[Message]) -> None:
        """Take in messages."""
        self.shown |= {said.path: said.args[0] for said in told if len(said.args) == 1}

    def wrong(self) -> Iterator[str]:
        """Yield the paths at which it shows, or works out, something else than what is true."""
        for target in self._namespace.below("/"):
            if target.address.told == "on change":
                (true,) = self._namespace.get(target)
                shown = self._seen(target)
                if not (shown == true or _close(shown, true)):
                    yield f"{target.path}: {shown!r} for {true!r}"

    def _seen(self, target: Target) -> Argument:
        """Return what stands at a path, or what the fader and the input's name say of it."""
        stem, _, leaf = target.path.rpartition("/")
        if target.address.name == "send.name":
            return self.shown.get(f"/in/{target.strip_number}/name")
        if leaf not in ("gain", "text"):
            return self.shown.get(target.path)
        fader = self.shown.get(f"{stem}/fader")
        assert isinstance(fader, float)
        decibels = fader_to_db(fader)
        if leaf == "text":
            return db_text(decibels if decibels > GAIN_MIN_DB else -math.inf)
        return decibels if decibels > GAIN_MIN_DB else OFF_DB


def _close(shown: Argument, true: Argument) -> bool:
    numbers = isinstance(shown, int | float) and isinstance(true, int | float)
    return numbers and math.isclose(float(shown or 0), float(true or 0), rel_tol=1e-5, abs_tol=1e-4)


def moved(desk: Desk, chance: random.Random, share: float) -> dict[Place, Value]:
    """Return other values for a share of the switches, pans and levels of a desk."""
    changes: dict[Place, Value] = {}
    for place in desk.mixer.places():
        if place.name == "name" or chance.random() > share:
            continue
        if place.name in ("gain", "trim"):
            changes[place] = chance.choice([-math.inf, chance.randrange(-800, 100) / 10])
        elif place.name == "pan":
            changes[place] = chance.choice([0.0, chance.uniform(-1.0, 1.0)])
        else:
            changes[place] = chance.random() < 0.3
    return changes
