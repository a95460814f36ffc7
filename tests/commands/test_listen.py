"""``jackrf listen`` in this process: its options, what it says, and how it ends."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import pytest

from jackrf.client import JackClient, PortName
from jackrf.commands.listen import Delay, listen, parse_delay
from jackrf.errors import InputError, JackServerError
from jackrf.listening.output import JackPlace
from jackrf.receiver import Receiver
from jackrf.testing import DummyJack
from tests.ending import end_by
from tests.system.running import free_port

pytestmark = pytest.mark.system

NAME = "jackrf-hears"


@pytest.fixture
def visitor(dummy_jack: DummyJack) -> Iterator[JackClient]:
    """Another client, with three inputs."""
    with closing(JackClient("visitor", dummy_jack.name)) as client:
        for number in (1, 2, 3):
            client.add_input(f"in_{number}", PortName("In", number, "In"))
        client.activate()
        yield client


def listen_until(
    number: signal.Signals,
    condition: Callable[[], bool],
    server: str,
    *,
    connect: Sequence[str] | None = ("",),
    encoding: str = "auto",
) -> None:
    """Listen on a free port, and end it by a signal when something is true."""
    failed: list[str] = []

    def end() -> None:
        deadline = time.monotonic() + 60.0
        while not condition():
            if time.monotonic() > deadline:
                failed.append("it did not come true")
                break
            time.sleep(0.01)
        end_by(number)

    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    thread = threading.Thread(target=end)
    thread.start()
    try:
        url = f"udp://127.0.0.1:{free_port()}"
        listen(url, JackPlace(NAME, server, connect), encoding=encoding)
    finally:
        thread.join()
        for one, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(one, handler)
    assert failed == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(
    visitor: JackClient,
    dummy_jack: DummyJack,
    capsys: pytest.CaptureFixture[str],
    number: signal.Signals,
) -> None:
    """It says where it listens, and at the end what it heard; no port is left."""
    listen_until(number, lambda: visitor.has_port(f"{NAME}:out_2"), dummy_jack.name)
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"jackrf: {NAME} listens on udp://127.0.0.1:")
    assert first.endswith("; stop with Ctrl-C")
    assert last.startswith("jackrf: waiting: 0 packets, 0 lost, 0 late")
    assert not visitor.has_port(f"{NAME}:out_1")


def test_it_connects_to_the_sound_card(visitor: JackClient, dummy_jack: DummyJack) -> None:
    """Without a wish the first two playback ports get left and right."""

    def connected() -> bool:
        if not visitor.has_port(f"{NAME}:out_2"):
            return False
        ports = [visitor._client.get_port_by_name(f"{NAME}:out_{side}") for side in (1, 2)]
        found = [[peer.name for peer in visitor._client.get_all_connections(p)] for p in ports]
        return found == [["system:playback_1"], ["system:playback_2"]]

    listen_until(signal.SIGTERM, connected, dummy_jack.name, connect=None)


def test_it_connects_where_it_is_told_to(
    visitor: JackClient, dummy_jack: DummyJack, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two ports by name; one that is not there is named in a line, and the rest goes on."""
    ports = ["visitor:in_3", "visitor:in_1"]
    listen_until(
        signal.SIGTERM,
        lambda: (
            [visitor.connections(f"in_{n}") for n in (1, 2, 3)]
            == [[f"{NAME}:out_2"], [], [f"{NAME}:out_1"]]
        ),
        dummy_jack.name,
        connect=ports,
    )
    listen_until(
        signal.SIGTERM,
        lambda: visitor.connections("in_2") == [f"{NAME}:out_2"],
        dummy_jack.name,
        connect=["nobody:in", "visitor:in_2"],
    )
    assert f"jackrf: {NAME}:out_1 could not be connected to nobody:in" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("delay", "most", "message"),
    [
        ("soon", 20.0, "--delay soon: allowed are auto, or milliseconds"),
        ("21", 20.0, "--delay 21: allowed are auto, or up to --max-delay 20 ms"),
        ("0", 20.0, "--delay 0: allowed"),
        ("auto", 0.5, "--max-delay 0.5: allowed are 1 to 300 ms"),
        ("auto", 500.0, "--max-delay 500: allowed are 1 to 300 ms"),
    ],
)
def test_a_delay_that_is_none_is_refused(delay: str, most: float, message: str) -> None:
    """With what is allowed."""
    parse_delay("300", 300.0)
    Receiver(48000, -1).set_delay(300.0, 300.0)
    with pytest.raises(InputError, match=message):
        parse_delay(delay, most)


def test_delays() -> None:
    """Automatic, or in milliseconds, never more than the most."""
    assert parse_delay("auto", 20.0) == Delay(None, 20.0)
    assert parse_delay("7.5", 15.0) == Delay(7.5, 15.0)


def test_an_unknown_encoding_is_refused(dummy_jack: DummyJack) -> None:
    """It is named, with those that there are, and nothing is opened."""
    with pytest.raises(InputError, match="--encoding MP3: allowed are auto, L16, L24"):
        listen("udp://127.0.0.1:5004", JackPlace(NAME, dummy_jack.name, None), encoding="MP3")


def test_without_a_server_no_socket_stays_open() -> None:
    """The port is free for the next one."""
    port = free_port()
    url = f"udp://127.0.0.1:{port}"
    for _ in range(2):
        with pytest.raises(JackServerError):
            listen(url, JackPlace(NAME, "jackrf-no-such", None), encoding="L16")
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", port))
