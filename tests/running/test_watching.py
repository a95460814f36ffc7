"""A desk that is looked after, on a real server; time is the test's own."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from numba import carray

from jackrf.client import JackClient
from jackrf.desk import Desk, MixPlan
from jackrf.engine import Engine
from jackrf.graph.alarm import RINGS_SECONDS
from jackrf.graph.states import RUNNING, STANDING, WAITING
from jackrf.graph.watchdog import LOOK_SECONDS
from jackrf.mixer import Mix, Mixer, Send, Strip
from jackrf.parameters import Place
from jackrf.realtime.compiling import JACK_PROCESS, callback
from jackrf.realtime.context import CONTEXT
from jackrf.running.watching import Watching
from jackrf.testing import DummyJack
from tests.system.instruments import wait_for

pytestmark = pytest.mark.system


GOING_FRAMES = 1024
ENDING_CYCLES = 190


@callback(JACK_PROCESS)
def end_soon(frames: Any, argument: Any) -> Any:  # noqa: ARG001
    """After half a second of silence, return what makes JACK end the callback for good.

    It says no word then: no shutdown, and the ports stay.
    """
    context = carray(argument, (1,), CONTEXT)[0]
    context.cycles += 1
    return 1 if context.cycles > ENDING_CYCLES else 0


class Looked:
    """A desk, who looks after it, and what people were told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.said: list[str] = []
        sends = {"voice": Send(0.0)}
        mixer = Mixer([Strip("voice", "Voice")], [Mix("ear", "Ear", sends=sends)])
        plans = {"ear": MixPlan((), "L16", None)}
        wishes = {Place(None, "voice", "connect"): ["system:capture_1"]}
        self.desk = Desk("Looked after", mixer, wishes, plans, clock=lambda: self.now)
        self.watching = Watching(lambda line, _: self.said.append(line), lambda: self.now)

    def open(self, server: DummyJack) -> None:
        """Open the desk."""
        self.desk.open("looked", server.name)
        self.watching.begin(self.desk)

    def look(self, *, going: bool = False) -> bool:
        """Doubt, and look when it is time to, some real periods later.

        Args:
            going: the server goes on, however long the machine lets it stand.
        """
        self.watching.doubt(self.desk)
        client = self.desk.client
        before = 0 if client is None else client.graph_time
        time.sleep(0.1)
        if going and client is not None:
            wait_for(lambda: client.graph_time > before + GOING_FRAMES)
        self.now += LOOK_SECONDS
        return self.watching.look(self.desk)


@pytest.fixture
def looked() -> Iterator[Looked]:
    """One that is closed at the end."""
    looked = Looked()
    with closing(looked.desk):
        yield looked


def test_a_desk_that_runs_is_left_alone(looked: Looked, dummy_jack: DummyJack) -> None:
    """However often one looks; and one that has no client cannot be looked after."""
    assert not looked.look()
    looked.open(dummy_jack)
    assert not any(looked.look(going=True) for _ in range(5))
    assert (looked.desk.state, looked.said) == (RUNNING, [])
    assert looked.watching.due_in is None
    assert not looked.watching.look(looked.desk)


def test_who_comes_while_a_daw_exports_is_opened_again_after_it(looked: Looked) -> None:
    """JACK never calls a client that was opened meanwhile, not afterwards either. While the export
    lasts all stands still, as far as the client can tell, and opening it again would not help; it
    is opened again once the graph goes on, and is called then.
    """
    server = DummyJack(f"jackrf-{os.getpid()}-exported")
    with server, closing(JackClient("exporter", server.name)) as exporter:
        exporter.activate()
        exporter._client.set_freewheel(True)
        looked.open(server)
        assert not any(looked.look() for _ in range(6))
        assert looked.desk.state == STANDING
        exporter._client.set_freewheel(False)
        wait_for(looked.look)
        looked.desk.leave_jack()
        looked.open(server)
        wait_for(lambda: looked.desk.engine is not None and looked.desk.engine.cycles > 0)
        looked.desk.leave_jack()


def test_the_alarm_is_silent_while_jack_calls(looked: Looked, dummy_jack: DummyJack) -> None:
    """Nothing wakes the loop for longer than the alarm would take; a callback that ended has it
    ring within 2.5 s, and a look is due then.
    """
    rung: list[float] = []

    async def watch() -> None:
        ring = asyncio.Event()

        def note() -> None:
            rung.append(time.monotonic())
            ring.set()

        looked.watching.start(note)
        try:
            looked.open(dummy_jack)
            await asyncio.sleep(RINGS_SECONDS + 1.0)
            assert not rung
            assert looked.watching.due_in is None
            assert looked.desk.client is not None
            looked.desk.client.close()
            ended = time.monotonic()
            await asyncio.wait_for(ring.wait(), 10.0)
            assert rung[0] - ended < RINGS_SECONDS + 2.0
            assert not looked.watching.look(looked.desk)
            assert looked.watching.due_in == pytest.approx(LOOK_SECONDS)
        finally:
            looked.watching.close()
            looked.watching.close()

    asyncio.run(watch())


def test_a_callback_that_ended_is_found_and_opened_again(
    looked: Looked, dummy_jack: DummyJack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JACK ended it, and tells nobody. After the second look that finds it so the client is opened
    again, is called, and is connected as before.
    """
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "callback", end_soon)
        looked.open(dummy_jack)
    ended = looked.desk.engine
    assert ended is not None
    wait_for(lambda: ended.cycles > ENDING_CYCLES)
    assert not looked.look(going=True)
    assert looked.look(going=True)
    assert looked.said == ["the JACK server does not call this client any more: opening it again"]
    looked.desk.leave_jack()
    assert looked.desk.state == WAITING
    looked.open(dummy_jack)
    engine, client = looked.desk.engine, looked.desk.client
    assert engine is not None
    assert client is not None
    wait_for(lambda: engine.cycles > 10)
    assert client.connections("in_01") == ["system:capture_1"]
    assert not any(looked.look() for _ in range(3))


def test_a_server_that_stands_still_is_waited_for(looked: Looked) -> None:
    """Suspended it is shown and told once, and nothing is opened; it goes on with this client."""
    with DummyJack(f"jackrf-{os.getpid()}-standing") as server:
        assert server.process is not None
        looked.open(server)
        looked.look()
        client = looked.desk.client
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            time.sleep(0.1)
            looked.look()
            assert not any(looked.look() for _ in range(10))
            assert looked.desk.state == STANDING
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        wait_for(lambda: not looked.look() and looked.desk.state == RUNNING)
        assert looked.desk.client is client
        assert looked.said == [
            "the JACK server stands still; waiting for it to go on",
            "the JACK server goes on",
        ]
