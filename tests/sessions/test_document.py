"""A session's text is brought up to the desk, and nothing else of it changes."""

import difflib
import math
import re
import tomllib
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from jackrf.errors import JackrfError
from jackrf.parameters import Place, Value
from jackrf.sessions import shipped
from jackrf.sessions.document import edited, found, parsed
from jackrf.sessions.reading import Document
from jackrf.sessions.session import Session, validated
from tests.sessions.texts import PEERS, Written, changes, session_texts

BAND = """\
format = 2
name = "Band"       # a rehearsal

[inputs.kick]
name = "Kick"
trim = 2.0          # dB
connect = ["system:capture_1"]

[inputs.vox]
name = "Vox"
x-microphone = "Beta 58"

# The drummer.
[mixes.drums]
name = "Drums"
gain = -3.0
send_to = ["udp://127.0.0.1:5004"]

[mixes.drums.sends]
# loud
kick = { gain = -6.0, pan = -0.5 }

[mixes.singer]
name = "Singer"
"""

KEPT = re.compile(r'#.*|x-colour\s*=\s*(?:"red"|\[1, 2\]|\{ a = 1 \})')
SHIPPED = sorted(shipped.folder().glob("*.toml"))


def session_of(text: str) -> Session:
    """The session that a text is."""
    return validated(Document(Path("x.toml"), text, tomllib.loads(text)))


def connect(strip: str) -> Place:
    """Where the wishes of an input stand."""
    return Place(None, strip, "connect")


def difference(text: str, values: dict[Place, Value], **inputs: list[str]) -> list[str]:
    """The lines that go and come, when a text is brought up to these values and wishes."""
    new = edited(text, values, {connect(strip): peers for strip, peers in inputs.items()})
    lines = difflib.ndiff(text.splitlines(), new.splitlines())
    return [line for line in lines if line[0] in "+-"]


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_whatever_changes_the_file_says_it_and_all_else_stays(data: st.DataObject) -> None:
    """For any way to write a session, and any values: levels, comments, x- keys, order."""
    written: Written = data.draw(session_texts())
    values = data.draw(changes(written))
    before = session_of(written.text)
    wishes = data.draw(st.dictionaries(st.sampled_from(list(before.wishes())), PEERS))
    new = edited(written.text, values, wishes)
    after = session_of(new)
    expected = before.to_mixer()
    for place, value in values.items():
        expected.put(place, value)
    mixer = after.to_mixer()
    assert {p: mixer.value(p) for p in expected.places()} == {
        p: expected.value(p) for p in expected.places()
    }
    assert after.wishes() == before.wishes() | wishes
    assert KEPT.findall(written.text) == KEPT.findall(new)
    assert edited(new, values, wishes) == new


@settings(deadline=None, max_examples=50)
@given(session_texts())
def test_a_text_with_nothing_to_change_stays_to_the_byte(written: Written) -> None:
    """Given all values that it has already, for any way to write it; tomlkit reads it alike."""
    session = session_of(written.text)
    mixer = session.to_mixer()
    values = {place: mixer.value(place) for place in mixer.places()}
    assert edited(written.text, values, session.wishes()) == written.text
    assert tomlkit.parse(written.text).as_string() == written.text


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_sessions_that_come_with_jackrf_stay_to_the_byte(path: Path) -> None:
    """Saving one whose desk was not touched changes nothing; tomlkit writes what it reads."""
    text = path.read_text()
    mixer = session_of(text).to_mixer()
    assert edited(text, {place: mixer.value(place) for place in mixer.places()}) == text
    assert tomlkit.parse(text).as_string() == text


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_there_and_back_is_the_same_file(path: Path) -> None:
    """Every gain that is written is changed and changed back: no trace is left."""
    text = path.read_text()
    mixer = session_of(text).to_mixer()
    gains = {
        Place(mix.id, strip, "gain"): send.gain
        for mix in mixer.mixes
        for strip, send in mix.sends.items()
    }
    away = edited(text, dict.fromkeys(gains, -1.25))
    assert len(away.splitlines()) == len(text.splitlines())
    assert edited(away, gains) == text


def test_a_value_is_replaced_where_it_stands() -> None:
    """And a comment behind it keeps its column."""
    assert difference(BAND, {Place(None, "kick", "trim"): -12.5}) == [
        "- trim = 2.0          # dB",
        "+ trim = -12.5        # dB",
    ]
    assert difference(BAND, {Place("drums", "kick", "pan"): 0.25}) == [
        "- kick = { gain = -6.0, pan = -0.5 }",
        "+ kick = { gain = -6.0, pan = 0.25 }",
    ]


def test_what_is_new_gets_a_line_among_its_kin() -> None:
    """A trim below the name, a mute below the gain, a send in the order of the inputs."""
    values: dict[Place, Value] = {
        Place(None, "vox", "trim"): 1.0,
        Place("drums", None, "mute"): True,
        Place("drums", "vox", "gain"): -9.0,
    }
    new = edited(BAND, values)
    assert 'name = "Vox"\ntrim = 1.0\nx-microphone = "Beta 58"\n' in new
    assert "gain = -3.0\nmute = true\nsend_to" in new
    assert "pan = -0.5 }\nvox = { gain = -9.0 }\n" in new


def test_a_first_send_gets_its_table() -> None:
    """Below the mix that it belongs to, each send on one line, in the order of the inputs."""
    values: dict[Place, Value] = {
        Place("singer", "vox", "safe"): True,
        Place("singer", "kick", "gain"): -9.999,
        Place("singer", "vox", "pan"): 0.3,
    }
    assert edited(BAND, values) == (
        BAND + "\n[mixes.singer.sends]\n"
        "vox = { gain = -inf, pan = 0.3, safe = true }\nkick = { gain = -10.0 }\n"
    )


