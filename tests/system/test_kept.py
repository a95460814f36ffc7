"""A session that runs on a real server is saved, killed, taken up again, broken and recovered."""

import signal
import time
from pathlib import Path

import pytest

from jackrf.sessions.journal import journal_of
from jackrf.sessions.session import load
from jackrf.testing import DummyJack
from tests.quiet import best_of
from tests.sessions.large import large_session
from tests.system.instruments import Player, wait_for
from tests.system.running import Program, Running, jackrf, jackrf_command, with_osc_of_its_own

pytestmark = pytest.mark.system

NAME = "jackrf-kept"
SESSION = """\
format = 2
name = "Kept"

[inputs.kick]
name = "Kick"

[mixes.drums]
name = "Drums"

[mixes.drums.sends]
kick = { gain = -6.0 }  # not too loud
"""
SAVES = 12


class RunningFile(Running):
    """``jackrf run`` of a file that is there."""

    def __init__(self, file: Path, server: str, *arguments: str) -> None:
        self.name = NAME
        run = jackrf_command("run", str(file), "--server", server, "--name", NAME, *arguments)
        Program.__init__(self, run)

    @property
    def unsaved(self) -> int:
        """How many values the file has not."""
        return int(self.status()["unsaved"])

    def move(self, gain: float) -> None:
        """Move the one fader."""
        self.ask("set", mix="drums", input="kick", gain=gain)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A session's file."""
    path = tmp_path / "kept.toml"
    path.write_text(with_osc_of_its_own(SESSION))
    return path


def gain_in(file: Path) -> float:
    """What the file says of the one send."""
    return load(file).mixes["drums"].sends["kick"].gain


def is_in_journal(file: Path, text: bytes) -> bool:
    """Whether it would be back after a power cut."""
    return journal_of(file).exists() and text in journal_of(file).read_bytes()


def test_after_a_power_cut_it_goes_on_where_it_was(file: Path, dummy_jack: DummyJack) -> None:
    """What was saved is in the file; what was not, and is in the journal, is back until it is."""
    with RunningFile(file, dummy_jack.name) as running:
        running.move(-7.0)
        running.ask("save")
        assert gain_in(file) == -7.0
        running.move(-8.0)
        wait_for(lambda: is_in_journal(file, b"-8.0"))
        running.stop(signal.SIGKILL)
    assert gain_in(file) == -7.0
    with RunningFile(file, dummy_jack.name) as running:
        assert running.unsaved == 1
        assert "gain = -8.0 }  # not too loud" in running.ask("session")["now"]
        assert "1 change is back" in running.said()
        assert jackrf("save", "--client", NAME).output == f"saved: {file}\n"
        assert (running.unsaved, gain_in(file)) == (0, -8.0)
        assert running.stop().code == 0
    assert not journal_of(file).exists()


def test_what_people_connect_is_connected_again(file: Path, dummy_jack: DummyJack) -> None:
    """After a power cut without having been saved; and what they disconnect, in whatever patchbay,
    is in the file no longer when it is saved.
    """
    cables = [("player:out_1", f"{NAME}:in_01"), (f"{NAME}:mix_01_r", "system:playback_2")]
    with Player(dummy_jack.name) as player:
        patchbay = player.client._client

        def connected() -> list[bool]:
            return [
                destination in [port.name for port in patchbay.get_all_connections(source)]
                for source, destination in cables
            ]

        with RunningFile(file, dummy_jack.name) as running:
            for source, destination in cables:
                patchbay.connect(source, destination)
            wait_for(lambda: running.unsaved == 2)
            wait_for(lambda: is_in_journal(file, b"playback_2"))
            running.stop(signal.SIGKILL)
        with RunningFile(file, dummy_jack.name) as running:
            wait_for(lambda: connected() == [True, True])
            running.ask("save")
            assert load(file).inputs["kick"].connect == ["player:out_1"]
            assert load(file).mixes["drums"].connect_right == ["system:playback_2"]
            patchbay.disconnect(*cables[1])
            wait_for(lambda: running.unsaved == 1)
            running.ask("save")
            assert load(file).mixes["drums"].connect_right == []
        assert "# not too loud" in file.read_text()


def test_what_is_not_saved_at_the_end_is_said_and_back_at_the_next_start(
    file: Path, dummy_jack: DummyJack
) -> None:
    """Unless it is not wanted; or it was to be saved at the end."""
    with RunningFile(file, dummy_jack.name) as running:
        running.move(-7.0)
        ended = running.stop()
    assert ended.code == 0
    assert ended.output.endswith(
        "jackrf: 1 change is not saved, and back at the next start (not with --as-saved)\n"
    )
    with RunningFile(file, dummy_jack.name, "--save-at-end") as running:
        assert running.unsaved == 1
        ended = running.stop()
    assert (ended.code, gain_in(file)) == (0, -7.0)
    with RunningFile(file, dummy_jack.name) as running:
        running.move(-9.0)
        running.stop()
    with RunningFile(file, dummy_jack.name, "--as-saved") as running:
        assert running.unsaved == 0
        assert "what was not saved is put aside: " in running.said()


def test_a_broken_file_is_recovered_with_all_mixes_muted(file: Path, dummy_jack: DummyJack) -> None:
    """The offer names the copy and the command; nothing is opened before somebody agrees."""
    with RunningFile(file, dummy_jack.name) as running:
        running.move(-7.0)
        running.ask("save")
    file.write_text(file.read_text() + "oops [")
    refused = jackrf("run", str(file), "--server", dummy_jack.name, "--name", NAME)
    assert refused.code == 2
    what, offer = refused.errors.splitlines()
    assert "not TOML" in what
    assert offer.endswith(f"jackrf run --recover {file}")
    with RunningFile(file, dummy_jack.name, "--recover") as running:
        assert "all mixes are muted" in running.said()
        assert "mute = true" in running.ask("session")["now"]
        assert gain_in(file) == -7.0


def test_saving_a_large_desk_costs_no_period(tmp_path: Path, dummy_jack: DummyJack) -> None:
    """512 sends are saved again and again: no more xruns than while nothing is saved."""
    file = tmp_path / "large.toml"
    file.write_text(with_osc_of_its_own(large_session().decode()))
    with RunningFile(file, dummy_jack.name) as running:

        def xruns(*, saving: bool) -> int:
            before, end = running.status()["xruns"], time.monotonic() + 2.0
            for step in range(SAVES):
                for mix in range(16):
                    running.ask("set", mix=f"m{mix:02}", gain=-20.0 - step / 10)
                if saving:
                    running.ask("save")
            wait_for(lambda: time.monotonic() > end, 10.0)
            return int(running.status()["xruns"] - before)

        best_of(
            lambda: (xruns(saving=False), xruns(saving=True)),
            lambda found: found[1] <= found[0],
        )
