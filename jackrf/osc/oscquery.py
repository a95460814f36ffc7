"""OSCQuery, read-only: the table of addresses with its values, as programs read it over HTTP.

The protocol is Vidvox's OSCQuery proposal: a GET of a path answers with JSON for the node there and
all that is below it; ``?VALUE`` and its like ask for one attribute, ``?HOST_INFO`` for the server.
Sans-IO: `Query.answer` gives the answer in pieces, so that a large desk is never one long pause.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from jackrf.lan.http import Answer
from jackrf.osc.addresses import TABLE, Address
from jackrf.osc.admission import Rights
from jackrf.osc.namespace import Namespace
from jackrf.osc.refusals import OscError
from jackrf.osc.tree import Target

EXTENSIONS: Final = (
    "ACCESS", "VALUE", "RANGE", "DESCRIPTION", "UNIT", "CLIPMODE", "TYPE",
)  # fmt: skip
"""Attributes that a node may have; TYPE is one of every method."""
ATTRIBUTES: Final = frozenset((*EXTENSIONS, "FULL_PATH", "CONTENTS", "HOST_INFO"))
_READ, _WRITE = 1, 2
_CLAMPED: Final = "both"
"""CLIPMODE: what is beyond a range is moved to its nearer end."""


@dataclass(slots=True)
class _Shape:
    """What is below a path of the table of addresses, before mixes and strips are counted."""

    below: dict[str, "_Shape"]
    address: Address | None = None


class _Node(NamedTuple):
    """A place in the tree of a desk."""

    shape: _Shape
    path: str
    mix: str | None
    strip: str | None


class Query:
    """Answers questions about a desk.

    Args:
        namespace: of the desk.
        mixes: ids, in their order.
        strips: ids, in their order.
        name: of the server, as people read it.
        port: of OSC, UDP and TCP.
    """

    def __init__(
        self,
        namespace: Namespace,
        mixes: Sequence[str],
        strips: Sequence[str],
        name: str,
        port: int,
    ) -> None:
        self._namespace = namespace
        self._name = name
        self._port = port
        self._ids = {"{mix}": _numbered(mixes), "{strip}": _numbered(strips)}
        self._root = _Node(_shape(), "/", None, None)

    def answer(self, target: str, rights: Rights) -> Answer:
        """Return the answer to a GET.

        Args:
            target: path and query of the request.
            rights: of who asks: what it may not see has no VALUE, what it may not do no write bit.
        """
        try:
            parts = urlsplit(target)
            path = unquote(parts.path, errors="strict")
        except ValueError:
            return Answer(400)
        attribute = parts.query.partition("=")[0]
        if not path.startswith("/") or (attribute and attribute not in ATTRIBUTES):
            return Answer(400)
        if attribute == "HOST_INFO":
            return Answer(200, [_json(self._host_info())])
        node = self._find(path)
        if node is None:
            return Answer(404)
        return self._about(node, attribute, rights)

    def _about(self, node: _Node, attribute: str, rights: Rights) -> Answer:
        if not attribute:
            return Answer(200, self._written(node, rights))
        if attribute == "CONTENTS":
            return self._contents(node, rights)
        described = self._described(node, rights)
        if attribute not in described:
            return Answer(204)
        return Answer(200, [_json({attribute: described[attribute]})])

    def _host_info(self) -> Mapping[str, Any]:
        return {
            "NAME": self._name,
            "EXTENSIONS": dict.fromkeys(EXTENSIONS, True),
            "OSC_PORT": self._port,
            "OSC_TRANSPORT": "UDP",
        }

    def _find(self, path: str) -> _Node | None:
        node: _Node | None = self._root
        for component in path.strip("/").split("/") if path.strip("/") else ():
            node = None if node is None else dict(self._below(node)).get(component)
        return node

    def _below(self, node: _Node) -> Iterator[tuple[str, _Node]]:
        stem = node.path.rstrip("/")
        for word, shape in node.shape.below.items():
            for name, one in self._ids.get(word, {word: ""}).items():
                mix = one if word == "{mix}" else node.mix
                strip = one if word == "{strip}" else node.strip
                yield name, _Node(shape, f"{stem}/{name}", mix, strip)

    def _contents(self, node: _Node, rights: Rights) -> Answer:
        if not node.shape.below:
            return Answer(204)
        return Answer(200, self._inside(node, rights, before='{"CONTENTS": {', after="}}"))

    def _written(self, node: _Node, rights: Rights) -> Iterator[str]:
        """Yield a node with all that is below it: a piece for each address."""
        own = _json(self._described(node, rights))
        if not node.shape.below:
            yield own
            return
        yield from self._inside(node, rights, before=own[:-1] + ', "CONTENTS": {', after="}}")

    def _inside(self, node: _Node, rights: Rights, *, before: str, after: str) -> Iterator[str]:
        yield before
        for number, (name, inner) in enumerate(self._below(node)):
            yield f"{', ' if number else ''}{_json(name)}: "
            yield from self._written(inner, rights)
        yield after

    def _described(self, node: _Node, rights: Rights) -> dict[str, Any]:
        """Return all attributes of a node but what is below it."""
        found: dict[str, Any] = {"FULL_PATH": node.path}
        address = node.shape.address
        if address is None:
            return found | {"ACCESS": 0}
        target = self._namespace.target(address.name, node.mix, node.strip)
        found |= {"DESCRIPTION": address.meaning, "ACCESS": _access(target, rights)}
        if address.types != "*":
            # Of several forms, the shortest: what is beyond it can be left out.
            found["TYPE"] = address.types.partition("|")[0]
        if address.low is not None or address.high is not None:
            found |= {"RANGE": [_range(address)], "CLIPMODE": [_CLAMPED]}
        if address.unit:
            found["UNIT"] = [address.unit]
        if found["ACCESS"] & _READ:
            value = self._value(target)
            if value is not None:
                found["VALUE"] = value
        return found

    def _value(self, target: Target) -> list[Any] | None:
        try:
            return list(self._namespace.get(target))
        except OscError:
            return None


def _access(target: Target, rights: Rights) -> int:
    address = target.address
    reads = address.readable and rights.may_see(target)
    writes = (address.settable or address.direction == "command") and rights.may_change(target)
    return _READ * reads + _WRITE * writes


def _range(address: Address) -> dict[str, Any]:
    if address.kind in ("switch", "inverse"):
        return {"VALS": [0, 1]}
    ends = {"MIN": address.low, "MAX": address.high}
    return {name: end for name, end in ends.items() if end is not None}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _numbered(ids: Sequence[str]) -> dict[str, str]:
    return {str(number): one for number, one in enumerate(ids, 1)}


def _shape() -> _Shape:
    """Return the shape of all addresses but those that jackrf only ever sends as an answer."""
    root = _Shape({})
    for address in TABLE:
        if address.direction == "out" and address.told == "when asked":
            continue
        shape = root
        for component in address.path.split("/")[1:]:
            shape = shape.below.setdefault(component, _Shape({}))
        shape.address = address
    return root
