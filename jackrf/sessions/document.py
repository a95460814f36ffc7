"""A session's text brought up to the desk: only what differs is touched, comments and order stay.

Gains and pans are rounded to 0.01. What is as it would be without its line is not written, unless
the line has a comment: that line is a person's.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from jackrf.errors import JackrfError
from jackrf.parameters import MIX, SEND, STRIP, Place, Value, table_of
from jackrf.sessions.editing import Editor, Rank, Setting, toml, toml_list
from jackrf.sessions.migration import migrated
from jackrf.sessions.tables import Location, dotted

DIGITS = 2
"""Decimals of a gain or a pan in a file."""

CONNECT = ("connect", "connect_left", "connect_right")
"""Names of wishes: of an input, and of a mix's two ports."""

_FIELDS = ("name", "trim", "gain", "pan", "mute", "solo", "safe", *CONNECT)
"""The order in which new keys stand below each other."""
_NOWHERE = float("inf")

Wishes = Mapping[Place, Sequence[str]]
"""Full names of the JACK ports to connect to, by where a session has them."""


def edited(text: str, values: Mapping[Place, Value], wishes: Wishes | None = None) -> str:
    """Return a session's text with these values in it, and all else as it was.

    Args:
        text: a valid session of any format, lines ending in LF.
        values: of inputs and mixes that the text has; any of them may be what it says already.
        wishes: of inputs and mixes that the text has.

    Returns:
        The very same text if nothing is different; else a text of the present format.

    Raises:
        JackrfError: the text could not be edited so that it says this and nothing else.
    """
    current = migrated(text, parsed(text))
    data = parsed(current)
    different = {p: v for p, v in values.items() if found(data, p) != rounded(v)}
    rewired = {p: list(v) for p, v in (wishes or {}).items() if wished(data, p) != list(v)}
    if not different and not rewired:
        return text
    editor = Editor(current, _rank(data))
    for location, setting in _settings(data, different, editor):
        editor.put(location, setting)
    for place, peers in rewired.items():
        location = location_of(place)
        before = editor.written(location)
        written = toml_list(before, peers) if before else toml(peers)
        editor.put(location, Setting(written, droppable=not peers))
    new = editor.text()
    _verify(current, new, different, rewired)
    return new


@lru_cache(maxsize=4)
def parsed(text: str) -> Mapping[str, Any]:
    """Return what a text says. It is shared: nobody may change it."""
    return tomllib.loads(text)


def rounded(value: Value) -> Value:
    """Return a value as a file has it."""
    # + 0.0 turns -0.0 into 0.0
    return round(value, DIGITS) + 0.0 if isinstance(value, float) else value


def location_of(place: Place) -> Location:
    """Return where a value stands in a session."""
    if place.mix is None:
        return ("inputs", str(place.strip), place.name)
    if place.strip is None:
        return ("mixes", place.mix, place.name)
    return ("mixes", place.mix, "sends", place.strip, place.name)


def has_place(data: Mapping[str, Any], place: Place) -> bool:
    """Whether the input and the mix of a place are in a session."""
    return (place.mix is None or place.mix in data["mixes"]) and (
        place.strip is None or place.strip in data["inputs"]
    )


def found(data: Mapping[str, Any], place: Place) -> Value:
    """Return what a session says of a value, rounded; the default where it says nothing."""
    *above, name = location_of(place)
    table: Any = data
    for part in above:
        table = table.get(part, {})
    value = table.get(name, table_of(place)[place.name].default)
    # A person may write a gain of 3 dB without a point.
    return rounded(float(value) if type(value) is int else value)


def wished(data: Mapping[str, Any], place: Place) -> list[str]:
    """Return which ports a session wants connected to an input or to one side of a mix."""
    kind, owner, name = map(str, location_of(place))
    peers: list[str] = data[kind][owner].get(name, [])
    return peers


