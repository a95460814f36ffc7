"""Finding addresses: from a path, with ids, numbers or patterns in it, to what it stands for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from jackrf.osc.addresses import TABLE, Address
from jackrf.osc.patterns import is_pattern, matches
from jackrf.osc.refusals import Code, OscError
from jackrf.parameters import Place

MOST_MATCHES: Final = 1024
"""Addresses that one pattern may stand for."""
MOST_REMEMBERED: Final = 65536
"""Paths whose meaning is kept; then all are forgotten and found anew."""


class Target(NamedTuple):
    """An address of this desk. There is one object for each, so it can be a key.

    Attributes:
        address: its row of the table.
        mix: id, None where the address has none.
        strip: id, None where the address has none.
        path: with numbers: what is written in feedback.
        mix_number: from 1, 0 where the address has none.
        strip_number: from 1, 0 where the address has none.
        place: where the desk keeps its value, None where it keeps none.
    """

    address: Address
    mix: str | None
    strip: str | None
    path: str
    mix_number: int
    strip_number: int
    place: Place | None


@dataclass(slots=True)
class _Node:
    words: dict[str, "_Node"] = field(default_factory=dict)
    mix: "_Node | None" = None
    strip: "_Node | None" = None
    address: Address | None = None

    def child(self, component: str) -> "_Node":
        if component == "{mix}":
            self.mix = self.mix or _Node()
            return self.mix
        if component == "{strip}":
            self.strip = self.strip or _Node()
            return self.strip
        return self.words.setdefault(component, _Node())


class _Reached(NamedTuple):
    """A node, with the mix and the strip that were named on the way."""

    node: _Node
    mix: str | None
    strip: str | None


def _grown(table: Sequence[Address]) -> _Node:
    root = _Node()
    for address in table:
        node = root
        for component in address.path.split("/")[1:]:
            node = node.child(component)
        node.address = address
    return root


class Ids:
    """The ids of one kind, mixes or strips, in their order, and how a path may write them.

    Digits are always a number, so an id that is all digits is reached by its number only.
    """

    def __init__(self, ids: Sequence[str]) -> None:
        self.numbers = {one: number for number, one in enumerate(ids, 1)}
        self._written = {one: one for one in ids if not one.isdigit()}
        self._written |= {str(number): one for one, number in self.numbers.items()}

    def named(self, component: str) -> list[str]:
        """Return the ids that a component of a path stands for.

        Raises:
            OscError: it is a wrong pattern.
        """
        if component.isdigit():
            component = component.lstrip("0")
        plain = self._written.get(component)
        if plain is not None:
            return [plain]
        if not is_pattern(component):
            return []
        found = {one for text, one in self._written.items() if matches(component, text)}
        return [one for one in self.numbers if one in found]


class Tree:
    """All addresses of a desk.

    Args:
        mixes: ids, in their order.
        strips: ids, in their order.

    Attributes:
        mixes: how a path names them.
        strips: how a path names them.
    """

    def __init__(self, mixes: Sequence[str], strips: Sequence[str]) -> None:
        self._root = _grown(TABLE)
        self.mixes = Ids(mixes)
        self.strips = Ids(strips)
        self._targets: dict[tuple[str, str | None, str | None], Target] = {}
        self._known: dict[str, tuple[Target, ...]] = {}
        self._remembered = 0
        self.below = lru_cache(maxsize=64)(self._below)

    def target(self, address: Address, mix: str | None = None, strip: str | None = None) -> Target:
        """Return the one target of an address; mix and strip as its path has them."""
        key = (address.name, mix, strip)
        found = self._targets.get(key)
        if found is None:
            found = self._targets[key] = self._made(address, mix, strip)
        return found

    def _made(self, address: Address, mix: str | None, strip: str | None) -> Target:
        mix_number = 0 if mix is None else self.mixes.numbers[mix]
        strip_number = 0 if strip is None else self.strips.numbers[strip]
        path = address.path.format(mix=mix_number, strip=strip_number)
        place = None
        if address.parameter:
            place = Place(None if address.owner == "strip" else mix, strip, address.parameter)
        return Target(address, mix, strip, path, mix_number, strip_number, place)

    def resolve(self, path: str) -> tuple[Target, ...]:
        """Return what a path stands for; nothing for a path that is unknown.

        Raises:
            OscError: it is a wrong pattern, or one that stands for too much.
        """
        found = self._known.get(path)
        if found is None:
            reached = self._walk(path)
            found = tuple(
                self.target(node.address, mix, strip)
                for node, mix, strip in reached
                if node.address is not None
            )
            self._remember(path, found)
        return found

    def knows(self, path: str) -> bool:
        """Return whether `resolve` has found this before, and remembers it."""
        return path in self._known

    def _remember(self, path: str, found: tuple[Target, ...]) -> None:
        if not found:
            return
        if self._remembered + len(found) > MOST_REMEMBERED:
            self._known.clear()
            self._remembered = 0
        self._known[path] = found
        self._remembered += len(found)

    def _walk(self, path: str) -> list[_Reached]:
        reached = [_Reached(self._root, None, None)]
        for component in path.split("/")[1:]:
            # Many places share one node, and what a pattern finds there is looked up once.
            nodes = {id(before.node): before.node for before in reached}
            steps = {key: self._steps(node, component) for key, node in nodes.items()}
            if sum(len(steps[id(before.node)]) for before in reached) > MOST_MATCHES:
                raise OscError(Code.WRONG, f"{path}: more than {MOST_MATCHES} addresses")
            reached = [
                _Reached(step.node, step.mix or before.mix, step.strip or before.strip)
                for before in reached
                for step in steps[id(before.node)]
            ]
        return reached

    def _steps(self, node: _Node, component: str) -> list[_Reached]:
        """Return where a component leads from a node, with what it names."""
        if component in node.words:
            found = [_Reached(node.words[component], None, None)]
        elif is_pattern(component):
            words = [word for word in node.words if matches(component, word)]
            found = [_Reached(node.words[word], None, None) for word in words]
        else:
            found = []
        if node.mix is not None:
            found += [_Reached(node.mix, one, None) for one in self.mixes.named(component)]
        if node.strip is not None:
            found += [_Reached(node.strip, None, one) for one in self.strips.named(component)]
        return found

    def _below(self, prefix: str) -> tuple[Target, ...]:
        """Return all addresses below a prefix of which surfaces hear without asking, but meters.

        Args:
            prefix: whole components, such as ``/mix/drums`` or ``/``; patterns too.

        Raises:
            OscError: the prefix is a wrong pattern.
        """
        stem = prefix.rstrip("/")
        if stem and not stem.startswith("/"):
            return ()
        return tuple(
            target
            for start in self._walk(stem)
            for target in self._grove(start)
            if target.address.told in ("on change", "health")
        )

    def _grove(self, start: _Reached) -> Iterator[Target]:
        waiting = [start]
        while waiting:
            node, mix, strip = waiting.pop()
            if node.address is not None:
                yield self.target(node.address, mix, strip)
            inner = [_Reached(child, mix, strip) for child in node.words.values()]
            if node.mix is not None:
                inner += [_Reached(node.mix, one, strip) for one in self.mixes.numbers]
            if node.strip is not None:
                inner += [_Reached(node.strip, mix, one) for one in self.strips.numbers]
            waiting.extend(reversed(inner))
