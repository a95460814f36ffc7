"""The demo's stage: whatever happens on it, no process is left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from jackrf.demo.stage import PERIOD, SAMPLERATE, Stage
from jackrf.errors import JackrfError

pytestmark = pytest.mark.system

BAND_PORTS = ("jackrf-band:kick", "jackrf-band:vox")


def children() -> list[str]:
    """Return the command lines of the processes that this one started."""
    family = psutil.Process().children(recursive=True)
    return [" ".join(it.cmdline()) for it in family if it.status() != psutil.STATUS_ZOMBIE]


def of_the_demo() -> list[str]:
    """Return those of them that a stage starts."""
    names = (f"jackrf-demo-{os.getpid()}", "jackrf.demo")
    return [line for line in children() if any(name in line for name in names)]


def test_a_program_finds_the_server_and_both_end_with_the_block() -> None:
    """48 kHz, 128 frames, and afterwards neither process nor folder."""
    with Stage() as stage:
        stage.start("jackrf.demo.band")
        stage.wait_for_ports(*BAND_PORTS)
        assert len(of_the_demo()) == 2
        assert stage.folder.is_dir()
        first = stage.frame_time
        time.sleep(0.2)
        assert 0 < stage.frame_time - first < SAMPLERATE
        assert PERIOD == 128
    assert not of_the_demo()
    assert not stage.folder.exists()


def test_programs_that_end_when_told_are_no_error() -> None:
    """The last one first, then all the others."""
    with Stage() as stage:
        stage.start("jackrf.demo.band")
        stage.wait_for_ports(*BAND_PORTS)
        stage.stop_all()
        assert len(of_the_demo()) == 1
        stage.check()


def break_down(stage: Stage) -> None:
    """Fail while a program plays."""
    stage.start("jackrf.demo.band")
    stage.wait_for_ports(*BAND_PORTS)
    raise ZeroDivisionError


def interrupt(stage: Stage, number: signal.Signals) -> None:
    """Get a signal while a program starts."""
    stage.start("jackrf.demo.band")
    os.kill(os.getpid(), number)
    time.sleep(5)


def play_without_a_session(stage: Stage) -> None:
    """Start a program that cannot work."""
    stage.start("jackrf", "run", "no.toml")
    stage.wait_for_ports("nobody:out")


def lose_the_band(stage: Stage) -> None:
    """Kill a program while it plays."""
    stage.start("jackrf.demo.band")
    stage.wait_for_ports(*BAND_PORTS)
    for process in psutil.Process().children():
        if "jackrf.demo.band" in process.cmdline():
            process.kill()
    time.sleep(0.2)
    stage.stop_all()


def test_an_error_in_the_block_ends_everything() -> None:
    """The error goes on, the processes do not."""
    with pytest.raises(ZeroDivisionError), Stage() as stage:
        break_down(stage)
    assert not of_the_demo()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything(number: signal.Signals) -> None:
    """Ctrl-C, SIGTERM and SIGHUP interrupt the block; the handlers of before are back after it."""
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), Stage() as stage:
        interrupt(stage, number)
    assert not of_the_demo()
    assert signal.getsignal(number) == before


def test_a_program_that_ends_too_early_is_told_with_its_last_word() -> None:
    """Its own error line is the reason, without its name twice."""
    told = r"`python -m jackrf run` ended too early: no\.toml"
    with pytest.raises(JackrfError, match=told), Stage() as stage:
        play_without_a_session(stage)


def test_a_program_that_does_not_end_well_is_told() -> None:
    """A program that is killed while it plays did not end well."""
    told = r"`python -m jackrf\.demo\.band` did not end well: it said nothing, exit code -9"
    with pytest.raises(JackrfError, match=told), Stage() as stage:
        lose_the_band(stage)


def test_an_interrupt_while_the_server_starts_leaves_nothing(tmp_path: Path) -> None:
    """SIGTERM at any moment of the start ends the process and the server."""
    script = tmp_path / "enter.py"
    script.write_text(
        "from jackrf.demo.stage import Stage\nprint('now', flush=True)\n"
        "with Stage() as stage:\n    print('there', flush=True)\n    import time; time.sleep(30)\n"
    )
    for wait in (0.0, 0.02, 0.1):
        process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE)
        assert process.stdout
        process.stdout.readline()
        time.sleep(wait)
        process.terminate()
        process.communicate(timeout=20)
        assert not [line for line in children() if f"jackrf-demo-{process.pid}" in line]
