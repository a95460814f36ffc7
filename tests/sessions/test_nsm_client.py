"""The conversation over a real socket, with a host that is as nsmd, or as no host should be."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from jackrf.errors import JackrfError
from jackrf.sessions import nsm
from jackrf.sessions.nsm import ErrorCode, NsmError, Open
from jackrf.sessions.nsm_client import NotHosted, NsmClient
from tests.sessions.nsm_host import ANNOUNCE, OPEN, SAVE, FakeHost, written

Result = TypeVar("Result")


class Project:
    """Notes what it is asked for, and does as it is told."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails: Exception | None = None
        self.go = asyncio.Event()
        self.go.set()

    async def open(self, request: Open) -> str:
        """Open, or fail."""
        return await self._do(f"open {request.folder} {request.name} {request.client}")

    async def save(self) -> str:
        """Save, or fail."""
        return await self._do("save")

    def session_is_loaded(self) -> None:
        """Note it."""
        self.asked.append("loaded")

    async def _do(self, what: str) -> str:
        await self.go.wait()
        self.asked.append(what)
        if self.fails is not None:
            raise self.fails
        return f"done: {what[:4]}"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[FakeHost]:
    """A host that does nothing by itself."""
    with FakeHost(tmp_path) as fake:
        yield fake


async def aside(work: Callable[..., Result], *args: object) -> Result:
    """Let the host wait for something while the loop runs."""
    return await asyncio.to_thread(work, *args)


async def join(url: str) -> None:
    """Try to join a host that will not have us."""
    client = NsmClient(url, "jackrf")
    try:
        await client.join()
    finally:
        client.close()


@asynccontextmanager
async def hosted(host: FakeHost) -> AsyncIterator[tuple[NsmClient, Project]]:
    """A client that the host has accepted, and its project."""
    client, project = NsmClient(host.url, "jackrf"), Project()
    joining = asyncio.create_task(client.join())
    await aside(host.accept)
    await joining
    serving = asyncio.create_task(client.serve(project))
    yield client, project
    serving.cancel()
    client.close()


def test_a_whole_conversation(host: FakeHost) -> None:
    """Announce, open, loaded, dirty, save, clean, and everything by one socket."""

    async def talk() -> list[str]:
        client = NsmClient(host.url, "jackrf")
        project = Project()
        joining = asyncio.create_task(client.join())
        announcement = await aside(host.accept)
        ours = host.peer
        assert announcement[:5] == ("jackrf", ":switch:dirty:message:progress:", "jackrf", 1, 1)
        await joining
        assert client.host == "New Session Manager"
        serving = asyncio.create_task(client.serve(project))
        assert await aside(host.ask_to_open) == ("/reply", ("done: open",))
        host.send("/nsm/client/session_is_loaded")
        client.progress(0.5)
        client.message("hello", 1)
        client.set_dirty(dirty=True)
        await aside(host.expect, "/nsm/client/progress", 0.5)
        await aside(host.expect, "/nsm/client/message", 1, "hello")
        await aside(host.expect, "/nsm/client/is_dirty")
        await aside(host.save)
        client.set_dirty(dirty=False)
        await aside(host.expect, "/nsm/client/is_clean")
        assert host.peer == ours
        serving.cancel()
        client.close()
        client.close()
        return project.asked

    assert asyncio.run(talk()) == [f"open {host.project} t1 jackrf.nYPLM", "loaded", "save"]


def test_commands_in_a_row_are_done_one_after_the_other(host: FakeHost) -> None:
    """Two saves and an open, sent at once: three answers, in order."""

    async def talk() -> list[str]:
        async with hosted(host) as (_, project):
            project.go.clear()
            host.send(SAVE)
            host.send(SAVE)
            host.send(OPEN, "/p/jackrf.nAAAA", "p", "jackrf.nAAAA")
            await asyncio.sleep(0.05)
            assert not project.asked
            project.go.set()
            for path, text in ((SAVE, "done: save"), (SAVE, "done: save"), (OPEN, "done: open")):
                assert await aside(host.hear) == ("/reply", (path, text))
            return project.asked

    assert asyncio.run(talk()) == ["save", "save", "open /p/jackrf.nAAAA p jackrf.nAAAA"]


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (NsmError(ErrorCode.BAD_PROJECT, "not TOML"), -9, "not TOML"),
        (JackrfError("the name is taken"), -1, "the name is taken"),
        (RuntimeError("what"), -1, "failed inside jackrf: RuntimeError: what"),
    ],
)
def test_every_failure_is_an_answer(host: FakeHost, error: Exception, code: int, text: str) -> None:
    """A defect of ours, too: and the next command is done as if nothing had been."""

    async def talk() -> None:
        async with hosted(host) as (_, project):
            project.fails = error
            assert await aside(host.ask_to_open) == ("/error", (code, text))
            project.fails = None
            assert await aside(host.ask_to_open) == ("/reply", ("done: open",))

    asyncio.run(talk())


