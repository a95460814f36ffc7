"""The answering side: private, alone, bounded, and never brought down by a peer."""

import asyncio
import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from jackrf.control import ControlServer, request, socket_path
from jackrf.control.server import PEERS_MAX
from jackrf.errors import InputError, JackrfError
from tests.control.serving import serving

HOLD = """
import asyncio
from jackrf.control import ControlServer
async def hold():
    await ControlServer("jackrf", {}).start()
    print("up", flush=True)
    await asyncio.sleep(60)
asyncio.run(hold())
"""


def echo(message: dict[str, Any]) -> dict[str, Any]:
    """Answer with the request."""
    return message


def refuse(_: dict[str, Any]) -> None:
    """Refuse as a handler does whose request is wrong."""
    raise InputError("no mix keith:\n drums, bass")


def break_down(_: dict[str, Any]) -> None:
    """Fail as a handler does that has a fault."""
    raise KeyError("cycles")


def mistype(_: dict[str, Any]) -> None:
    """Fail as a handler does whose answer JSON has no word for."""
    raise TypeError("no word for that")


HANDLERS = {"echo": echo, "refuse": refuse, "break": break_down, "set": mistype}


def dial(server: ControlServer) -> socket.socket:
    """A plain connection to the server, to misbehave on."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(5)
    connection.connect(str(server.path))
    return connection


def read_line(connection: socket.socket) -> bytes:
    """Read up to the end of the line, or of the connection."""
    line = b""
    while not line.endswith(b"\n") and (chunk := connection.recv(65536)):
        line += chunk
    return line


def is_alive(server: ControlServer) -> bool:
    """Whether an honest peer is served."""
    return bool(request(server.path.stem, {"do": "echo"}) == {"do": "echo"})


def test_only_the_owner_may_open_it() -> None:
    """The socket has mode 0600, its folder 0700, even where the folder was open before."""
    folder = socket_path("jackrf").parent
    folder.mkdir()
    folder.chmod(0o755)
    with serving(HANDLERS) as server:
        assert stat.S_IMODE(server.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert server.path.is_socket()


def test_the_file_goes_with_the_server() -> None:
    """After close there is no file; to close twice, or what never started, is harmless."""
    with serving(HANDLERS) as server:
        assert server.path.exists()
    assert not server.path.exists()
    asyncio.run(server.close())
    asyncio.run(ControlServer("never-started", {}).close())


def test_a_successor_s_file_stays() -> None:
    """Who lost its file to somebody else does not remove the other's."""
    with serving(HANDLERS) as server:
        server.path.unlink()
        with serving(HANDLERS) as successor:
            asyncio.run(ControlServer("jackrf", {}).close())
            assert is_alive(successor)
            server._inode = 0
        assert not server.path.exists()


def test_a_second_jackrf_of_one_name_is_refused_and_harms_nothing() -> None:
    """The error names the process that is there; one of another name is welcome."""
    with serving(HANDLERS) as server:
        with pytest.raises(JackrfError, match=f'named "jackrf" is running \\(pid {os.getpid()}\\)'):
            asyncio.run(ControlServer("jackrf", {}).start())
        with serving(HANDLERS, "other") as other:
            assert is_alive(other)
        assert is_alive(server)


def test_the_file_of_a_killed_jackrf_is_replaced() -> None:
    """SIGKILL leaves the file behind; while the process lived, its name was taken."""
    with subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        with pytest.raises(JackrfError, match=rf"is running \(pid {process.pid}\)"):
            asyncio.run(ControlServer("jackrf", {}).start())
        process.kill()
    assert socket_path("jackrf").is_socket()
    with serving(HANDLERS) as server:
        assert is_alive(server)


def test_of_many_that_start_at_once_exactly_one_wins() -> None:
    """No two may both find the dead one's file and replace each other's."""
    path = socket_path("jackrf")
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    outcomes: list[str] = []
    barrier = threading.Barrier(8)

    async def start_and_stay() -> None:
        server = ControlServer("jackrf", HANDLERS)
        await asyncio.to_thread(barrier.wait)
        try:
            await server.start()
            outcomes.append("won")
        except JackrfError as error:
            outcomes.append(str(error)[:21])
        await asyncio.to_thread(barrier.wait)
        await server.close()

    threads = [threading.Thread(target=asyncio.run, args=(start_and_stay(),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["another jackrf named "[:21]] * 7 + ["won"]


def test_a_file_that_is_no_socket_is_not_removed() -> None:
    """It may be somebody's."""
    path = socket_path("jackrf")
    path.parent.mkdir()
    path.write_text("precious")
    with pytest.raises(JackrfError, match="is in the way and is not a socket: remove it"):
        asyncio.run(ControlServer("jackrf", {}).start())
    assert path.read_text() == "precious"


def test_a_folder_that_is_not_ours_is_refused(short_runtime_dir: Path) -> None:
    """A link or a file in the folder's place could lead anywhere."""
    (short_runtime_dir / "elsewhere").mkdir()
    (short_runtime_dir / "jackrf").symlink_to("elsewhere")
    with pytest.raises(JackrfError, match=r"is not a folder of yours .* set XDG_RUNTIME_DIR"):
        asyncio.run(ControlServer("jackrf", {}).start())
    (short_runtime_dir / "jackrf").unlink()
    (short_runtime_dir / "jackrf").touch()
    with pytest.raises(JackrfError, match=r"cannot open the control socket .*: File exists: set"):
        asyncio.run(ControlServer("jackrf", {}).start())


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"", "a request is one line of JSON, not b'\\n'"),
        (b"hello", "a request is one line of JSON, not b'hello\\n'"),
        (b"[1]", """a request is an object such as {"do": "status"}, not b'[1]\\n'"""),
        (b"{}", "cannot do null: allowed are echo, refuse, break, set"),
        (b'{"do": ["echo"]}', 'cannot do ["echo"]: allowed are echo, refuse, break, set'),
        (b'{"do": "refuse"}', "no mix keith: drums, bass"),
        (b'{"do": "break"}', "break failed inside jackrf, which goes on: KeyError: 'cycles'"),
        (
            b'{"do": "set"}',
            "set failed inside jackrf, which goes on: TypeError: no word for that",
        ),
    ],
)
def test_a_wrong_request_is_told_so_in_one_line_and_may_go_on(line: bytes, error: str) -> None:
    """Refused, faulty, unknown, not JSON: an answer, and the same connection still works."""
    with serving(HANDLERS) as server, dial(server) as connection:
        connection.sendall(line + b"\n")
        assert json.loads(read_line(connection)) == {"ok": False, "error": error}
        connection.sendall(b'{"do": "echo", "n": 1}\n')
        assert json.loads(read_line(connection))["result"] == {"do": "echo", "n": 1}


