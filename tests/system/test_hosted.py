"""jackrf under a session manager, as its users have it: started bare, in a real JACK server."""

import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

import jackrf
from jackrf.control import request, socket_path
from jackrf.errors import JackrfError
from jackrf.sessions.session import load
from jackrf.sessions.starting import starting_text
from jackrf.testing import DummyJack
from tests.quiet import TURNS, best_of
from tests.sessions import nsmd, raysession
from tests.sessions.nsm_host import ANNOUNCE, OPEN, SAVE, FakeHost
from tests.system.capture import Capture, steps
from tests.system.instruments import Player, wait_for
from tests.system.running import with_osc_of_its_own

pytestmark = pytest.mark.system

HOSTS = [
    FakeHost,
    *([nsmd.Nsmd] if nsmd.is_installed() else []),
    *([raysession.RaySession] if raysession.is_installed() else []),
]
"""Those on PATH; Debian 12 has neither nsmd nor RaySession, Debian 13 has RaySession."""

SCRIPT = """\
#!{python}
import sys
from jackrf.cli import main
sys.exit(main())
"""

Host = FakeHost | nsmd.Nsmd

PERIOD = 128
"""Frames, of the dummy server of the tests."""


@pytest.fixture
def environment(tmp_path: Path, dummy_jack: DummyJack) -> dict[str, str]:
    """PATH with a jackrf as pip installs it, and the default JACK server."""
    program = tmp_path / "bin" / "jackrf"
    program.parent.mkdir()
    program.write_text(SCRIPT.format(python=sys.executable))
    program.chmod(0o755)
    found = {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(jackrf.__file__).parent.parent),
    }
    return dummy_jack.environment | found


@pytest.fixture(params=HOSTS)
def host(
    request: pytest.FixtureRequest, tmp_path: Path, environment: dict[str, str]
) -> Iterator[Host]:
    """Each kind of session manager that there is, with no session open."""
    with request.param(tmp_path / "sessions", environment) as one:
        yield one


@pytest.fixture
def fake(tmp_path: Path, environment: dict[str, str]) -> Iterator[FakeHost]:
    """A session manager that misbehaves as a test wants it."""
    with FakeHost(tmp_path / "sessions", environment) as one:
        yield one


@pytest.fixture
def neighbour(dummy_jack: DummyJack) -> Iterator[Player]:
    """A client that counts the periods that the server lost."""
    with Player(dummy_jack.name) as player:
        yield player


def status(client: str) -> dict[str, Any]:
    """Return what ``jackrf status`` prints."""
    found: dict[str, Any] = request(client, {"do": "status"}, timeout=5.0)
    return found


def is_mixing(client: str) -> bool:
    """Whether it answers and its callback runs: a host does not always wait for that."""
    with suppress(JackrfError):
        return bool(status(client)["cycles"] > 0)
    return False


def set_gain(client: str, gain: float) -> None:
    """Move a fader."""
    message = {"do": "set", "mix": "mix-1", "input": "in-1", "gain": gain}
    request(client, message, timeout=5.0)


def saved_gain(project: Path) -> float:
    """Return where that fader stands in a file."""
    return load(project / "session.toml").mixes["mix-1"].sends["in-1"].gain


def ports(player: Player, client: str) -> list[str]:
    """Return the ports of a client in the graph."""
    return [port.name for port in player.client._client.get_ports(f"^{client}:")]


def uuid(player: Player, client: str) -> str:
    """Return what JACK calls a client as long as it lives."""
    return str(player.client._client.get_uuid_for_client_name(client))


def send_to(project: Path, capture: Capture) -> None:
    """Write a listener into a session's file, as a person does."""
    file = project / "session.toml"
    text = file.read_text()
    line = '# send_to = ["udp://192.168.1.31:5004"]'
    assert line in text
    file.write_text(text.replace(line, f'send_to = ["udp://127.0.0.1:{capture.port}"]'))


