"""``jackrf run`` in this process: from a file to its end, with a real server and real signals."""

import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import jack
import pytest

from jackrf.cli import GARBAGE
from jackrf.client import JackClient
from jackrf.control import request, socket_path
from jackrf.engine import Engine
from jackrf.errors import JackrfError, JackServerError
from jackrf.running.run import run
from jackrf.testing import DummyJack
from tests.ending import end_by
from tests.remains import Remains
from tests.running.rehearsal import SESSION
from tests.running.test_watching import ENDING_CYCLES, end_soon
from tests.system.instruments import wait_for
from tests.system.running import with_osc_of_its_own

pytestmark = pytest.mark.system

NAME = "jackrf-run"
PATIENCE = 30.0
"""Seconds; a machine may be busy."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A session file."""
    path = tmp_path / "session.toml"
    path.write_text(with_osc_of_its_own(SESSION))
    return path


def state() -> str:
    """What the jackrf of these tests says of itself."""
    try:
        return str(request(NAME, {"do": "status"})["state"])
    except JackrfError:
        return "not there"


class Visitor:
    """Does something while `run` holds the main thread, then ends it by a signal."""

    def __init__(self, number: signal.Signals = signal.SIGTERM) -> None:
        self._number = number
        self._failed: list[BaseException] = []
        self._thread: threading.Thread | None = None

    def visit(self, act: Callable[[], object]) -> None:
        """Do it, on a thread of its own, as soon as `run` answers."""

        def do() -> None:
            try:
                wait_for(lambda: state() != "not there", PATIENCE)
                act()
            except BaseException as error:  # noqa: BLE001 - raised again by `leave`
                self._failed.append(error)
            end_by(self._number)

        self._thread = threading.Thread(target=do)
        self._thread.start()

    def leave(self) -> None:
        """Raise what went wrong."""
        if self._thread is not None:
            self._thread.join()
        if self._failed:
            raise self._failed[0]


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    """Somebody who visits, and has left in peace at the end."""
    visitor = Visitor()
    yield visitor
    visitor.leave()


def test_it_answers_until_a_signal_ends_it(
    file: Path, dummy_jack: DummyJack, visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status, set and sdp are answered over the control socket, and what is asked wrongly is
    answered, too; the end leaves no socket file.
    """

    def ask(what: str, **rest: Any) -> Any:
        return request(NAME, {"do": what, **rest})

    def act() -> None:
        wait_for(lambda: state() == "running", PATIENCE)
        assert ask("set", mix="drums", gain=-9.0) is None
        status = ask("status")
        assert (status["client"], status["mixes"]["drums"]["gain"]) == (NAME, -9.0)
        assert status["inputs"][0]["missing"] == ["late:out"]
        assert "m=audio 50142 RTP/AVP 97" in ask("sdp", mix="drums", listener=1)
        for place in ({}, {"mix": 3}):
            with pytest.raises(JackrfError, match="each by its id"):
                ask("set", gain=0.0, **place)
        for question in ({}, {"mix": "drums", "listener": "first"}):
            with pytest.raises(JackrfError, match="by its number"):
                ask("sdp", **question)

    visitor.visit(act)
    run(file, server=dummy_jack.name, name=NAME, wait=False)
    visitor.leave()
    assert not socket_path(NAME).exists()
    said = capsys.readouterr()
    assert said.out.splitlines()[0] == (
        "jackrf: 'Rehearsal' runs as jackrf-run at 48000 Hz, 128 frames; stop with Ctrl-C"
    )
    assert said.err == ""


def test_without_a_server_it_ends(file: Path) -> None:
    """An error, and no control socket."""
    with pytest.raises(JackServerError):
        run(file, server="jackrf-no-such-server", name=NAME, wait=False)
    assert not socket_path(NAME).exists()


@pytest.fixture
def seldom() -> Iterator[None]:
    """Garbage is looked for as seldom as in the program itself."""
    before = gc.get_threshold()
    gc.set_threshold(GARBAGE)
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("seldom")
def test_it_follows_its_server(file: Path, visitor: Visitor) -> None:
    """With `wait` it waits for one, runs when it comes, waits again when it dies, and so on; of the
    client that its server has left nothing stays behind.
    """
    server = DummyJack(f"jackrf-{os.getpid()}-followed")
    remains = Remains(jack.Client, Engine)

    def act() -> None:
        assert state() == "waiting for JACK"
        with server:
            wait_for(lambda: state() == "running", PATIENCE)
            server.stop(kill=True)
            wait_for(lambda: state() == "waiting for JACK", PATIENCE)
            server.start()
            wait_for(lambda: state() == "running", PATIENCE)
            wait_for(lambda: remains.more() == [1, 1], PATIENCE)
            # jackd itself does not survive an end while a client has just come.
            time.sleep(0.5)

    visitor.visit(act)
    run(file, server=server.name, name=NAME, wait=True)


def test_a_callback_that_jack_ended_runs_again(
    file: Path,
    dummy_jack: DummyJack,
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nobody is told that it ended; the session opens its client again by itself, says so, and
    answers all the time.
    """
    monkeypatch.setattr("jackrf.graph.watchdog.LOOK_SECONDS", 0.2)
    sound = Engine.callback
    monkeypatch.setattr(Engine, "callback", end_soon)

    def act() -> None:
        wait_for(lambda: state() == "running", PATIENCE)
        monkeypatch.setattr(Engine, "callback", sound)
        wait_for(
            lambda: int(request(NAME, {"do": "status"})["cycles"]) > 2 * ENDING_CYCLES, PATIENCE
        )
        assert request(NAME, {"do": "status"})["inputs"][0]["connections"] == ["system:capture_1"]

    visitor.visit(act)
    run(file, server=dummy_jack.name, name=NAME, wait=False)
    visitor.leave()
    said = capsys.readouterr().out.splitlines()
    assert "jackrf: the JACK server does not call this client any more: opening it again" in said
    assert sum("runs as jackrf-run at" in line for line in said) == 2


def test_a_name_that_is_taken_meanwhile_is_waited_for(
    file: Path,
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """While JACK was away somebody else took the name: it is said once, and the session goes on
    when the name is free.
    """
    server = DummyJack(f"jackrf-{os.getpid()}-taken")
    # It looks at once and then not before the other one has come.
    monkeypatch.setattr("jackrf.running.run.RETRY_SECONDS", 4.0)

    def act() -> None:
        wait_for(lambda: state() == "waiting for JACK", PATIENCE)
        time.sleep(0.5)
        with server:
            with closing(JackClient(NAME, server.name)):
                monkeypatch.setattr("jackrf.running.run.RETRY_SECONDS", 0.2)
                wait_for(lambda: "another one has this name" in capsys.readouterr().out, PATIENCE)
                time.sleep(1.0)
                assert state() == "waiting for JACK"
                assert "another one has this name" not in capsys.readouterr().out
            wait_for(lambda: state() == "running", PATIENCE)
            time.sleep(0.5)

    visitor.visit(act)
    run(file, server=server.name, name=NAME, wait=True)
    visitor.leave()
