"""The JACK client on a real server: names, ports, events, connections, and how it ends."""

import os
import select
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import jack
import numpy as np
import pytest
from numba import carray

from jackrf.client import Event, JackClient, PortName
from jackrf.errors import InputError, JackServerError
from jackrf.realtime.compiling import JACK_PROCESS, callback
from jackrf.realtime.context import address
from jackrf.testing import DummyJack

pytestmark = pytest.mark.system

SECONDS = 10.0
"""How long an event may take on a busy machine."""


@callback(JACK_PROCESS)
def count(frames: Any, argument: Any) -> Any:
    """Count periods and remember the length of the last one."""
    numbers = carray(argument, (2,), np.int64)
    numbers[0] += 1
    numbers[1] = frames
    return 0


@pytest.fixture
def client(dummy_jack: DummyJack) -> Iterator[JackClient]:
    """A client that is not active."""
    with closing(JackClient("jackrf-test", dummy_jack.name, pretty="A test")) as client:
        yield client


def event_of(client: JackClient, right: Callable[[Event], bool]) -> Event:
    """Wait for an event and return it, with those before it forgotten."""
    deadline = time.monotonic() + SECONDS
    while True:
        event = client.events.get(timeout=max(0.0, deadline - time.monotonic()))
        if right(event):
            return event


def names_of(subject: int) -> dict[str, tuple[str, str]]:
    """Return what JACK's metadata says of a client or a port, with its type, by key."""
    found = jack.get_properties(subject)
    return {key: (value.decode(), kind) for key, (value, kind) in found.items()}


def test_it_is_named_exactly_and_knows_the_server(
    client: JackClient, dummy_jack: DummyJack
) -> None:
    """Name, sample rate and period are there before anything is active."""
    assert client.name == "jackrf-test"
    assert client.samplerate == dummy_jack.samplerate
    assert client.period == dummy_jack.period
    assert client.pointer != 0


def test_a_compiled_callback_is_called_each_period(client: JackClient) -> None:
    """What is installed runs with the context's address and the period's length."""
    numbers = np.zeros(2, np.int64)
    client.install(count, address(numbers), numbers)
    client.activate()
    deadline = time.monotonic() + SECONDS
    while numbers[0] < 10:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert numbers[1] == client.period
    assert 0.0 <= client.load <= 100.0


def test_it_knows_what_time_it_is_in_frames(client: JackClient) -> None:
    """Of about now, and it goes on."""
    client.activate()
    before = client.frame_time
    time.sleep(0.1)
    assert 0 < (client.frame_time - before) % 2**32 < 48000


def test_an_active_client_takes_no_other_callback(client: JackClient) -> None:
    """JACK refuses it, and that is told."""
    numbers = np.zeros(2, np.int64)
    client.install(count, address(numbers), numbers)
    client.activate()
    with pytest.raises(JackServerError, match="refused the process callback of jackrf-test"):
        client.install(count, address(numbers), numbers)


def test_ports_appear_at_once_and_are_named_for_people(client: JackClient) -> None:
    """Ports that were added carry pretty names, order and group once the client is active, and it
    carries a name and an icon of its own.
    """
    assert client.add_input("in_01", PortName("Kick (Jo)", 1, "Inputs")) != 0
    assert client.add_output("mix_01_l", PortName("Drums left", 2, "Mix 1 Drums")) != 0
    client.activate()
    assert client.has_port("jackrf-test:in_01")
    assert not client.has_port("jackrf-test:in_02")
    port = client._client.get_port_by_name("jackrf-test:mix_01_l")
    assert names_of(port.uuid) == {
        jack.METADATA_PRETTY_NAME: ("Drums left", "text/plain"),
        jack.METADATA_PORT_GROUP: ("Mix 1 Drums", "text/plain"),
        jack.METADATA_ORDER: ("2", "http://www.w3.org/2001/XMLSchema#int"),
    }
    assert names_of(int(client._client.uuid)) == {
        jack.METADATA_PRETTY_NAME: ("A test", "text/plain"),
        jack.METADATA_ICON_NAME: ("audio-headphones", "text/plain"),
    }


def test_a_server_without_room_for_a_port_says_so() -> None:
    """In one line, whether it has too many or is just ending: a desk then waits for another one."""
    server = DummyJack(f"jackrf-{os.getpid()}-full", port_max=128)
    with server, closing(JackClient("jackrf-test", server.name)) as client:

        def fill() -> None:
            for number in range(200):
                client.add_input(f"in_{number:02d}", PortName("In", number, "Inputs"))

        with pytest.raises(JackServerError, match=r"the port jackrf-test:in_\d+: .*jackd -p"):
            fill()


def test_connections(client: JackClient) -> None:
    """Connecting what is connected is success, what is not there is not, and either is answered
    without an exception.
    """
    client.add_input("in_01", PortName("In", 1, "Inputs"))
    client.activate()
    assert client.connect("system:capture_1", "jackrf-test:in_01")
    assert client.connect("system:capture_1", "jackrf-test:in_01")
    assert client.connections("in_01") == ["system:capture_1"]
    assert not client.connect("nobody:out", "jackrf-test:in_01")
    assert client.connections("in_02") == []
    assert client.playback_ports()[:2] == ["system:playback_1", "system:playback_2"]


