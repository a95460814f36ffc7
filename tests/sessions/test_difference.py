"""Two sessions are compared by what they say, not by how it is written."""

from pathlib import Path

import pytest

from jackrf.sessions.difference import diff, differences
from jackrf.sessions.session import load

FIRST = """\
format = 2
name = "Band"
[inputs.kick]
name = "Kick"
[inputs.vox]
name = "Vox"
connect = ["a:b"]
[mixes.drums]
name = "Drums"
[mixes.drums.sends]
kick = { gain = -6.0 }
"""


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """The first session's file."""
    path = tmp_path / "first.toml"
    path.write_text(FIRST)
    return path


def changed(first: Path, *pieces: tuple[str, str]) -> list[str]:
    """The differences to the same session with other pieces."""
    text = FIRST
    for old, new in pieces:
        assert old in text
        text = text.replace(old, new)
    second = first.with_name("second.toml")
    second.write_text(text)
    return [str(difference) for difference in differences(load(first), load(second))]


def test_the_same_said_in_other_words_is_no_difference(first: Path) -> None:
    """Comments, defaults, an older format, a send of silence, another order of sends."""
    assert not changed(first, ("format = 2", "format = 1"))
    assert not changed(first, ('name = "Kick"', 'name = "Kick"  # loud\ntrim = 0.0\npan = 0'))
    assert not changed(first, ("-6.0 }", "-6, pan = 0.0 }\nvox = { gain = -inf }"))


def test_values_are_told_as_people_say_them(first: Path) -> None:
    """Gains in dB, pans in percent, the rest as in the file."""
    assert changed(
        first,
        ('name = "Band"', 'name = "Other"'),
        ('name = "Kick"', 'name = "Kick"\ntrim = 3.0\npan = -0.5\nmute = true'),
        ('["a:b"]', '["a:b", "Käthe:out"]'),
        ('name = "Drums"', 'name = "Drums"\ngain = -200'),
        ("-6.0 }", "-6.0, safe = true }\nvox = { gain = -9.5, pan = 0.2 }"),
    ) == [
        'name: "Band" -> "Other"',
        "inputs.kick.trim: 0.0 dB -> +3.0 dB",
        "inputs.kick.pan: C -> L50",
        "inputs.kick.mute: false -> true",
        'inputs.vox.connect: ["a:b"] -> ["a:b", "Käthe:out"]',
        "mixes.drums.gain: 0.0 dB -> off",
        "mixes.drums.sends.kick.safe: false -> true",
        "mixes.drums.sends.vox.gain: off -> -9.5 dB",
        "mixes.drums.sends.vox.pan: C -> R20",
    ]


def test_what_comes_and_goes_is_told_once(first: Path) -> None:
    """An input that is gone takes its sends with it; an order that changed moves ports."""
    assert changed(
        first,
        ('[inputs.kick]\nname = "Kick"\n', '[inputs.bass]\nname = "Bass"\n'),
        ("kick = { gain = -6.0 }\n", '[mixes.bass]\nname = "Bass"\n'),
    ) == ['- inputs.kick: "Kick"', '+ inputs.bass: "Bass"', '+ mixes.bass: "Bass"']
    kick = '[inputs.kick]\nname = "Kick"\n'
    assert changed(first, (kick, ""), ("[mixes.drums]\n", f"{kick}[mixes.drums]\n")) == [
        "inputs: kick, vox -> vox, kick"
    ]


def test_tables_of_their_own_are_compared_inside(first: Path) -> None:
    """Surfaces as a list; a value that may be missing as none."""
    osc = '[osc]\nport = 9000\n[[osc.surfaces]]\nhost = "10.0.0.2"\nmix = "drums"\n[inputs.vox]'
    assert changed(first, ("[inputs.vox]", osc)) == [
        "osc.port: 9955 -> 9000",
        'osc.surfaces: [] -> [{"host": "10.0.0.2", "mix": "drums"}]',
    ]


def test_the_command_prints_lines(first: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And says whether there are any, for the exit code."""
    assert not diff(first, first)
    assert capsys.readouterr().out == ""
    second = first.with_name("second.toml")
    second.write_text(FIRST.replace("-6.0", "-7.0"))
    assert diff(first, second)
    assert capsys.readouterr().out == "mixes.drums.sends.kick.gain: -6.0 dB -> -7.0 dB\n"
