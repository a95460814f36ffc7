"""``jackrf doctor`` as it is read."""

from dataclasses import replace

import pytest

from jackrf.doctor import doctor
from tests.doctor.machines import NO_FIFO, WELL


def test_a_machine_that_is_well_gives_0(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each topic, and the verdict."""
    assert doctor(WELL) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == " ok      JACK          library 1.9.21"
    assert lines[-1] == "Nothing stands in the way of low latency."


def test_what_stands_in_the_way_gives_1_and_commands_to_copy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A command is never wrapped."""
    assert doctor(replace(WELL, probe=NO_FIFO, rules=(), governors=("powersave",))) == 1
    lines = capsys.readouterr().out.splitlines()
    (command,) = (line for line in lines if "printf" in line)
    assert command.startswith("         $ printf '@audio - rtprio 95")
    assert command.endswith("&& sudo usermod -aG audio ada")
    assert lines[-1] == ("2 things stand in the way of low latency; the commands above mend that.")


def test_one_thing_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Grammar."""
    assert doctor(replace(WELL, governors=("powersave",))) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 thing stands in the way")


def test_this_machine_is_examined_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever it is like, the code says what the lines say."""
    code = doctor()
    assert code == ("\n mend " in capsys.readouterr().out)


def test_a_missing_part_does_not_stand_in_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    """It is told, and the code is 0."""
    assert doctor(replace(WELL, extras=frozenset())) == 0
    told = capsys.readouterr().out
    assert "\n extra   discovery     not installed" in told
    assert "         $ /home/ada/jackrf/bin/python -m pip install 'jackrf[discovery]'\n" in told
