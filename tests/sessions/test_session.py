"""A session file becomes the desk it describes. (Files with mistakes: test_mistakes.py.)"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError

from jackrf.errors import SessionError
from jackrf.sessions import shipped
from jackrf.sessions.session import Input, Mix, Send, Session, load
from tests.sessions.texts import BAND


def loaded(folder: Path, text: str) -> Session:
    """The session that a text is."""
    path = folder / "x.toml"
    path.write_text(text)
    return load(path)


def test_a_session_is_read_with_its_defaults(tmp_path: Path) -> None:
    """What is not written is as usual; a whole number of dB is a number of dB."""
    session = loaded(tmp_path, BAND)
    assert session == Session(
        format=2,
        name="Band",
        inputs={
            "kick": Input(name="Kick", trim=2.0, mute=False, connect=["system:capture_1"]),
            "vox": Input(name="Vox", trim=0.0, mute=False, connect=[]),
        },
        mixes={
            "drums": Mix(
                name="Drums",
                gain=-3.0,
                mute=False,
                send_to=["udp://127.0.0.1:5004"],
                encoding="L24",
                limiter=True,
                ceiling=-1.0,
                sends={"kick": Send(gain=-6.0, pan=-0.5, mute=False, solo=False)},
            ),
            "vox": Mix(
                name="Vox",
                send_to=["udp://127.0.0.1:5006", "udp://[::1]:5006"],
                encoding="L16",
            ),
        },
    )


def test_ports_stand_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Strips and mixes keep their order, names and levels on the desk."""
    desk = loaded(tmp_path, BAND).to_mixer()
    assert [(strip.id, strip.name, strip.trim) for strip in desk.strips] == [
        ("kick", "Kick", 2.0),
        ("vox", "Vox", 0.0),
    ]
    assert [(mix.id, mix.name, mix.gain) for mix in desk.mixes] == [
        ("drums", "Drums", -3.0),
        ("vox", "Vox", 0.0),
    ]


def test_a_desk_is_made_anew_each_time(tmp_path: Path) -> None:
    """Moving a fader does not change the session, nor another desk made from it."""
    session = loaded(tmp_path, BAND)
    session.to_mixer().mixes[0].sends["kick"].gain = 0.0
    assert session.to_mixer().mixes[0].sends["kick"].gain == -6.0


@pytest.mark.parametrize(
    "gain", ["-inf", "-200", "-90", "-90.01", "0", "-0.0", "+10", "10.0", "1e1"]
)
def test_gains_reach_from_silence_to_plus_ten(tmp_path: Path, gain: str) -> None:
    """Below -90 dB is silence, -inf most of all; both ends belong to it."""
    session = loaded(tmp_path, BAND.replace("gain = -6.0", f"gain = {gain}"))
    assert session.mixes["drums"].sends["kick"].gain == float(gain)


def test_a_session_made_in_python_is_held_to_the_same_rules() -> None:
    """No desk can be made of a send of nothing."""
    strip = Input(name="Kick")
    mix = Mix(name="Drums", sends={"vox": Send(gain=0.0)})
    with pytest.raises(ValidationError, match="a send of an input that is not there"):
        Session(format=2, name="x", inputs={"kick": strip}, mixes={"drums": mix})


def test_the_schema_describes_every_key() -> None:
    """Editors complete a session from it, and it says what each key means."""
    schema = json.loads(json.dumps(Session.model_json_schema()))
    tables = [schema, *schema["$defs"].values()]
    fields = [field for table in tables for field in table["properties"].values()]
    assert [field for field in fields if not field.get("description")] == []
    assert schema["properties"]["inputs"]["maxProperties"] == 64
    assert list(schema["properties"]["mixes"]["patternProperties"]) == ["^[a-z0-9_-]{1,32}$"]


@pytest.mark.parametrize(
    "path", sorted(shipped.folder().glob("*.toml")), ids=lambda path: path.stem
)
def test_every_session_that_comes_with_jackrf_is_good(path: Path) -> None:
    """It loads, and nobody's mix is silent."""
    matrix = load(path).to_mixer().matrix()
    assert (matrix.reshape(-1, 2 * matrix.shape[1]).max(axis=1) > 0.1).all()


def test_the_band_of_the_demo_has_four_inputs_and_four_mixes() -> None:
    """Four instruments that sound different, each with a mix and a destination of its own."""
    session = load(shipped.folder() / "band.toml")
    assert list(session.inputs) == ["kick", "bass", "guitar", "vox"]
    assert [(key, mix.send_to, mix.encoding) for key, mix in session.mixes.items()] == [
        ("drums", ["udp://127.0.0.1:5004"], "L16"),
        ("bass", ["udp://127.0.0.1:5006"], "L16"),
        ("guitar", ["udp://127.0.0.1:5008"], "L16"),
        ("vox", ["udp://127.0.0.1:5010"], "L16"),
    ]