@contextmanager
def full_disk(pid: int) -> Iterator[None]:
    """Let no file of a process grow beyond 100 bytes, as if the disk were full there."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (100, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


def test_the_life_of_a_session(host: Host, neighbour: Player) -> None:
    """Add, save, open again, duplicate without a gap, another session with another id, back to the
    first, close: names, levels and files are what the host asks for, at each step.
    """
    with Capture() as capture:
        host.new("t1")
        host.add()
        first = host.client
        wait_for(lambda: is_mixing(first))
        assert len(ports(neighbour, first)) == 8 + 2 * 2
        assert status(first)["session"] == "t1"
        set_gain(first, -6.0)
        host.save()
        assert saved_gain(host.project) == -6.0
        send_to(host.project, capture)
        host.open("t1")
        wait_for(lambda: capture.count > 20)

        before, cycles = uuid(neighbour, first), status(first)["cycles"]
        original = host.project
        names = iter(f"t2 {number}" for number in range(TURNS))
        best_of(lambda: duplicated(host, next(names), capture, neighbour), hears_no_gap)
        assert host.client == first
        assert uuid(neighbour, first) == before
        assert status(first)["cycles"] > cycles
        packets = capture.packets
        assert len({one.packet.ssrc for one in packets}) == 1
        assert set(steps(packets, "sequence", 2**16)) == {1}
        set_gain(first, -9.0)
        host.save()
        assert (saved_gain(original), saved_gain(host.project)) == (-6.0, -9.0)

        host.new("t3", "jackrf.nOTHR")
        assert not ports(neighbour, first)
        host.add()
        other = host.client
        assert other != first
        wait_for(lambda: is_mixing(other))
        set_gain(other, -12.0)
        host.open("t1")
        assert host.client == first
        assert ports(neighbour, first)
        assert not ports(neighbour, other)
        assert saved_gain(host.root / "t3" / other) == -12.0
        wait_for(lambda: status(first)["mixes"]["mix-1"]["listeners"][0]["sent"] > 0)
        host.leave()
        assert not ports(neighbour, first)
        assert not socket_path(first).exists()


def duplicated(
    host: Host, session: str, capture: Capture, neighbour: Player
) -> tuple[list[int], int]:
    """Duplicate the session; return the steps of timestamps that are no period, and how many
    periods the server lost meanwhile.
    """
    missed, start = neighbour.missed, capture.count
    host.duplicate(session)
    heard = capture.count
    wait_for(lambda: capture.count > heard + 20)
    found = steps(capture.packets[start:], "timestamp", 2**32)
    return [step for step in found if step != PERIOD], neighbour.missed - missed


def hears_no_gap(found: tuple[list[int], int]) -> bool:
    """Whether there is none but the server's own."""
    gaps, lost = found
    return len(gaps) <= lost


def test_it_says_who_it_is(fake: FakeHost) -> None:
    """By the name that it was started by, and with the process that is to get SIGTERM."""
    fake.new("t1")
    fake.launch()
    announcement = fake.accept()
    assert fake.process is not None
    assert announcement == (
        "jackrf",
        ":switch:dirty:message:progress:",
        "jackrf",
        1,
        1,
        fake.process.pid,
    )


def test_names_are_taken_as_they_are(fake: FakeHost, neighbour: Player) -> None:
    """RaySession calls clients as it likes, and their folders otherwise: nothing is made up."""
    fake.new("t1", "jackrf_2")
    fake.launch()
    fake.accept()
    folder = fake.root / "t1" / "monitor mixes.jackrf_2"
    fake.send(OPEN, str(folder), "Saturday at the Löwen", "jackrf_2")
    assert fake.answer(OPEN)[0] == "/reply"
    assert len(ports(neighbour, "jackrf_2")) == 12
    assert load(folder / "session.toml").name == "Saturday at the Löwen"


def test_the_ports_are_there_before_the_reply(fake: FakeHost, neighbour: Player) -> None:
    """Who connects them as soon as the host says that all are open finds them all, active."""
    fake.new("t1")
    fake.launch()
    fake.accept()
    assert not ports(neighbour, fake.client)
    fake.ask_to_open()
    found = ports(neighbour, fake.client)
    assert len(found) == 12
    # JACK connects the ports of active clients only.
    assert neighbour.client.connect(neighbour.ports[0], found[0])