def test_what_is_as_usual_is_not_written() -> None:
    """Its line goes; a send that is silent again goes whole."""
    assert difference(BAND, {Place("drums", None, "gain"): 0.0}) == ["- gain = -3.0"]
    assert difference(BAND, {Place("drums", "kick", "pan"): 0.0}) == [
        "- kick = { gain = -6.0, pan = -0.5 }",
        "+ kick = { gain = -6.0 }",
    ]
    silent: dict[Place, Value] = {
        Place("drums", "kick", "gain"): -math.inf,
        Place("drums", "kick", "pan"): 0.0,
    }
    assert difference(BAND, silent) == ["- kick = { gain = -6.0, pan = -0.5 }"]
    assert difference(BAND, {Place("drums", "vox", "mute"): False}) == []


def test_a_line_with_a_comment_is_a_persons_and_stays() -> None:
    """Its value becomes the usual one, or silence."""
    assert difference(BAND, {Place(None, "kick", "trim"): 0.0}) == [
        "- trim = 2.0          # dB",
        "+ trim = 0.0          # dB",
    ]
    text = BAND.replace("pan = -0.5 }", "pan = -0.5 }  # for the click")
    silent: dict[Place, Value] = {
        Place("drums", "kick", "gain"): -math.inf,
        Place("drums", "kick", "pan"): 0.0,
    }
    new = edited(text, silent)
    assert "kick = { gain = -inf }              # for the click\n" in new


def test_levels_are_rounded_to_a_hundredth() -> None:
    """A fader that moved by less than that changes nothing."""
    assert difference(BAND, {Place("drums", None, "gain"): -2.9951}) == []
    assert difference(BAND, {Place("drums", None, "gain"): -2.9949}) == [
        "- gain = -3.0",
        "+ gain = -2.99",
    ]
    assert difference(BAND, {Place(None, "kick", "trim"): -0.001})[1].startswith("+ trim = 0.0 ")


def test_wishes_are_written_and_go_when_there_are_none() -> None:
    """A list over several lines keeps its comments."""
    assert difference(BAND, {}, kick=["system:capture_1", 'a "b":c']) == [
        '- connect = ["system:capture_1"]',
        '+ connect = ["system:capture_1", "a \\"b\\":c"]',
    ]
    assert difference(BAND, {}, kick=[]) == ['- connect = ["system:capture_1"]']
    assert difference(BAND, {}, vox=["a:b"]) == ['+ connect = ["a:b"]']
    many = BAND.replace('["system:capture_1"]', '[\n  "a:1",  # close\n  "b:2",  # room\n]')
    assert difference(many, {}, kick=["b:2"]) == ['-   "a:1",  # close']
    turned = session_of(edited(many, {}, {connect("kick"): ["b:2", "a:1"]}))
    assert turned.inputs["kick"].connect == ["b:2", "a:1"]
    left = Place("drums", None, "connect_left")
    assert session_of(edited(BAND, {}, {left: ["amp:l"]})).mixes["drums"].connect_left == ["amp:l"]


@pytest.mark.parametrize(
    "mixes",
    [
        '[mixes]\na.name = "A"\n',
        '[mixes]\na.name = "A"\na.sends.kick.gain = -3.0\n',
        '[mixes.a]\nname = "A"\nsends.kick = { gain = 1.0 }\n',
        '[mixes.a]\nname = "A"\nsends.kick.gain = 1.0\n',
        '[mixes.a]\nname = "A"\nsends = {}\n',
        '[mixes]\na = { name = "A", sends.kick.gain = 3 }\n',
        '[mixes]\na = { name = "A" }\n',
        '[mixes.a.sends.vox]\ngain = 1.0\n[mixes.a]\nname = "A"',
        '[mixes.a]\nname = "A"\n[mixes.a.sends]\n',
        '[mixes."a"]\n"name" = \'A\'\n[mixes.a."sends"]\n"kick"={"gain"=1,\'pan\'=0}',
    ],
)
def test_every_way_to_write_a_mix_takes_every_change(mixes: str) -> None:
    """Dotted keys, tables in tables, quoted keys, no line end at the end."""
    text = 'format = 2\nname = "x"\ninputs.kick.name = "Kick"\ninputs.vox = {name="Vox"}\n' + mixes
    values: dict[Place, Value] = {
        Place("a", "kick", "gain"): -4.0,
        Place("a", "kick", "pan"): 0.5,
        Place("a", "vox", "gain"): -5.0,
        Place("a", None, "gain"): -6.0,
        Place(None, "vox", "trim"): -7.0,
        Place(None, "kick", "mute"): True,
    }
    new = edited(text, values)
    assert {place: found(parsed(new), place) for place in values} == values
    assert session_of(new).name == "x"


def test_an_older_file_is_written_in_the_present_format_when_it_changes() -> None:
    """And not before: nothing changed is nothing written."""
    old = BAND.replace("format = 2", "format = 1")
    assert edited(old, {Place("drums", None, "gain"): -3.0}) == old
    assert difference(old, {Place("drums", None, "gain"): -4.0}) == [
        "- format = 1",
        "+ format = 2",
        "- gain = -3.0",
        "+ gain = -4.0",
    ]


@pytest.mark.parametrize("text", ["", "mixes = 3 = 4", BAND.replace("-6.0", "-6.5")])
def test_nothing_is_written_on_trust(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edited text is read again, and refused if it does not say what it is to say."""
    monkeypatch.setattr("jackrf.sessions.editing.Editor.text", lambda _: text)
    with pytest.raises(JackrfError, match="the session's text cannot be edited in place: "):
        edited(BAND, {Place("drums", None, "gain"): -4.0})
