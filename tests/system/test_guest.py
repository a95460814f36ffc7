"""What a host has opened, while saves fail, come true later, and sessions take turns."""

import asyncio
import shutil
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from jackrf.client import JackClient
from jackrf.control import request, socket_path
from jackrf.errors import InputError, JackrfError, StorageError
from jackrf.hosting import guest as guest_module
from jackrf.hosting.guest import Guest
from jackrf.lan.pins import PinFile
from jackrf.running import keeper
from jackrf.running.keeper import Keeper
from jackrf.running.run import Running
from jackrf.sessions.journal import journal_of
from jackrf.sessions.nsm import NsmError, Open
from jackrf.sessions.session import load
from jackrf.sessions.starting import starting_text
from jackrf.testing import DummyJack
from tests.system.caller import Caller
from tests.system.capture import Capture, steps
from tests.system.instruments import Player
from tests.system.running import free_port, with_osc_of_its_own
from tests.waiting import until

pytestmark = pytest.mark.system

CLIENT = "jackrf.nYPLM"


def new_session(name: str) -> str:
    """Return the text of a new session, with ports of its own."""
    return with_osc_of_its_own(starting_text(name))


@pytest.fixture(autouse=True)
def ports_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """No project that is made here listens where another jackrf on this machine may."""
    monkeypatch.setattr("jackrf.sessions.project.starting_text", new_session)


class Host:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def progress(self, share: float) -> None:
        """Progress is told by its share."""
        self.told.append(f"{share:.0%}")

    def message(self, text: str, priority: int = 0) -> None:
        """A line is told with its priority."""
        self.told.append(f"{priority}: {text}")

    def set_dirty(self, dirty: bool) -> None:
        """As "dirty" or "clean"."""
        self.told.append("dirty" if dirty else "clean")


@asynccontextmanager
async def hosted(server: str, project: Open) -> AsyncIterator[tuple[Guest, Host]]:
    """A guest that has opened a project."""
    host = Host()
    guest = Guest(host, server)
    try:
        await guest.open(project)
        yield guest, host
    finally:
        await guest.close()


def project(folder: Path, session: str = "t1", client: str = CLIENT) -> Open:
    """What a host asks to be opened."""
    return Open(folder / session / client, session, client)


async def set_gain(gain: float, client: str = CLIENT) -> None:
    """Move a fader, as another program does."""
    message = {"do": "set", "mix": "mix-1", "input": "in-1", "gain": gain}
    await asyncio.to_thread(request, client, message, 5.0)


async def status() -> dict[str, Any]:
    """What ``jackrf status`` prints."""
    found: dict[str, Any] = await asyncio.to_thread(request, CLIENT, {"do": "status"}, 5.0)
    return found


def saved_gain(asked: Open) -> float:
    """Where that fader stands in the file."""
    return load(asked.folder / "session.toml").mixes["mix-1"].sends["in-1"].gain


def obstruct(asked: Open) -> Path:
    """Put something where the file is written first, so that a save fails."""
    obstacle = asked.folder / ".session.toml.new"
    obstacle.mkdir()
    return obstacle


def test_the_host_hears_how_far_it_is_and_what_is_dirty(
    dummy_jack: DummyJack, tmp_path: Path
) -> None:
    """Progress ends at 100 %; a change is dirty, a save is clean, and a save of nothing works."""
    asked = project(tmp_path)

    async def live() -> list[str]:
        async with hosted(dummy_jack.name, asked) as (guest, host):
            assert host.told == ["10%", "30%", "60%", "clean", "100%"]
            host.told.clear()
            assert await guest.save() == "saved"
            await set_gain(-6.0)
            assert await guest.save() == "saved"
            guest.session_is_loaded()
            return host.told

    assert asyncio.run(live()) == ["dirty", "clean"]
    assert saved_gain(asked) == -6.0


def test_before_anything_is_open_there_is_nothing_to_save(dummy_jack: DummyJack) -> None:
    """A host that asks out of turn gets a true answer."""

    async def live() -> str:
        guest = Guest(Host(), dummy_jack.name)
        answer = await guest.save()
        await guest.close()
        return answer

    assert asyncio.run(live()) == "there is nothing to save: no session is open"