def test_sigterm_right_after_the_save(fake: FakeHost) -> None:
    """As nsmd ends a session: what was saved is there, the exit code is 0, it takes < 1 s."""
    fake.new("t1")
    fake.add()
    for gain in (-3.0, -4.0):
        set_gain(fake.client, gain)
    fake.send(SAVE)
    assert fake.answer(SAVE) == ("/reply", ("saved",))
    code, seconds = fake.quit()
    assert saved_gain(fake.project) == -4.0
    assert code == 0
    assert seconds < 1.0


def test_sigterm_may_come_twice(fake: FakeHost) -> None:
    """As often as anybody likes: the exit code stays 0."""
    fake.new("t1")
    fake.add()
    process = fake.process
    assert process is not None
    while process.poll() is None:
        process.send_signal(signal.SIGTERM)
        time.sleep(0.01)
    assert process.returncode == 0
    assert process.communicate()[1] == ""


@pytest.mark.parametrize("seconds", [0.2, 0.4, 0.8])
def test_sigterm_during_the_start(fake: FakeHost, seconds: float) -> None:
    """Once it has announced itself, it ends as asked for, whatever it is about to do."""
    fake.new("t1")
    fake.launch()
    fake.accept()
    fake.send(OPEN, str(fake.project), "t1", fake.client)
    time.sleep(seconds)
    code, needed = fake.quit()
    assert code == 0
    assert needed < 1.0


def test_sigterm_while_it_compiles(tmp_path: Path, environment: dict[str, str]) -> None:
    """The first start on a machine compiles: it announces itself before, and ends as any does."""
    cold = environment | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    with FakeHost(tmp_path / "sessions", cold) as fake:
        fake.new("t1")
        began = time.monotonic()
        fake.launch()
        fake.accept()
        assert time.monotonic() - began < 3.0
        fake.send(OPEN, str(fake.project), "t1", fake.client)
        fake.expect("/nsm/client/progress")
        time.sleep(1.0)
        code, seconds = fake.quit()
    assert code == 0
    assert seconds < 1.0


def test_saves_and_broadcasts_at_once(fake: FakeHost) -> None:
    """Two saves have two answers; what other clients tell each other is not for us."""
    fake.new("t1")
    fake.add()
    fake.send_bundle("/jackrf/hello", "hi", 7, 0.5)
    fake.send(SAVE)
    fake.send(SAVE)
    assert [fake.answer(SAVE) for _ in range(2)] == [("/reply", ("saved",))] * 2


def test_a_full_disk_is_no_success(fake: FakeHost) -> None:
    """The host gets an error and no "clean", the file stays as it was, and a later save works."""
    fake.new("t1")
    fake.add()
    set_gain(fake.client, -6.0)
    fake.save()
    assert fake.process is not None
    set_gain(fake.client, -9.0)
    with full_disk(fake.process.pid):
        fake.heard.clear()
        fake.send(SAVE)
        name, (code, text) = fake.answer(SAVE)
        assert (name, code) == ("/error", -1)
        assert "cannot be written" in text
        assert ("/nsm/client/is_clean", ()) not in fake.heard
        assert saved_gain(fake.project) == -6.0
    fake.save()
    assert ("/nsm/client/is_clean", ()) in fake.heard
    assert saved_gain(fake.project) == -9.0


def test_a_broken_project_is_refused(fake: FakeHost, neighbour: Player) -> None:
    """Error -9, no JACK client, and a save that writes nothing over it."""
    fake.new("t1")
    fake.project.mkdir()
    file = fake.project / "session.toml"
    file.write_text("name = ")
    fake.launch()
    fake.accept()
    name, (code, text) = fake.ask_to_open()
    assert (name, code) == ("/error", -9)
    assert "session.toml:1" in text
    assert not ports(neighbour, fake.client)
    fake.send(SAVE)
    name, (text,) = fake.answer(SAVE)
    assert name == "/reply"
    assert "nothing to save" in text
    assert file.read_text() == "name = "


