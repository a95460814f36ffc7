"""The scripts in osc/, run as a person runs them, beside a running jackrf."""

import json
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jackrf.testing import DummyJack
from tests.system.running import Ended, Program, Running, free_port

pytestmark = [pytest.mark.system, pytest.mark.checkout]

SCRIPTS = Path(__file__).parents[2] / "osc"
SESSION = """
format = 2
name = "Evening"
[inputs.kick]
name = "Kick"
[inputs.vox]
name = "Vox [lead]"
[mixes.drums]
name = "Drums"
[mixes.drums.sends]
kick = { gain = -6.0 }
"""


@pytest.fixture
def port(dummy_jack: DummyJack, tmp_path: Path) -> Iterator[int]:
    """The OSC port of a running jackrf."""
    port = free_port()
    arguments = ("--osc-port", str(port))
    with Running(tmp_path, SESSION, dummy_jack.name, *arguments, name="scripted"):
        yield port


def run(script: str, *arguments: str) -> Ended:
    """Run a script until it ends by itself."""
    with Program([sys.executable, str(SCRIPTS / script), *arguments]) as program:
        return program.wait(20.0)


def value(port: int, path: str) -> Any:
    """What OSCQuery says, which is beside OSC."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port + 1}{path}?VALUE", timeout=5) as answer:
        return json.load(answer)["VALUE"][0]


def test_a_send_fades(port: int) -> None:
    """To where it was told, in the time it was told; and to silence."""
    ended = run("fade.py", "--port", str(port), "--mix", "drums", "--input", "kick",
                "--to", "-12", "--seconds", "0.5")  # fmt: skip
    assert (ended.code, ended.errors) == (0, "")
    assert ended.output == "kick in drums: -6.0 dB to -12.0 dB\n"
    assert value(port, "/mix/1/in/1/gain") == pytest.approx(-12.0)
    ended = run("fade.py", "--port", str(port), "--mix", "1", "--input", "1",
                "--to", "off", "--seconds", "0.3")  # fmt: skip
    assert ended.output == "1 in 1: -12.0 dB to off\n"
    assert value(port, "/mix/1/in/1/gain") == -144.0


def test_meters_show_the_mix(port: int) -> None:
    """Its name, every input with its level, and the stream."""
    ended = run("meters.py", "--port", str(port), "--mix", "drums", "--seconds", "2")
    assert (ended.code, ended.errors) == (0, "")
    lines = ended.output.splitlines()
    assert lines[0] == "Drums"
    assert lines[1].startswith("Kick ")
    assert lines[1].rstrip().endswith("-6.0 dB")
    assert lines[2].startswith("Vox [lead] ")
    assert lines[2].rstrip().endswith("off")
    assert "0 listening" in lines[-1]


def test_what_is_refused_is_one_line(port: int) -> None:
    """In the words of jackrf."""
    ended = run("fade.py", "--port", str(port), "--mix", "drums", "--input", "nobody", "--to", "0")
    assert ended.code == 1
    assert ended.line.startswith("/mix/drums/in/nobody/gain: ")


def test_nobody_there_is_one_line() -> None:
    """After three seconds, with what to look at."""
    ended = run("meters.py", "--port", str(free_port()), "--mix", "drums")
    assert ended.code == 1
    assert "is jackrf running" in ended.line