def test_what_happens_is_put_on_the_queue(client: JackClient, dummy_jack: DummyJack) -> None:
    """Ports, connections and freewheel of the server are events; while one is not taken in, the
    descriptor is readable.
    """
    poll = select.poll()
    poll.register(client.events, select.POLLIN)
    client.add_input("in_01", PortName("In", 1, "Inputs"))
    client.activate()
    with closing(JackClient("other", dummy_jack.name)) as other:
        other.add_output("out", PortName("Out", 1, "Out"))
        other.activate()
        event_of(client, lambda event: event == Event("port", 1, ("other:out",)))
        client.connect("other:out", "jackrf-test:in_01")
        ends = ("other:out", "jackrf-test:in_01")
        event_of(client, lambda event: event == Event("connection", 1, ends))
    event_of(client, lambda event: event == Event("port", 0, ("other:out",)))
    client._client.set_freewheel(True)
    event_of(client, lambda event: event == Event("freewheel", 1))
    client._client.set_freewheel(False)
    event_of(client, lambda event: event == Event("freewheel", 0))
    while not client.events.empty():
        client.events.get_nowait()
    assert not poll.poll(0)
    client.connect("system:capture_1", "jackrf-test:in_01")
    assert poll.poll(SECONDS * 1000)


def test_a_new_period_is_an_event(client: JackClient, dummy_jack: DummyJack) -> None:
    """When somebody changes the size, the event and the client say so."""
    client.activate()
    try:
        client._client.blocksize = 96
        event_of(client, lambda event: event == Event("period", 96))
        assert client.period == 96
    finally:
        client._client.blocksize = dummy_jack.period


def test_the_end_of_the_server_is_an_event() -> None:
    """A server that is killed is told with its reason; closing afterwards is quiet, and so is a
    client of the next server.
    """
    server = DummyJack(f"jackrf-{os.getpid()}-client-end")
    with server:
        client = JackClient("jackrf-test", server.name)
        client.activate()
        server.stop(kill=True)
        event = event_of(client, lambda event: event.kind == "shutdown")
        assert event.text != ("",)
        assert client.connections("in_01") == []
        assert not client.connect("system:capture_1", "jackrf-test:in_01")
        client.close()
        server.start()
        with closing(JackClient("jackrf-test", server.name)) as again:
            again.activate()
            assert again.has_port("system:capture_1")


def test_closing_twice_is_harmless(client: JackClient, dummy_jack: DummyJack) -> None:
    """A client that was closed is gone, and its name is free."""
    client.close()
    client.close()
    JackClient("jackrf-test", dummy_jack.name).close()


def test_a_client_of_128_named_ports_closes_at_once(dummy_jack: DummyJack) -> None:
    """What jackd has to tell of the ports' names does not fill the socket of a closing client."""
    for _ in range(5):
        client = JackClient("jackrf-many", dummy_jack.name)
        with closing(client):
            for number in range(64):
                client.add_input(f"in_{number:02d}", PortName("In", number, "Inputs"))
                client.add_output(f"out_{number:02d}", PortName("Out", number, "Outputs"))
            client.activate()
            start = time.monotonic()
        assert time.monotonic() - start < 2.0


def test_ports_of_an_export_are_given_back(dummy_jack: DummyJack) -> None:
    """A client that came while a DAW exported can be opened again with the same ports: jackd has
    forgotten by then that they were its own.
    """
    with closing(JackClient("exporter", dummy_jack.name)) as exporter:
        exporter.activate()
        for _ in range(2):
            exporter._client.set_freewheel(True)
            with closing(JackClient("jackrf-test", dummy_jack.name)) as client:
                for number in range(4):
                    client.add_input(f"in_{number}", PortName("In", number, "Inputs"))
                    client.add_output(f"out_{number}", PortName("Out", number, "Outputs"))
                client.activate()
                exporter._client.set_freewheel(False)
        assert not exporter._client.get_ports("^jackrf-test:")


def test_a_name_that_is_taken_is_refused(client: JackClient, dummy_jack: DummyJack) -> None:
    """It is never made into another one silently; the message says what to do."""
    with pytest.raises(InputError, match=r"'jackrf-test' because .* --name") as refused:
        JackClient("jackrf-test", dummy_jack.name)
    assert refused.value.exit_code == 2
    client.activate()


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (
            "jackrf-no-such",
            "a JACK server named 'jackrf-no-such' is not running.*-n jackrf-no-such",
        ),
        (None, "a JACK server is not running: start one.*`jackd -d alsa`.*--wait"),
    ],
)
def test_without_a_server_it_says_how_to_start_one(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    server: str | None,
    words: str,
) -> None:
    """No server is ever started; libjack's own lines are kept from the terminal."""
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "jackrf-no-default")
    with pytest.raises(JackServerError, match=words) as refused:
        JackClient("jackrf-test", server)
    assert refused.value.exit_code == 1
    assert capfd.readouterr() == ("", "")