def test_a_broken_project_silences_nobody(fake: FakeHost) -> None:
    """A switch to a project that cannot be opened leaves the ears what they hear."""
    fake.new("t1")
    fake.add()
    with Capture() as capture:
        send_to(fake.project, capture)
        fake.open("t1")
        wait_for(lambda: capture.count > 10)
        before = (fake.project / "session.toml").read_text()
        broken = fake.root / "t2" / fake.client
        broken.mkdir(parents=True)
        (broken / "session.toml").write_text("name = ")
        fake.send(OPEN, str(broken), "t2", fake.client)
        assert fake.answer(OPEN)[0] == "/error"
        heard = capture.count
        wait_for(lambda: capture.count > heard + 10)
        set_gain(fake.client, -1.0)
        fake.save()
        assert (fake.project / "session.toml").read_text() == before
        assert (broken / "session.toml").read_text() == "name = "


def test_other_ports_open_a_new_client(fake: FakeHost, neighbour: Player) -> None:
    """A session with more inputs cannot take over a client: it gets a new one of the same name."""
    fake.new("t1")
    fake.add()
    before = uuid(neighbour, fake.client)
    file = fake.project / "session.toml"
    file.write_text(file.read_text() + '\n[inputs.in-9]\nname = "Input 9"\n')
    fake.open("t1")
    assert len(ports(neighbour, fake.client)) == 13
    assert uuid(neighbour, fake.client) != before


def test_without_a_jack_server_it_is_open_and_waits(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """The host is answered, its user told, and the ports come with the server."""
    server = DummyJack(f"jackrf-{os.getpid()}-nsm")
    there = environment | {"JACK_DEFAULT_SERVER": server.name}
    with FakeHost(tmp_path / "others", there) as fake:
        fake.new("t1")
        fake.launch()
        fake.accept()
        assert fake.ask_to_open() == ("/reply", ("t1 is open, and waits for a JACK server",))
        assert any(name == "/nsm/client/message" and args[0] == 2 for name, args in fake.heard)
        assert status(fake.client)["state"] == "waiting for JACK"
        with server:
            wait_for(lambda: status(fake.client)["state"] == "running")
            assert fake.quit()[0] == 0


def test_its_host_says_what_is_opened(fake: FakeHost, tmp_path: Path) -> None:
    """``jackrf run FILE`` under a host: the file stays closed, and a line says so."""
    file = tmp_path / "mine.toml"
    file.write_text("not even TOML")
    fake.new("t1")
    fake.launch("run", str(file))
    fake.accept()
    fake.ask_to_open()
    process = fake.process
    assert process is not None
    process.terminate()
    output, _ = process.communicate()
    assert f"the file {file} is not opened" in output


@pytest.mark.parametrize("answer", ["none", "error"])
def test_without_a_host_a_file_is_opened(
    fake: FakeHost, tmp_path: Path, answer: str, dummy_jack: DummyJack
) -> None:
    """NSM_URL may be left over from a session that is gone: then ``jackrf run FILE`` runs FILE."""
    file = tmp_path / "mine.toml"
    file.write_text(with_osc_of_its_own(starting_text("Mine", 1, 1)))
    fake.launch("run", str(file), "--server", dummy_jack.name)
    fake.expect(ANNOUNCE)
    if answer == "error":
        fake.send("/error", ANNOUNCE, -6, "Sorry, but there's no session open")
    wait_for(lambda: socket_path("jackrf").exists() and status("jackrf")["cycles"] > 0)
    process = fake.process
    assert process is not None
    process.terminate()
    _, errors = process.communicate()
    reason = "it has not answered" if answer == "none" else "there's no session open"
    assert reason in errors
    assert len(errors.splitlines()) == 1
    assert process.returncode == 0


def test_bare_and_without_a_host_it_helps(fake: FakeHost) -> None:
    """There is nothing to open: a line says why, and the help what one can do."""
    fake.launch()
    fake.expect(ANNOUNCE)
    fake.send("/error", ANNOUNCE, -6, "Sorry, but there's no session open")
    process = fake.process
    assert process is not None
    output, errors = process.communicate(timeout=20)
    assert "there's no session open" in errors
    assert "Usage" in output + errors
