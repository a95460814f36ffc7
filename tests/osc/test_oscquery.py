"""OSCQuery: the table of addresses as JSON, and what each who asks is told."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from jackrf.osc.addresses import TABLE
from jackrf.osc.admission import ALL, Rights, musician
from jackrf.osc.namespace import Namespace
from jackrf.osc.oscquery import ATTRIBUTES, Query
from tests.osc.desks import large_desk, small_desk

NOBODY = Rights()
DRUMMER = musician(["drums"])


def query_of(strips: int = 0) -> Query:
    """The small desk, or a larger one."""
    desk = large_desk(strips, 4) if strips else small_desk()
    mixer = desk.mixer
    namespace = Namespace(desk)
    return Query(
        namespace, list(mixer.mix_number), list(mixer.strip_number), "jackrf Evening", 9955
    )


QUERY = query_of()


def asked(target: str, rights: Rights = ALL) -> Any:
    """The JSON of an answer."""
    answer = QUERY.answer(target, rights)
    assert answer.status == 200
    return json.loads("".join(answer.pieces))


def methods(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All nodes that are addresses, at and below one."""
    if "TYPE" in node or "DESCRIPTION" in node:
        yield node
    for inner in node.get("CONTENTS", {}).values():
        yield from methods(inner)


def test_a_fader_is_described_as_in_the_table() -> None:
    """Type, range, what happens beyond it, meaning, and the value now."""
    assert asked("/mix/1/in/2/fader") == {
        "FULL_PATH": "/mix/1/in/2/fader",
        "DESCRIPTION": "level as a position: 0 dB is 0.75, +10 dB is 1, 0 is off",
        "ACCESS": 3,
        "TYPE": "f",
        "RANGE": [{"MIN": 0.0, "MAX": 1.0}],
        "CLIPMODE": ["both"],
        "VALUE": [0.75],
        "CONTENTS": asked("/mix/1/in/2/fader?CONTENTS")["CONTENTS"],
    }
    assert asked("/mix/1/in/2/gain")["UNIT"] == ["dB"]
    assert asked("/mix/1/in/2/mute")["RANGE"] == [{"VALS": [0, 1]}]


def test_the_whole_tree_has_every_address_of_the_table() -> None:
    """But those that jackrf only ever sends as an answer."""
    found = {node["FULL_PATH"] for node in methods(asked("/"))}
    namespace = Namespace(small_desk())
    expected = set()
    for address in TABLE:
        if address.direction == "out" and address.told == "when asked":
            continue
        path = address.path.replace("{mix}", "*").replace("{strip}", "*")
        expected |= {target.path for target in namespace.resolve(path)}
    assert found == expected


def test_every_value_is_of_its_type_and_in_its_range() -> None:
    """What a program reads here it may rely on."""
    python = {"f": float, "i": int, "s": str}
    for node in methods(asked("/")):
        for tag, value in zip(node.get("TYPE", ""), node.get("VALUE", ()), strict=False):
            assert isinstance(value, python[tag]), node
            for limits in node.get("RANGE", ()):
                assert limits.get("MIN", value) <= value <= limits.get("MAX", value), node


@pytest.mark.parametrize(
    ("rights", "access", "has_value"), [(ALL, 3, True), (DRUMMER, 3, True), (NOBODY, 0, False)]
)
def test_nobody_is_told_more_than_by_osc(rights: Rights, access: int, has_value: bool) -> None:
    """Levels are for the musician of the mix; names and meters for all."""
    node = asked("/mix/1/fader", rights)
    assert node["ACCESS"] == access
    assert ("VALUE" in node) == has_value
    assert asked("/mix/1/name", rights)["VALUE"] == ["Dave"]
    assert asked("/mix/2/fader", DRUMMER)["ACCESS"] == 0


def test_one_attribute_can_be_asked_for() -> None:
    """With 204 where the node has none."""
    assert asked("/mix/1/gain?VALUE") == {"VALUE": [0.0]}
    assert asked("/mix?ACCESS") == {"ACCESS": 0}
    assert set(asked("/mix?CONTENTS")["CONTENTS"]) == {"1", "2"}
    assert QUERY.answer("/mix?VALUE", ALL).status == 204
    assert QUERY.answer("/mix/1/name?RANGE", ALL).status == 204
    assert QUERY.answer("/mix/1/name?CONTENTS", ALL).status == 204


def test_it_says_who_it_is() -> None:
    """Name, port and what it knows of the proposal."""
    info = asked("/?HOST_INFO")
    assert (info["NAME"], info["OSC_PORT"], info["OSC_TRANSPORT"]) == (
        "jackrf Evening",
        9955,
        "UDP",
    )
    assert {"VALUE", "RANGE"} < set(info["EXTENSIONS"]) <= ATTRIBUTES
    assert "LISTEN" not in info["EXTENSIONS"]


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/nothing", 404),
        ("/mix/3", 404),
        ("/mix/1/fader/touch/more", 404),
        ("/mix//1", 404),
        ("mix/1", 400),
        ("/mix/1?NONSENSE", 400),
        ("/mix/%ff", 400),
        ("//[", 400),
    ],
)
def test_a_wrong_question_has_its_number(target: str, status: int) -> None:
    """Without a body."""
    answer = QUERY.answer(target, ALL)
    assert answer.status == status
    assert list(answer.pieces) == []


def test_a_large_desk_comes_in_small_pieces() -> None:
    """No piece is so long that making it would keep a fader waiting."""
    pieces = list(query_of(64).answer("/", ALL).pieces)
    assert len(json.loads("".join(pieces))["CONTENTS"]["mix"]["CONTENTS"]) == 4
    assert max(map(len, pieces)) < 1000
