"""Session texts as people write them: every way that TOML has to say the same thing."""

import math
from dataclasses import dataclass

from hypothesis import strategies as st

from jackrf.parameters import MIX, SEND, STRIP, Place, Value

BAND = """\
format = 2
name = "Band"

[inputs.kick]
name = "Kick"
trim = 2.0
connect = ["system:capture_1"]

[inputs.vox]
name = "Vox"

[mixes.drums]
name = "Drums"
gain = -3
send_to = ["udp://127.0.0.1:5004"]
encoding = "L24"

[mixes.drums.sends]
kick = { gain = -6.0, pan = -0.5 }

[mixes.vox]
name = "Vox"
send_to = ["udp://127.0.0.1:5006", "udp://[::1]:5006"]
"""
"""A small session with something of everything."""

GAINS = st.one_of(
    st.just(-math.inf), st.integers(-9000, 1000).map(lambda n: n / 100), st.integers(-90, 10)
)
PANS = st.integers(-100, 100).map(lambda n: n / 100)
NAMES = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters="#", include_characters=" "),
    min_size=1,
    max_size=8,
).filter(lambda name: name.strip() and name.isprintable())
PEERS = st.lists(
    st.sampled_from(["system:capture_1", "system:capture_2", 'a "b":c', "x:y z"]),
    max_size=3,
    unique=True,
)
COMMENTS = st.sampled_from(["", "", "", "  # dB", " # a = [ { ' \"", "\t#"])
BETWEEN = st.sampled_from(["", "", "\n", "# [mixes.no]\n", "\n\n# x = 1\n"])


@dataclass(frozen=True)
class Written:
    """A text, with the ids of its inputs and mixes."""

    text: str
    strips: tuple[str, ...]
    mixes: tuple[str, ...]


def literal(value: Value | int | list[str]) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def value_of(name: str, table: str) -> st.SearchStrategy[Value]:
    """Whatever may stand at a name."""
    rules = {"send": SEND, "mix": MIX, "strip": STRIP}[table]
    kinds: dict[str, st.SearchStrategy[Value]] = {
        "gain": GAINS.map(float),
        "pan": PANS,
        "switch": st.booleans(),
        "text": NAMES,
    }
    return kinds[rules[name].kind]


@st.composite
def inline(draw: st.DrawFn, fields: dict[str, str]) -> str:
    """An inline table, close or wide."""
    blank = draw(st.sampled_from([" ", "", "  "]))
    gap = draw(st.sampled_from([" = ", "=", "  ="]))
    return "{" + blank + f",{blank}".join(f"{k}{gap}{v}" for k, v in fields.items()) + blank + "}"


@st.composite
def a_table(draw: st.DrawFn, required: dict[str, str], kind: str) -> dict[str, str]:
    """Some fields of a table: those that it needs, and some others, x- keys among them."""
    rules = {"send": SEND, "mix": MIX, "strip": STRIP}[kind]
    fields = dict(required)
    for name in draw(st.lists(st.sampled_from(sorted(rules)), unique=True, max_size=3)):
        if name not in fields:
            fields[name] = literal(draw(value_of(name, kind)))
    if draw(st.booleans()):
        fields["x-colour"] = draw(st.sampled_from(['"red"', "[1, 2]", "{ a = 1 }"]))
    return fields


@st.composite
def session_texts(draw: st.DrawFn) -> Written:
    """A whole session; each table in one of the ways that TOML has to write it."""
    ids = st.sampled_from(["kick", "vox", "x-ray", "7", "a_b"])
    strips = draw(st.lists(ids, min_size=1, max_size=4, unique=True))
    mixes = draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    format_ = draw(st.sampled_from(["1", "2"]))
    top = [f"format = {format_}", f"name = {literal(draw(NAMES))}"]
    dotted: list[str] = []
    sections: list[str] = []
    for strip in strips:
        need = {"name": literal(draw(NAMES))}
        peers = draw(PEERS)
        if peers:
            need["connect"] = literal(peers)
        fields = draw(a_table(need, "strip"))
        _write(draw, f"inputs.{strip}", fields, dotted, sections)
    for mix in mixes:
        need = {"name": literal(draw(NAMES))}
        sides = draw(st.sets(st.sampled_from(["connect_left", "connect_right"])))
        need |= {side: literal(draw(PEERS)) for side in sorted(sides)}
        fields = draw(a_table(need, "mix"))
        hears = draw(st.lists(st.sampled_from(strips), unique=True))
        sends = {s: draw(a_table({"gain": literal(draw(GAINS))}, "send")) for s in hears}
        way = draw(st.sampled_from(["section", "section", "inside", "apart"]))
        if way == "inside":
            whole = {s: draw(inline(send)) for s, send in sends.items()}
            extra = {"sends": draw(inline(whole))} if sends else {}
            _write(draw, f"mixes.{mix}", fields | extra, dotted, sections)
        elif way == "section":
            _write(draw, f"mixes.{mix}", fields, None, sections)
            lines = [f"{s} = {draw(inline(send))}{draw(COMMENTS)}" for s, send in sends.items()]
            is_there = draw(st.booleans())
            if lines or is_there:
                sections.append(_section(draw, f"mixes.{mix}.sends", lines))
        else:
            _write(draw, f"mixes.{mix}", fields, None, sections)
            for strip, send in sends.items():
                _write(draw, f"mixes.{mix}.sends.{strip}", send, None, sections)
    sections = draw(st.permutations(sections))
    parts = [*top, *dotted]
    text = "".join(f"{part}{draw(COMMENTS)}\n" for part in parts) + "".join(sections)
    if draw(st.booleans()):
        text = text.rstrip("\n")
    return Written(text, tuple(strips), tuple(mixes))


def _section(draw: st.DrawFn, name: str, lines: list[str]) -> str:
    indent = draw(st.sampled_from(["", "", "  "]))
    body = "".join(f"{draw(BETWEEN)}{indent}{line}\n" for line in lines)
    return f"{draw(BETWEEN)}[{name}]{draw(COMMENTS)}\n{body}"


def _write(
    draw: st.DrawFn,
    name: str,
    fields: dict[str, str],
    dotted: list[str] | None,
    sections: list[str],
) -> None:
    ways = ["section", "section"] + ["dotted", "inline"] * (dotted is not None)
    way = draw(st.sampled_from(ways))
    if way == "section" or dotted is None:
        lines = [f"{key} = {value}{draw(COMMENTS)}" for key, value in fields.items()]
        sections.append(_section(draw, name, lines))
    elif way == "dotted":
        dotted += [f"{name}.{key} = {value}" for key, value in fields.items()]
    else:
        dotted.append(f"{name} = {draw(inline(fields))}")


@st.composite
def changes(draw: st.DrawFn, written: Written) -> dict[Place, Value]:
    """Some values for some places of a text."""
    places = [Place(None, s, n) for s in written.strips for n in STRIP]
    places += [Place(m, None, n) for m in written.mixes for n in MIX]
    places += [Place(m, s, n) for m in written.mixes for s in written.strips for n in SEND]
    chosen = draw(st.lists(st.sampled_from(places), unique=True, max_size=12))
    kinds = {True: "strip", False: "mix"}
    return {
        place: draw(
            value_of(place.name, "send" if place.mix and place.strip else kinds[place.mix is None])
        )
        for place in chosen
    }
