"""A receiver in JACK: its ports, and whom they are connected to."""

import fcntl
import time
from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest

from jackrf.client import JackClient, PortName
from jackrf.listening.output import JackOutput, JackPlace
from jackrf.listening.source import Source, open_source
from jackrf.testing import DummyJack
from tests.system.instruments import wait_for
from tests.system.running import free_port

pytestmark = pytest.mark.system

NAME = "jackrf-plays"


@pytest.fixture
def source() -> Iterator[Source]:
    """A stream that never comes."""
    with closing(open_source(f"udp://127.0.0.1:{free_port()}", "auto")) as made:
        yield made


@pytest.fixture
def visitor(dummy_jack: DummyJack) -> Iterator[JackClient]:
    """Another client, with two inputs."""
    with closing(JackClient("visitor", dummy_jack.name)) as client:
        for number in (1, 2):
            client.add_input(f"in_{number}", PortName("In", number, "In"))
        client.activate()
        yield client


def output(source: Source, server: DummyJack, peers: Sequence[tuple[str, str]] = ()) -> JackOutput:
    """An output that is not connected by itself."""
    return JackOutput(JackPlace(NAME, server.name, [""]), source, peers)


def test_what_people_connect_is_made_again(
    source: Source, dummy_jack: DummyJack, visitor: JackClient
) -> None:
    """A connection that somebody made is there on the next client; one that was broken is not."""
    with closing(output(source, dummy_jack)) as first:
        assert first.start() == []
        assert first.is_there()
        assert first.peers() == []
        for number in (1, 2):
            assert visitor.connect(f"{NAME}:out_1", f"visitor:in_{number}")
        visitor._client.disconnect(f"{NAME}:out_1", "visitor:in_1")
        wait_for(lambda: first.is_there() and first.peers() == [("out_1", "visitor:in_2")], 20.0)
        peers = first.peers()
    with closing(output(source, dummy_jack, peers)) as second:
        assert second.start() == []
        assert visitor.connections("in_2") == [f"{NAME}:out_1"]
        assert visitor.connections("in_1") == []


def test_a_port_that_comes_later_is_connected_then(source: Source, dummy_jack: DummyJack) -> None:
    """After a restart of the server other clients come back in their own time."""
    with closing(output(source, dummy_jack, [("out_2", "visitor:in_1")])) as late:
        assert late.start() == [f"{NAME}:out_2 could not be connected to visitor:in_1"]
        with closing(JackClient("visitor", dummy_jack.name)) as visitor:
            visitor.add_input("in_1", PortName("In", 1, "In"))
            visitor.activate()
            wait_for(
                lambda: late.is_there() and visitor.connections("in_1") == [f"{NAME}:out_2"], 5.0
            )


def test_what_was_missed_is_read_from_the_graph(
    source: Source, dummy_jack: DummyJack, visitor: JackClient
) -> None:
    """JACK told more than was kept: what somebody connected meanwhile is made again on the next
    client, and a port that came meanwhile is connected.
    """
    wanted = [("out_2", "latecomer:in_1")]
    with closing(output(source, dummy_jack, wanted)) as first:
        first.start()
        assert first.is_there()
        fcntl.fcntl(first.client.events.fileno(), fcntl.F_SETPIPE_SZ, 4096)
        for number in range(100):
            visitor.add_input(f"more_{number}", PortName("In", 1, "In"))
        assert visitor.connect(f"{NAME}:out_1", "visitor:in_2")
        with closing(JackClient("latecomer", dummy_jack.name)) as latecomer:
            latecomer.add_input("in_1", PortName("In", 1, "In"))
            latecomer.activate()
            assert first.is_there()
            assert latecomer.connections("in_1") == [f"{NAME}:out_2"]
            assert first.peers() == [*wanted, ("out_1", "visitor:in_2")]


def test_who_comes_during_an_export_is_opened_again_after_it(
    source: Source, dummy_jack: DummyJack, visitor: JackClient
) -> None:
    """JACK never calls a client that came then: it counts as gone when the export has ended, and
    not before.
    """
    visitor._client.set_freewheel(True)
    with closing(output(source, dummy_jack)) as first:
        first.start()
        began = time.monotonic()
        while time.monotonic() < began + 3.0:
            assert first.is_there()
            time.sleep(0.1)
        visitor._client.set_freewheel(False)
        wait_for(lambda: not first.is_there(), 30.0)
    with closing(output(source, dummy_jack)) as second:
        second.start()
        began = time.monotonic()
        while time.monotonic() < began + 3.0:
            assert second.is_there()
            time.sleep(0.1)
        assert second.receiver.reception["cycles"][0] > 0


def test_it_tells_its_period(source: Source, dummy_jack: DummyJack) -> None:
    """And its sample rate, and what JACK told of xruns."""
    with closing(output(source, dummy_jack)) as made:
        made.start()
        figures = made.figures()
    assert (figures["samplerate"], figures["period"]) == (48000, 128)
    assert figures["xruns"] >= 0