def test_a_failed_save_is_tried_again(
    dummy_jack: DummyJack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every 10 s, shortened here: with the levels of then, until it works, which the host hears.
    Until then there is a copy as it was when the host asked.
    """
    monkeypatch.setattr(keeper, "RETRY_SECONDS", 0.05)
    asked = project(tmp_path)

    async def live() -> None:
        async with hosted(dummy_jack.name, asked) as (guest, host):
            await set_gain(-6.0)
            obstacle = obstruct(asked)
            with pytest.raises(JackrfError, match="all is in"):
                await guest.save()
            assert host.told[-1] == "dirty"
            await set_gain(-7.0)
            await asyncio.sleep(0.2)
            [copy] = asked.folder.glob("session.emergency-*.toml")
            assert load(copy).mixes["mix-1"].sends["in-1"].gain == -6.0
            obstacle.rmdir()
            await until(lambda: host.told[-1].startswith("1: "))
            assert host.told[-2] == "clean"

    asyncio.run(live())
    assert saved_gain(asked) == -7.0
    assert not list(asked.folder.glob("session.emergency-*"))


def test_the_next_project_waits_for_the_last_try(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """A save that failed is tried once more before another session takes over."""
    first, second = project(tmp_path, "t1"), project(tmp_path, "t2")

    async def live() -> None:
        async with hosted(dummy_jack.name, first) as (guest, host):
            await set_gain(-6.0)
            obstacle = obstruct(first)
            with pytest.raises(JackrfError):
                await guest.save()
            obstacle.rmdir()
            assert await guest.open(second) == "t2 is open"
            assert host.told[-1] == "100%"
            assert not list(first.folder.glob("session.emergency-*"))
            await set_gain(-9.0)
            await guest.save()

    asyncio.run(live())
    assert (saved_gain(first), saved_gain(second)) == (-6.0, -9.0)


def test_a_project_that_cannot_be_opened_changes_nothing(
    dummy_jack: DummyJack, tmp_path: Path
) -> None:
    """What ran runs on under its name, and is not saved: the host has moved on."""
    first, broken = project(tmp_path, "t1"), project(tmp_path, "t2", "jackrf.nOTHR")
    broken.folder.mkdir(parents=True)
    (broken.folder / "session.toml").write_text("format = 99\n")

    async def live() -> None:
        async with hosted(dummy_jack.name, first) as (guest, _):
            before = (first.folder / "session.toml").read_bytes()
            with pytest.raises(NsmError, match="update jackrf"):
                await guest.open(broken)
            await set_gain(-6.0)
            assert "update jackrf" in await guest.save()
            assert (first.folder / "session.toml").read_bytes() == before
            assert await guest.open(first) == "t1 is open"
            await set_gain(-6.0)
            assert await guest.save() == "saved"

    asyncio.run(live())
    assert saved_gain(first) == -6.0
    assert (broken.folder / "session.toml").read_text() == "format = 99\n"


def test_a_name_that_is_taken_is_refused(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """The host hears why; then another name is fine."""
    asked = project(tmp_path, client="player")

    async def live() -> None:
        guest = Guest(Host(), dummy_jack.name)
        with Player(dummy_jack.name, name="player"):
            with pytest.raises(InputError, match="player"):
                await guest.open(asked)
            assert "nothing to save" in await guest.save()
            assert not socket_path("player").exists()
            assert await guest.open(project(tmp_path)) == "t1 is open"
            await guest.close()

    asyncio.run(live())


def test_a_project_that_fails_in_the_midst_leaves_nothing_behind(
    dummy_jack: DummyJack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one before has been left by then: its client goes, and its name is free for the next."""
    first, second = project(tmp_path, "t1"), project(tmp_path, "t2")

    def fail(*_: object) -> None:
        raise InputError("no surface can be told")

    async def live() -> None:
        async with hosted(dummy_jack.name, first) as (guest, _):
            with monkeypatch.context() as patch:
                patch.setattr("jackrf.running.making.make_osc", fail)
                with pytest.raises(InputError, match="no surface"):
                    await guest.open(second)
            with closing(JackClient(first.client, dummy_jack.name)):
                assert "nothing to save" in await guest.save()
            assert await guest.open(second) == "t2 is open"

    asyncio.run(live())


def test_ears_are_closed_before_a_disk_is_waited_for(
    dummy_jack: DummyJack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that ends us gives us a second, and a disk may take all of it."""
    closed: list[bool] = []
    real = Keeper.close

    async def close(self: Keeper) -> None:
        engine = self._desk.engine
        closed.append(engine is not None and engine.faded_out)
        await real(self)

    async def live() -> None:
        async with hosted(dummy_jack.name, project(tmp_path)):
            monkeypatch.setattr(Keeper, "close", close)

    asyncio.run(live())
    assert closed == [True]


def test_who_is_ended_while_another_project_is_opened_leaves_jack(
    dummy_jack: DummyJack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what the one before has not saved put aside, as ever: nobody forgets that it runs."""
    first, second = project(tmp_path, "t1"), project(tmp_path, "t2")
    began = asyncio.Event()

    async def hang(_: Running, **__: object) -> None:
        began.set()
        await asyncio.Event().wait()

    async def live() -> None:
        async with hosted(dummy_jack.name, first) as (guest, _):
            await set_gain(-6.0)
            with monkeypatch.context() as patch:
                patch.setattr(Running, "leave", hang)
                opening = asyncio.create_task(guest.open(second))
                await began.wait()
                opening.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await opening
            await guest.close()
            with closing(JackClient(CLIENT, dummy_jack.name)):
                assert not socket_path(CLIENT).exists()
        aside = journal_of(first.folder / "session.toml").with_name("session.journal.old")
        assert b"in-1" in aside.read_bytes()

    asyncio.run(live())


def test_a_save_that_is_not_on_the_disk_yet_is_not_put_aside(
    dummy_jack: DummyJack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host asked for it, and then ended us while a slow disk was at work: what is not in the
    file the next time comes back.
    """
    monkeypatch.setattr(guest_module, "LAST_WRITE_SECONDS", 0.05)
    monkeypatch.setattr(keeper, "LAST_WRITE_SECONDS", 0.05)
    began, go = threading.Event(), threading.Event()
    asked = project(tmp_path)

    def never(*_: object, **__: object) -> None:
        began.set()
        go.wait(20)
        raise StorageError("the disk is gone")

    async def live() -> None:
        async with hosted(dummy_jack.name, asked) as (guest, _):
            await set_gain(-6.0)
            with monkeypatch.context() as patch:
                patch.setattr(keeper, "save", never)
                saving = asyncio.create_task(guest.save())
                await asyncio.to_thread(began.wait, 20)
                saving.cancel()
                await guest.close()

    asyncio.run(live())
    go.set()
    journal = journal_of(asked.folder / "session.toml")
    assert b"in-1" in journal.read_bytes()
    assert not journal.with_name("session.journal.old").exists()


def test_a_session_that_cannot_go_on_ends(
    dummy_jack: DummyJack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the name is taken while JACK is away, waiting for it helps nobody."""

    async def fail(_: Running) -> None:
        raise InputError("the name is taken")

    monkeypatch.setattr(Running, "follow", fail)

    async def live() -> None:
        async with hosted(dummy_jack.name, project(tmp_path)) as (guest, _):
            with pytest.raises(InputError, match="the name is taken"):
                await guest.ended()

    asyncio.run(live())


def test_wishes_are_left_to_the_hosts_patchbay(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """What the file wants connected is not connected, but kept and shown as missing; and what the
    patchbay connects, or a person, is saved with the project.
    """
    asked = project(tmp_path)

    async def live() -> None:
        async with hosted(dummy_jack.name, asked) as (guest, host):
            file = asked.folder / "session.toml"
            wish = 'name = "Input 1"\nconnect = ["system:capture_1"]'
            file.write_text(file.read_text().replace('name = "Input 1"', wish))
            await guest.open(asked)
            first = (await status())["inputs"][0]
            assert (first["connections"], first["missing"]) == ([], ["system:capture_1"])
            assert host.told[-1] == "100%"
            with Player(dummy_jack.name) as patchbay:
                patchbay.client.connect("system:capture_2", f"{CLIENT}:in_02")
            await until(lambda: host.told[-1] == "dirty")
            assert await guest.save() == "saved"
            assert wish in file.read_text()
            assert load(file).inputs["in-2"].connect == ["system:capture_2"]

    asyncio.run(live())


def test_a_session_may_want_its_connections_made(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """Where no patchbay does it: at the start, and when another session takes over the client. What
    only the one before wanted is disconnected then.
    """
    first, second = project(tmp_path, "t1"), project(tmp_path, "t2")
    for asked, port in ((first, "system:capture_1"), (second, "system:capture_2")):
        asked.folder.mkdir(parents=True)
        text = new_session(asked.name).replace("[inputs.", 'restore = "always"\n[inputs.', 1)
        text = text.replace('name = "Input 1"', f'name = "Input 1"\nconnect = ["{port}"]')
        (asked.folder / "session.toml").write_text(text)

    async def live() -> None:
        async with hosted(dummy_jack.name, first) as (guest, _):
            assert (await status())["inputs"][0]["connections"] == ["system:capture_1"]
            await guest.open(second)
            assert (await status())["inputs"][0]["connections"] == ["system:capture_2"]

    asyncio.run(live())


def test_a_duplicate_is_known_by_its_own_name(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """The host copies the files, with the old name in them, and opens the copy: people read the
    name that the host gave it, and listeners hear the same streams go on.
    """
    first = project(tmp_path, "t1")

    async def live() -> None:
        async with hosted(dummy_jack.name, first) as (guest, _):
            assert (await status())["session"] == "t1"
            await guest.save()
            copy = project(tmp_path, "t1 in the studio")
            shutil.copytree(first.folder, copy.folder)
            assert await guest.open(copy) == "t1 in the studio is open"
            assert (await status())["session"] == "t1 in the studio"
            with Player(dummy_jack.name) as player:
                visitor = player.client
                uuid = int(visitor._client.get_uuid_for_client_name(CLIENT))
                assert visitor.metadata.pretty_name(uuid) == "jackrf t1 in the studio"

    asyncio.run(live())


def test_who_tuned_in_hears_a_duplicate_without_a_gap(
    dummy_jack: DummyJack, tmp_path: Path
) -> None:
    """By RTSP over UDP and over TCP: the same connections go on, and are the new session's. Where
    another session would have them show a PIN they are hung up on.
    """
    first, copy, secret = (project(tmp_path, name) for name in ("t1", "t2", "t3"))

    async def hearing() -> list[str]:
        return [one["owner"] for one in (await status())["mixes"]["mix-1"]["listeners"]]

    async def live() -> None:
        async with hosted(dummy_jack.name, first) as (guest, _):
            await guest.save()
            for other in (copy, secret):
                shutil.copytree(first.folder, other.folder)
            PinFile(secret.folder / "secrets.toml").make("mix-1")
            port = (await status())["rtsp"]["port"]
            with (
                Capture() as capture,
                Caller(port, "mix-1", f"RTP/AVP;unicast;client_port={ports_of(capture)}") as far,
                Caller(port, "mix-1", "RTP/AVP/TCP;unicast;interleaved=0-1") as near,
            ):
                for one in (far, near):
                    await asyncio.to_thread(one.call)
                await until(lambda: capture.count > 20 and len(near.sequences) > 20)
                await guest.open(copy)
                heard = capture.count, len(near.sequences)
                await until(lambda: capture.count > heard[0] + 20)
                await until(lambda: len(near.sequences) > heard[1] + 20)
                assert set(steps(capture.packets, "sequence", 2**16)) == {1}
                assert {(b - a) % 2**16 for a, b in pairwise(near.sequences)} == {1}
                assert (await status())["rtsp"]["port"] == port
                assert await hearing() == ["rtsp", "rtsp"]
                await asyncio.to_thread(far.ask, "TEARDOWN")
                assert await hearing() == ["rtsp"]
                await guest.open(secret)
                await until(lambda: near.over)
                assert await hearing() == []

    asyncio.run(live())


def ports_of(capture: Capture) -> str:
    """Its port and the one above it, as RTSP writes them."""
    return f"{capture.port}-{capture.port + 1}"


def test_each_project_has_its_own_scenes(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """A scene is saved and recalled as anywhere; another session has none of it, and it is there
    again when the first one is.
    """
    first, second = project(tmp_path, "t1"), project(tmp_path, "t2")

    async def scenes() -> list[str]:
        listed = await asyncio.to_thread(request, CLIENT, {"do": "scene.list"}, 5.0)
        return [scene["name"] for scene in listed]

    async def live() -> None:
        async with hosted(dummy_jack.name, first) as (guest, _):
            await set_gain(-6.0)
            await guest.save()
            await asyncio.to_thread(request, CLIENT, {"do": "scene.save", "name": "Verse"}, 5.0)
            assert (first.folder / "scenes" / "verse.toml").exists()
            await guest.open(second)
            assert await scenes() == []
            await guest.open(first)
            assert await scenes() == ["Verse"]
            await set_gain(-20.0)
            await asyncio.to_thread(request, CLIENT, {"do": "scene.recall", "name": "Verse"}, 5.0)
            await guest.save()

    asyncio.run(live())
    assert saved_gain(first) == -6.0


def test_ports_are_shown_by_the_names_of_the_session_that_is_open(
    dummy_jack: DummyJack, tmp_path: Path
) -> None:
    """Also where it has taken over the client of another one, which shows nothing afterwards."""
    first, second = project(tmp_path, "t1"), project(tmp_path, "t2")
    second.folder.mkdir(parents=True)
    renamed = new_session("t2").replace('"Input 1"', '"Kick"').replace('"Mix 1"', '"Anna"')
    (second.folder / "session.toml").write_text(renamed)

    async def live() -> None:
        async with hosted(dummy_jack.name, first) as (guest, _):
            with Player(dummy_jack.name) as player:
                visitor = player.client
                before = visitor.shown(f"{CLIENT}:in_01"), visitor.shown(f"{CLIENT}:mix_01_l")
                assert before == ("Input 1", "Mix 1 left")
                uuid = int(visitor._client.get_uuid_for_client_name(CLIENT))
                await guest.open(second)
                after = visitor.shown(f"{CLIENT}:in_01"), visitor.shown(f"{CLIENT}:mix_01_l")
                assert after == ("Kick", "Anna left")
                assert visitor.shown(f"{CLIENT}:in_02") == "Input 2"
                assert int(visitor._client.get_uuid_for_client_name(CLIENT)) == uuid
                assert visitor.metadata.pretty_name(uuid) == "jackrf t2"

    asyncio.run(live())


def test_a_port_that_is_taken_costs_only_osc(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """Two clients in one session want the same one: the second runs without OSC, and says so."""

    async def live() -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            asked = project(tmp_path)
            asked.folder.mkdir(parents=True)
            osc = f"[osc]\nport = {taken.getsockname()[1]}\n"
            text = with_osc_of_its_own(starting_text("t1") + osc)
            (asked.folder / "session.toml").write_text(text)
            async with hosted(dummy_jack.name, asked) as (_, host):
                assert any(line.startswith("3: there is no OSC") for line in host.told)
                await set_gain(-6.0)

    asyncio.run(live())


def test_listeners_that_are_lost_are_told_of(
    dummy_jack: DummyJack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host's user reads who is lost, and that they are back."""
    monkeypatch.setattr(guest_module, "LOOK_SECONDS", 0.05)
    port = free_port()
    asked = project(tmp_path)
    asked.folder.mkdir(parents=True)
    line = f'send_to = ["udp://127.0.0.1:{port}"]'
    text = new_session("t1").replace('# send_to = ["udp://192.168.1.31:5004"]', line)
    (asked.folder / "session.toml").write_text(text)

    async def live() -> None:
        async with hosted(dummy_jack.name, asked) as (_, host):
            lost = f"2: 1 of 1 listeners is lost: udp://127.0.0.1:{port} (refused)"
            await until(lambda: host.told[-1] == lost)
            with Capture(port):
                await until(lambda: host.told[-1] == "2: all listeners are there again")

    asyncio.run(live())
