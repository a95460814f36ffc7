"""A scene's text: the same bytes for the same scene, and every mistake named with its line."""

import math
from pathlib import Path

import pytest
from hypothesis import given

from jackrf.errors import SessionError
from jackrf.parameters import Place, Value
from jackrf.sessions.document import rounded
from jackrf.sessions.reading import document_of
from jackrf.sessions.scene_text import renamed, scene_of, text_of
from jackrf.sessions.scenes import Scene, captured
from tests.osc.desks import small_desk
from tests.sessions.test_scenes import EVERYTHING, plain_desk

WRITTEN = """\
format = 1
name = "Verse \\"2\\""

[inputs]
drums = {}
vox = { trim = 3.0, pan = -0.25 }
bass = {}

[mixes.drums]
gain = -6.0

[mixes.drums.sends]
drums = { gain = -6.0 }
vox = { gain = 0.0 }
bass = { gain = -12.0 }

[mixes.keys]

[mixes.keys.sends]
vox = { gain = 3.0, pan = 0.5, mute = true }
bass = { gain = -inf, solo = true }
"""


def parsed(text: str, mix: str | None = None) -> Scene:
    """The scene of a text."""
    return scene_of(document_of(Path("scene.toml"), text.encode()), mix)


def test_one_line_for_each_send_and_only_what_differs_from_the_default() -> None:
    """In the order of the desk, in dB."""
    desk = small_desk()
    desk.change({Place(None, "vox", "trim"): 3.0, Place(None, "vox", "pan"): -0.25})
    desk.change({Place("drums", None, "gain"): -6.0, Place("keys", "bass", "solo"): True})
    assert text_of(captured(desk.mixer, 'Verse "2"')) == WRITTEN


def test_a_hand_written_text_is_read() -> None:
    """Comments, whole numbers, other orders; a gain below -90 dB is silence."""
    text = 'name = "V"\nformat = 1 # one\n[mixes]\nkeys.sends.vox = { gain = -3 }\n'
    scene = parsed(text + "drums = { gain = -95.0 }\n[x-mine]\na = 1\n")
    assert (scene.inputs, scene.mixes) == ((), ("keys", "drums"))
    assert scene.values == {
        Place("keys", "vox", "gain"): -3.0,
        Place("drums", None, "gain"): -math.inf,
    }
    assert type(scene.values[Place("keys", "vox", "gain")]) is float


@given(EVERYTHING)
def test_the_round_trip_is_byte_identical(values: dict[Place, Value]) -> None:
    """Of the whole desk and of a mix: what is read and written is what was there."""
    desk = plain_desk()
    desk.change(values)
    for mix in (None, "anna"):
        scene = captured(desk.mixer, "Verse", mix)
        again = parsed(text_of(scene), mix)
        assert text_of(again) == text_of(scene)
        assert {p: again.value(p) for p in again.places()} == {
            p: rounded(desk.mixer.value(p)) for p in scene.places()
        }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('format = 2\nname = "V"\n', "scene.toml:1: format = 2: newer than this jackrf"),
        ('format = 1\nname = "V"\n[mixes.keys]\ngain = 40.0\n', "scene.toml:4: mixes.keys.gain"),
        ('format = 1\nname = "V"\n[mixes.keys]\nsafe = true\n', "unknown key"),
        ('format = 1\nname = "V"\n[inputs]\nvox = { trim = "x" }\n', "scene.toml:4: inputs.vox"),
        ('format = 1\nname = "a\\nb"\n', "name"),
        ("format = 1\n", "name: missing"),
        ('format = 1\nname = "V\n', "not TOML"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, says: str) -> None:
    """Nothing of such a scene is recalled."""
    with pytest.raises(SessionError, match=r"^scene\.toml:") as refused:
        parsed(text)
    assert says in str(refused.value)


def test_renaming_leaves_the_rest_as_a_person_wrote_it() -> None:
    """Comments and order too."""
    text = '# mine\nformat = 1\nname = "Verse" # of what\n\n[inputs]\n# none\n'
    assert renamed(text, 'A "B"') == text.replace('"Verse"', '"A \\"B\\""')
