"""Sessions of Open Stage Control: their shape, and the addresses in them."""

import json
from collections.abc import Iterator
from typing import Any

from jackrf.osc.layout.arrange import page_of
from jackrf.osc.layout.open_stage_control import rendered
from tests.osc.desks import large_desk, small_desk

DRUMS = page_of(small_desk().mixer, "drums")


def widgets(widget: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A widget and all that is in it."""
    yield widget
    for inner in (*widget.get("widgets", ()), *widget.get("tabs", ())):
        yield from widgets(inner)


def session(page: Any = DRUMS, **more: Any) -> dict[str, Any]:
    """What is in the file."""
    found: dict[str, Any] = json.loads(rendered(page, **more))
    return found


def by_id(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All widgets of a session."""
    listed = list(widgets(found["content"]))
    named = {one["id"]: one for one in listed}
    assert len(named) == len(listed)
    return named


def test_it_has_the_shape_of_a_session() -> None:
    """The envelope of the app's own examples, and widgets of types that it has."""
    found = session()
    assert {key: found[key] for key in ("createdWith", "type")} == {
        "createdWith": "Open Stage Control",
        "type": "session",
    }
    types = {one["type"] for one in widgets(found["content"])}
    assert types == {"root", "panel", "text", "fader", "button", "variable"}


def test_every_address_of_the_page_is_in_it() -> None:
    """The same paths, each with the range and the type of the table."""
    found = by_id(session())
    addresses = {one.get("address") for one in found.values()}
    assert {one.target.path for one in DRUMS if one.target} <= addresses
    assert found["in_1_pan"]["range"] == {"min": -1.0, "max": 1.0}
    assert found["in_1_fader"]["touchAddress"] == "/mix/1/in/1/fader/touch"
    assert found["in_1_mute"]["typeTags"] == "i"


def test_what_only_shows_sends_nothing() -> None:
    """Names, meters and health are bypassed; faders are not."""
    found = by_id(session())
    silent = {name for name, one in found.items() if one.get("bypass")}
    assert {"title", "in_1_meter", "in_1_text", "stream_loss_value"} <= silent
    assert not {"in_1_fader", "in_1_mute", "undo", "mix_moreme"} & silent


def test_it_subscribes_answers_and_pairs() -> None:
    """By the scripts of the app."""
    found = by_id(session(reply_port=9123, pin="1111"))
    root = found["root"]["onCreate"]
    assert 'send("/subscribe", "/mix/1", {type: "i", value: 9123})' in root
    assert 'send("/pair", {type: "s", value: "1111"})' in root
    assert '{type: "i", value: 9123}, {type: "i", value: value})' in found["challenge"]["onValue"]
    assert "/pair" not in by_id(session())["root"]["onCreate"]


def test_many_inputs_have_tabs() -> None:
    """Each with its own strips."""
    found = session(page_of(large_desk(24, 2).mixer, "mix-1"))
    strips = by_id(found)["strips"]
    assert [tab["label"] for tab in strips["tabs"]] == ["1 - 8", "9 - 16", "17 - 24"]
    assert all(tab["widgets"] for tab in strips["tabs"])


def test_it_is_the_same_each_time() -> None:
    """Byte by byte."""
    assert rendered(DRUMS) == rendered(page_of(small_desk().mixer, "drums"))