def test_only_the_host_is_heard(host: FakeHost) -> None:
    """What comes from another port is ignored, and so are broadcasts and noise."""

    async def talk() -> None:
        async with hosted(host) as (client, project):
            stranger = FakeHost(host.root)
            stranger.peer = host.peer
            stranger.send(SAVE)
            stranger.close()
            host.send_bundle("/jackrf/hello", "hi", 7, 0.5)
            host.send("/nsm/client/show_optional_gui")
            await aside(host.ask_to_open)
            assert project.asked == [f"open {host.project} t1 jackrf.nYPLM"]
            assert client.ignored == 3

    asyncio.run(talk())


def test_a_silent_host_is_given_up(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time that the protocol gives it, 5 s, shortened here."""
    monkeypatch.setattr(nsm, "ANNOUNCE_SECONDS", 0.05)
    with pytest.raises(NotHosted, match=r"no session manager at osc\.udp.*has not answered"):
        asyncio.run(join(host.url))


def test_a_host_on_another_port_is_silent(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answer does not count, since it could be anybody's."""
    monkeypatch.setattr(nsm, "ANNOUNCE_SECONDS", 0.3)

    async def talk() -> None:
        client = NsmClient(host.url, "jackrf")
        joining = asyncio.create_task(client.join())
        await aside(host.expect, ANNOUNCE)
        other = FakeHost(host.root)
        other.peer = host.peer
        other.send("/reply", ANNOUNCE, "Acknowledged", "Other", "::")
        other.close()
        with pytest.raises(NotHosted):
            await joining
        client.close()

    asyncio.run(talk())


def test_a_host_may_decline(host: FakeHost) -> None:
    """It says why, and so do we."""

    async def talk() -> None:
        client = NsmClient(host.url, "jackrf")
        joining = asyncio.create_task(client.join())
        await aside(host.expect, ANNOUNCE)
        host.send("/error", ANNOUNCE, -6, "no session open")
        with pytest.raises(NotHosted, match=r"no session open \(error -6\)"):
            await joining
        client.close()

    asyncio.run(talk())


def test_a_slow_project_is_answered_in_time(
    host: FakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within 8 s, shortened here: the host is told that we are there, and later how it went."""
    monkeypatch.setattr(nsm, "ANSWER_SECONDS", 0.05)

    async def talk() -> None:
        async with hosted(host) as (_, project):
            project.go.clear()
            name, args = await aside(host.ask_to_open)
            assert name == "/reply"
            assert "still starting" in args[0]
            project.go.set()
            await aside(host.expect, "/nsm/client/message", 1, "done: open")

    asyncio.run(talk())


def test_a_host_without_an_address_is_none() -> None:
    """One line, at once."""
    with pytest.raises(NotHosted, match=r"no way to osc\.udp://no-such-host\.invalid"):
        asyncio.run(join("osc.udp://no-such-host.invalid:17000/"))


def test_another_protocol_is_refused() -> None:
    """As the URL's own check says."""
    with pytest.raises(NotHosted, match=r"osc\.udp://HOST:PORT/"):
        asyncio.run(join("osc.tcp://127.0.0.1:17000/"))


def test_the_reply_is_on_its_way_before_anything_else(host: FakeHost) -> None:
    """SIGTERM may follow a save's reply at once: nothing is left in a buffer of ours."""

    async def talk() -> None:
        async with hosted(host) as (client, project):
            client.datagram_received(written(SAVE).dgram, ("127.0.0.1", host.port))
            # One turn of the loop for the request, one for the project that only notes it.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert project.asked == ["save"]
            assert host.hear(0.0001) == ("/reply", (SAVE, "done: save"))

    asyncio.run(talk())