SLUGS = st.text("abcxyz019_-", min_size=1, max_size=32)
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1, max_size=64
)
GAINS = st.floats(max_value=10.0, allow_nan=False) | st.integers(-100, 10)
SENDS = st.fixed_dictionaries(
    {"gain": GAINS},
    optional={"pan": st.floats(-1, 1), "mute": st.booleans(), "solo": st.booleans()},
)
INPUTS = st.dictionaries(
    SLUGS,
    st.fixed_dictionaries({"name": NAMES}, optional={"trim": GAINS, "mute": st.booleans()}),
    min_size=1,
    max_size=6,
)


@st.composite
def sessions(draw: st.DrawFn) -> dict[str, Any]:
    """A valid session, as TOML has it."""
    inputs = draw(INPUTS)
    mix = st.fixed_dictionaries(
        {"name": NAMES},
        optional={
            "gain": GAINS,
            "mute": st.booleans(),
            "limiter": st.booleans(),
            "ceiling": st.floats(-24, 0),
            "encoding": st.sampled_from(["L16", "L24"]),
            "sends": st.dictionaries(st.sampled_from(sorted(inputs)), SENDS),
        },
    )
    mixes: dict[str, dict[str, Any]] = draw(st.dictionaries(SLUGS, mix, min_size=1, max_size=4))
    for number, table in enumerate(mixes.values()):
        table["send_to"] = [f"udp://10.0.0.1:{5004 + 2 * number}"]
    return {"format": 1, "name": draw(NAMES), "inputs": inputs, "mixes": mixes}


def amplitude(db: float) -> float:
    """Gain to amplitude, as a textbook has it."""
    return 0.0 if db < -90 else 10 ** (db / 20)


def expected_matrix(data: dict[str, Any]) -> NDArray[np.float64]:
    """Left and right amplitude of each input in each mix, in float64, straight from the data."""
    matrix = np.zeros((2 * len(data["mixes"]), len(data["inputs"])))
    for row, mix in enumerate(data["mixes"].values()):
        sends = mix.get("sends", {})
        any_solo = any(send.get("solo") for send in sends.values())
        for column, (key, strip) in enumerate(data["inputs"].items()):
            send = sends.get(key)
            muted = mix.get("mute") or strip.get("mute") or (send and send.get("mute"))
            if not send or muted or (any_solo and not send.get("solo")):
                continue
            level = amplitude(send["gain"]) * amplitude(mix.get("gain", 0))
            level *= amplitude(strip.get("trim", 0))
            angle = (send.get("pan", 0.0) + 1) * math.pi / 4
            matrix[2 * row, column] = level * math.cos(angle)
            matrix[2 * row + 1, column] = level * math.sin(angle)
    return matrix


# Each example overwrites the same file. A machine that is busy with audio has no deadlines.
SAME_FOLDER = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SAME_FOLDER
@given(data=sessions())
def test_any_session_becomes_the_desk_it_describes(tmp_path: Path, data: dict[str, Any]) -> None:
    """The amplitudes are those of a direct computation in float64, to float32's precision."""
    session = loaded(tmp_path, tomlkit.dumps(data))
    np.testing.assert_allclose(
        session.to_mixer().matrix(), expected_matrix(data), rtol=2e-7, atol=1e-15
    )


@SAME_FOLDER
@given(data=sessions(), draw=st.data())
def test_every_mistake_in_any_session_is_told(
    tmp_path: Path, data: dict[str, Any], draw: st.DataObject
) -> None:
    """However many are made in however many places, each has its line."""
    places = [("inputs", key) for key in data["inputs"]] + [("mixes", key) for key in data["mixes"]]
    wrong = draw.draw(st.lists(st.sampled_from(places), min_size=1, unique=True))
    for group, key in wrong:
        data[group][key]["mute"] = "yes"
    with pytest.raises(SessionError) as caught:
        loaded(tmp_path, tomlkit.dumps(data))
    lines = str(caught.value).split("\n")
    told = {line.split(": ")[1] for line in lines}
    assert told == {f'{group}.{key}.mute = "yes"' for group, key in wrong}
    assert len(lines) == len(wrong)


def test_what_scenes_and_pan_need_reaches_the_desk(tmp_path: Path) -> None:
    """Pan of an input, safe of a send and of a mix."""
    text = BAND.replace("trim = 2.0", "trim = 2.0\npan = -0.25")
    text = text.replace("pan = -0.5", "pan = -0.5, safe = true")
    desk = loaded(tmp_path, text + "safe = true\n").to_mixer()
    assert [strip.pan for strip in desk.strips] == [-0.25, 0.0]
    assert [mix.safe for mix in desk.mixes] == [False, True]
    assert desk.mixes[0].sends["kick"].safe


def test_keys_that_begin_with_x_are_anybodys(tmp_path: Path) -> None:
    """In any table, of any type; an input may still be called x-ray."""
    text = BAND.replace("trim = 2.0", 'trim = 2.0\nx-microphone = "D112"')
    text = text.replace("pan = -0.5", "pan = -0.5, x-note = [1]")
    text += '[inputs.x-ray]\nname = "X"\n[x-lights]\nscene = { a = 1 }\n'
    session = loaded(tmp_path, text)
    assert list(session.inputs) == ["kick", "vox", "x-ray"]
    assert session.mixes == loaded(tmp_path, BAND).mixes