def test_a_line_of_a_megabyte_ends_its_connection_alone() -> None:
    """It is told why, and hung up on, without the whole line being read."""
    with serving(HANDLERS) as server, dial(server) as connection:
        with pytest.raises(ConnectionError):
            connection.sendall(b"x" * 1_000_000 + b"\n")
        reply = json.loads(read_line(connection))
        assert reply["error"] == "a request is one line of at most 65536 bytes"
        assert is_alive(server)


def test_a_hundred_idle_connections_do_not_keep_an_honest_one_out() -> None:
    """At most 32 stay; the ones longest silent go first, those that talk stay."""
    with serving(HANDLERS) as server, dial(server) as talker:
        idle = []
        for _ in range(100):
            idle.append(dial(server))
            talker.sendall(b'{"do": "echo"}\n')
            assert read_line(talker)
        assert is_alive(server)
        deadline = time.monotonic() + 5
        while len(server._peers) > PEERS_MAX and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(server._peers) <= PEERS_MAX
        assert idle[0].recv(1) == b""
        for connection in idle:
            connection.close()


def test_half_a_line_and_silence_are_ended_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request not finished within the idle time is not waited for."""
    monkeypatch.setattr("jackrf.control.server.IDLE_SECONDS", 0.1)
    with serving(HANDLERS) as server, dial(server) as silent, dial(server) as half:
        half.sendall(b'{"do": "ec')
        assert half.recv(1) == b""
        assert silent.recv(1) == b""
        assert is_alive(server)


def test_a_peer_that_does_not_read_is_ended_and_others_are_served_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Replies that nobody takes are not piled up."""
    monkeypatch.setattr("jackrf.control.server.REPLY_SECONDS", 0.5)
    handlers = {"echo": echo, "much": lambda _: "x" * 4_000_000}
    with serving(handlers) as server, dial(server) as deaf:
        deaf.sendall(b'{"do": "much"}\n' * 50)
        for _ in range(20):
            assert is_alive(server)
        deadline = time.monotonic() + 5
        while server._peers and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not server._peers
        assert len(read_line(deaf)) < 4_000_000


def test_a_flood_in_one_go_does_not_starve_others() -> None:
    """Between two requests of one peer the others have their turn."""
    slow = threading.Event()

    def dawdle(_: dict[str, Any]) -> int:
        slow.set()
        time.sleep(0.01)
        return 1

    with serving({"echo": echo, "slow": dawdle}) as server, dial(server) as flood:
        flood.sendall(b'{"do": "slow"}\n' * 500)
        assert slow.wait(5)
        started = time.monotonic()
        assert is_alive(server)
        assert time.monotonic() - started < 2.0


def test_peers_that_hang_up_in_the_middle_leave_nothing_behind() -> None:
    """Mid-request, mid-reply, at once: all forgotten."""
    handlers = {"echo": echo, "much": lambda _: "x" * 2_000_000}
    with serving(handlers) as server:
        for line in (b"", b'{"do"', b'{"do": "much"}\n', b'{"do": "much"}\n{"do":') * 10:
            with dial(server) as rude:
                rude.sendall(line)
        assert is_alive(server)
        deadline = time.monotonic() + 5
        while server._peers and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not server._peers


def test_it_closes_under_peers_that_stay() -> None:
    """Idle ones, half lines and untaken replies do not hold the server's end up."""
    handlers = {"echo": echo, "much": lambda _: "x" * 2_000_000}
    with serving(handlers) as server:
        peers = [dial(server) for _ in range(10)]
        peers[0].sendall(b'{"do":')
        peers[1].sendall(b'{"do": "much"}\n' * 3)
        assert is_alive(server)
        started = time.monotonic()
    assert time.monotonic() - started < 2.0
    for connection in peers:
        connection.close()


def test_a_handler_may_take_its_time() -> None:
    """It awaits a disk: others are served meanwhile, and it may refuse in the end."""
    began = threading.Event()

    async def slow(message: dict[str, Any]) -> str:
        began.set()
        await asyncio.sleep(0.3)
        if message.get("fail"):
            raise JackrfError("the disk is full")
        return "done"

    with serving(HANDLERS | {"slow": slow}) as server:
        answers: list[Any] = []
        asking = threading.Thread(
            target=lambda: answers.append(request(server.path.stem, {"do": "slow"}))
        )
        asking.start()
        began.wait(5)
        assert is_alive(server)
        assert answers == []
        asking.join()
        assert answers == ["done"]
        with pytest.raises(JackrfError, match="the disk is full"):
            request(server.path.stem, {"do": "slow", "fail": True})