def _rank(data: Mapping[str, Any]) -> Rank:
    strips = {strip: rank for rank, strip in enumerate(data["inputs"])}
    fields = {name: rank for rank, name in enumerate(_FIELDS)}

    def rank(location: Location) -> float:
        is_send = len(location) == 4 and location[2] == "sends"
        return (strips if is_send else fields).get(str(location[-1]), _NOWHERE)

    return rank


def _settings(
    data: Mapping[str, Any], different: Mapping[Place, Value], editor: Editor
) -> Iterator[tuple[Location, Setting]]:
    sends: dict[Location, dict[str, Value]] = {}
    for place, value in different.items():
        location = location_of(place)
        if place.mix is not None and place.strip is not None:
            sends.setdefault(location[:-1], {})[place.name] = rounded(value)
        else:
            yield location, _setting(place.name, rounded(value), MIX if place.mix else STRIP)
    for location, values in sends.items():
        yield from _send_settings(data, location, values, editor)


def _send_settings(
    data: Mapping[str, Any], location: Location, values: dict[str, Value], editor: Editor
) -> Iterator[tuple[Location, Setting]]:
    _, mix, _, strip = location
    before = data["mixes"][mix].get("sends", {}).get(strip)
    after = {name: parameter.default for name, parameter in SEND.items()} | (before or {}) | values
    is_silent = all(SEND[name].default == value for name, value in after.items() if name in SEND)
    if before is None:
        said = {n: v for n, v in after.items() if n == "gain" or v != SEND[n].default}
        fields = ", ".join(f"{name} = {toml(value)}" for name, value in said.items())
        yield location, Setting(f"{{ {fields} }}", droppable=is_silent)
    elif is_silent and after.keys() <= SEND.keys() and editor.is_one_value(location):
        yield location, Setting("{ gain = -inf }", droppable=True)
    else:
        for name, value in values.items():
            yield (*location, name), _setting(name, value, SEND)


def _setting(name: str, value: Value, table: Mapping[str, Any]) -> Setting:
    is_needed = name == "name" or (table is SEND and name == "gain")
    return Setting(toml(value), droppable=not is_needed and value == table[name].default)


def _verify(
    text: str,
    new: str,
    different: Mapping[Place, Value],
    rewired: Wishes,
) -> None:
    """Hold an edited text to what it is to say: no file is written on trust."""
    expected = dict(_said(text))
    changes: dict[Location, Any] = {location_of(p): rounded(v) for p, v in different.items()}
    changes |= {location_of(place): list(peers) for place, peers in rewired.items()}
    for location, value in changes.items():
        expected.pop(location, None)
        if not _is_default(location, value):
            expected[location] = value
    try:
        now = _said(new)
    except tomllib.TOMLDecodeError as error:
        raise JackrfError(f"the session's text cannot be edited in place: {error}") from None
    keys = now.keys() | expected.keys()
    wrong = sorted(key for key in keys if now.get(key) != expected.get(key))
    if wrong:
        raise JackrfError(f"the session's text cannot be edited in place: {dotted(wrong[0])}")


@lru_cache(maxsize=4)
def _said(text: str) -> Mapping[Location, Any]:
    return _leaves(parsed(text))


def _leaves(table: Mapping[str, Any], above: Location = ()) -> dict[Location, Any]:
    """Return all that a session says, by location, without what is so by default."""
    leaves: dict[Location, Any] = {}
    for key, value in table.items():
        location = (*above, key)
        if isinstance(value, dict):
            leaves |= _leaves(value, location)
        elif not _is_default(location, value):
            leaves[location] = value
    return leaves


def _is_default(location: Location, value: object) -> bool:
    match location:
        case ("inputs" | "mixes", _, str(name)) if name in CONNECT:
            return value == []
        case ("inputs", _, str(name)):
            table = STRIP
        case ("mixes", _, str(name)):
            table = MIX
        case ("mixes", _, "sends", _, str(name)):
            table = SEND
        case _:
            return False
    return name in table and table[name].default == value
