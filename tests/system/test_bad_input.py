"""What a person may get wrong: one line each that says what and how to mend it, exit code 2."""

import contextlib
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jackrf.cli import main
from jackrf.control import socket_path
from jackrf.testing import DummyJack
from tests.alone import without_network
from tests.system.instruments import Player
from tests.system.music import one_voice
from tests.system.running import (
    Ended,
    Program,
    Running,
    free_port,
    jackrf,
    jackrf_command,
    with_osc_of_its_own,
)

pytestmark = pytest.mark.system

GOOD = one_voice(50120)


@pytest.fixture
def nothing_started(dummy_jack: DummyJack) -> Iterator[None]:
    """Fail when a port of jackrf's or a control socket is there after the test."""
    yield
    with Player(dummy_jack.name, name="visitor") as visitor:
        ports = [port.name for port in visitor.client._client.get_ports("jackrf")]
    assert ports == []
    assert not socket_path("jackrf").exists()


Command = Callable[..., Ended]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line in this process: what is refused before it starts needs none of its own."""

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["jackrf", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, said.out, said.err, 0.0)

    return run


def refused(answer: Ended, *words: str) -> None:
    """Check that a command ended with one line of these words, and exit code 2."""
    assert answer.line.startswith("jackrf: ")
    assert [word for word in words if word not in answer.line] == [], answer.line
    assert (answer.code, answer.output) == (2, "")


@pytest.mark.usefixtures("nothing_started")
@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        (
            'name = "Voice"',
            'name = "Voice"\ncolour = "red"',
            ("session.toml:6:", "inputs.voice.colour", "trim"),
        ),
        ('name = "Voice"', "name = 5", ("session.toml:5:", "inputs.voice.name = 5", "text")),
        (
            "gain = 0.0",
            "gain = 40.0",
            ("session.toml:12:", "mixes.ear.sends.voice.gain = 40", "10"),
        ),
        (
            "gain = 0.0",
            "gain = true",
            ("session.toml:12:", "mixes.ear.sends.voice.gain = true", "number"),
        ),
        (
            "voice = { gain",
            "flute = { gain",
            ("session.toml:12:", "mixes.ear.sends.flute", "voice"),
        ),
        ("format = 1", "format = 3", ("session.toml:1:", "format = 3", "2")),
        ('name = "Voice"', 'name = "Voice', ("session.toml:5:", "not TOML", "mend")),
        (
            "udp://127.0.0.1:50120",
            "http://127.0.0.1",
            ("session.toml:10:", "send_to", "udp://HOST:PORT"),
        ),
        (
            "[mixes.ear]",
            '[mixes.other]\nname = "Other"\nsend_to = ["udp://127.0.0.1:50120"]\n[mixes.ear]',
            ("udp://127.0.0.1:50120", "mixes.other", "mixes.ear"),
        ),
    ],
)
def test_a_wrong_session_starts_nothing(
    dummy_jack: DummyJack,
    tmp_path: Path,
    command: Command,
    good: str,
    bad: str,
    words: tuple[str, ...],
) -> None:
    """Unknown keys, wrong types, values out of range, sends of nothing, two mixes to one port: the
    line names file, line, key, what was found, and what is allowed.
    """
    session = tmp_path / "session.toml"
    assert GOOD.count(good) == 1
    session.write_text(GOOD.replace(good, bad))
    refused(command("run", str(session), "--server", dummy_jack.name), *words)


@pytest.mark.usefixtures("nothing_started")
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("nowhere.toml", ("nowhere.toml", "no such file")),
        (".", ("folder", "give the path of a file")),
        # Opened by anybody, read by nobody, not even by root.
        ("/proc/self/mem", ("/proc/self/mem", "cannot be read: Input/output error")),
    ],
)
def test_a_session_that_cannot_be_read_starts_nothing(
    dummy_jack: DummyJack, tmp_path: Path, command: Command, path: str, words: tuple[str, ...]
) -> None:
    """A missing or unreadable file, or a folder, is named with what is the matter with it."""
    refused(command("run", str(tmp_path / path), "--server", dummy_jack.name), *words)


NO_ROUTES = {
    "udp://192.0.2.1:5004": ("no route to 192.0.2.1 (Network is unreachable)", "connect"),
    "udp://[2001:db8::1]:5004": ("no route to 2001:db8::1", "connect"),
    "udp://239.1.2.3:5004": ("no route to 239.1.2.3 (Network is unreachable)", "connect"),
    "udp://no-such-host.invalid:5004": ("'no-such-host.invalid' is not known", "check the name"),
}


@pytest.mark.usefixtures("nothing_started")
def test_a_destination_without_a_route_starts_nothing(
    dummy_jack: DummyJack, tmp_path: Path
) -> None:
    """Where nothing can be sent to, or a host is unknown, the line names the destination."""
    alone = without_network()
    with contextlib.ExitStack() as stack:
        programs = {}
        for number, url in enumerate(NO_ROUTES):
            session = tmp_path / f"{number}.toml"
            session.write_text(GOOD.replace("udp://127.0.0.1:50120", url))
            run = jackrf_command("run", str(session), "--server", dummy_jack.name)
            programs[url] = stack.enter_context(
                Program([*alone, *run, "--name", f"jackrf-{number}"])
            )
        for url, words in NO_ROUTES.items():
            refused(programs[url].wait(), url, *words)


@pytest.mark.usefixtures("nothing_started")
def test_a_destination_that_takes_no_packets_starts_nothing(
    dummy_jack: DummyJack, tmp_path: Path, command: Command
) -> None:
    """The broadcast address is refused before anything is opened."""
    session = tmp_path / "session.toml"
    session.write_text(GOOD.replace("127.0.0.1", "255.255.255.255"))
    answer = command("run", str(session), "--server", dummy_jack.name)
    refused(answer, "udp://255.255.255.255:50120", "Permission denied")


@pytest.mark.usefixtures("nothing_started")
def test_a_port_in_use_is_named(dummy_jack: DummyJack, command: Command) -> None:
    """`jackrf listen` on a UDP port that another program has: how to find that program."""
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        url = f"udp://127.0.0.1:{port}"
        answer = command("listen", url, "--server", dummy_jack.name)
        refused(answer, url, "Address already in use", f"ss -ulpn sport = :{port}")


@pytest.mark.usefixtures("nothing_started")
def test_an_address_of_another_machine_is_named(dummy_jack: DummyJack, command: Command) -> None:
    """`jackrf listen` on an address that this machine does not have says which it may listen on."""
    url = "udp://192.0.2.1:50122"
    answer = command("listen", url, "--server", dummy_jack.name)
    refused(answer, url, "Cannot assign requested address", "an address of this machine")


def test_a_second_jackrf_of_a_name_is_refused(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """It says who has the name, ends with 2, and the first goes on."""
    with Running(tmp_path, GOOD, dummy_jack.name) as first:
        again = tmp_path / "again.toml"
        again.write_text(with_osc_of_its_own(GOOD))
        second = jackrf("run", str(again), "--server", dummy_jack.name)
        assert second.code == 2
        assert f'another jackrf named "jackrf" is running (pid {first.pid})' in second.line
        assert "--name" in second.line
        assert first.is_mixing()


@pytest.mark.parametrize("what", ["run", "listen"])
def test_a_client_name_that_is_taken_is_refused(
    dummy_jack: DummyJack, tmp_path: Path, command: Command, what: str
) -> None:
    """A JACK client of the same name: one line, exit code 2, and it stays the only one."""
    session = tmp_path / "session.toml"
    session.write_text(with_osc_of_its_own(GOOD))
    place = str(session) if what == "run" else f"udp://127.0.0.1:{free_port()}"
    with Player(dummy_jack.name, name="taken") as taken:
        answer = command(what, place, "--server", dummy_jack.name, "--name", "taken")
        ports = [port.name for port in taken.client._client.get_ports("taken|jackrf")]
    refused(answer, "'taken'", "another one", "--name")
    assert ports == ["taken:out_1"]
    assert not socket_path("taken").exists()
