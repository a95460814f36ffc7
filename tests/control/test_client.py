"""The asking side: one line of error, one connection that is renewed."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jackrf.control import ControlClient, request, socket_path
from jackrf.errors import JackrfError
from tests.control.serving import serving


@contextlib.contextmanager
def peer_that(says: bytes | None) -> Iterator[Path]:
    """A false jackrf that takes connections and says one thing, or with None nothing at all."""
    path = socket_path("jackrf")
    path.parent.mkdir(exist_ok=True)
    with socket.create_server(str(path), family=socket.AF_UNIX) as listener:
        held = []

        def answer() -> None:
            connection, _ = listener.accept()
            if says is None:
                held.append(connection)
                return
            with connection, contextlib.suppress(ConnectionError):
                connection.recv(100)
                connection.sendall(says)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield path
        finally:
            thread.join()
            for connection in held:
                connection.close()


def test_a_request_gives_its_result() -> None:
    """What the handler returns arrives as it was."""
    with serving({"status": lambda message: {"n": [1, 2.5, None], **message}}):
        answer = request("jackrf", {"do": "status", "ü": "\n"})
    assert answer == {"n": [1, 2.5, None], "do": "status", "ü": "\n"}


def test_when_nobody_is_there_the_error_says_how_to_start_one() -> None:
    """Neither folder nor file."""
    with pytest.raises(JackrfError) as caught:
        request("jackrf", {"do": "status"})
    assert str(caught.value) == (
        'no jackrf named "jackrf" is running: start one: jackrf run SESSION.toml'
    )


def test_when_only_others_are_there_the_error_names_them() -> None:
    """A stale file counts as nobody; who has a socket in the folder may be meant instead."""
    path = socket_path("jackrf")
    with serving({}, "stage"), serving({}, "bar"), socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
        with pytest.raises(JackrfError, match=r"is running: .*choose --client bar \| stage"):
            request("jackrf", {"do": "status"})


def test_a_refusal_is_an_error_with_its_text() -> None:
    """What the other side says is what the user reads."""
    with serving({"status": dict}), pytest.raises(JackrfError, match=r"^cannot do .*are status$"):
        request("jackrf", {"do": "dance"})


def test_who_does_not_answer_is_not_waited_for_longer_than_said() -> None:
    """A stopped jackrf keeps its socket open."""
    started = time.monotonic()
    with peer_that(None), pytest.raises(JackrfError, match=r"did not answer within 0.2 s"):
        request("jackrf", {"do": "status"}, timeout=0.2)
    assert time.monotonic() - started < 1.0


@pytest.mark.parametrize("says", [b"", b'{"ok": tr'])
def test_an_answer_cut_off_is_an_error(says: bytes) -> None:
    """It hung up before the line's end."""
    with peer_that(says), pytest.raises(JackrfError, match="hung up in the middle of the answer"):
        request("jackrf", {"do": "status"})


def test_an_answer_that_is_not_ours_is_an_error() -> None:
    """Somebody else listens there."""
    with (
        peer_that(b"220 ready\n"),
        pytest.raises(JackrfError, match=r"one line of JSON, not b'220"),
    ):
        request("jackrf", {"do": "status"})


def test_an_endless_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reply's size is bounded here as the request's is there."""
    monkeypatch.setattr("jackrf.control.client.REPLY_MAX", 1000)
    with peer_that(b"x" * 5000), pytest.raises(JackrfError, match="reply has more than 1000 bytes"):
        request("jackrf", {"do": "status"})


def test_one_client_asks_many_times_over_one_connection() -> None:
    """--watch does not connect anew ten times a second."""
    with serving({"count": lambda message: message["n"]}) as server, ControlClient("jackrf") as us:
        assert [us.request({"do": "count", "n": n}) for n in range(50)] == list(range(50))
        assert len(server._peers) == 1


def test_a_client_outlives_a_restart() -> None:
    """Gone is an error, back is an answer, and a restart between two requests is not noticed."""
    with ControlClient("jackrf") as client:
        for _ in range(2):
            with serving({"status": lambda _: "on air"}):
                assert client.request({"do": "status"}) == "on air"
            with serving({"status": lambda _: "back"}):
                assert client.request({"do": "status"}) == "back"
            with pytest.raises(JackrfError, match='no jackrf named "jackrf" is running'):
                client.request({"do": "status"})


def test_a_socket_of_somebody_else_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a shared temporary folder another user could answer in jackrf's place."""
    monkeypatch.setattr("os.getuid", lambda: 12345)
    with peer_that(b""), pytest.raises(JackrfError, match="belongs to another user: run this as"):
        request("jackrf", {"do": "status"})
