"""What another machine offers: asked of a list and of RTSP servers that answer as ours do."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from jackrf.errors import InputError, JackrfError
from jackrf.rtp.sdp import parse
from jackrf.rtsp.dialogue import parse_target
from jackrf.web import programme as module
from jackrf.web.plan import Clock
from jackrf.web.programme import clock_of, find, listed, mix_of
from jackrf.web.sound import Heard
from tests.rtsp.test_dialogue import SDP

OFFER = parse(SDP)
MIXES = [
    {"id": "drums", "name": "Dave", "pin": False, "encrypted": False},
    {"id": "keys", "name": "Keith", "pin": True, "encrypted": False},
    {"id": "vox", "name": "Anna", "pin": True, "encrypted": True},
]


@contextmanager
def told(text: str, status: int = 200) -> Iterator[int]:
    """Serve a list; yield the port of RTSP, which is the one below."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/mixes.json" else 404)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port - 1
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the targets that are asked for an offer; each has the same."""
    found: list[Any] = []

    def ask(target: Any) -> Any:
        found.append(target)
        return OFFER

    monkeypatch.setattr(module, "ask", ask)
    return found


def test_a_host_offers_all_mixes_that_need_no_pin(asked: list[Any]) -> None:
    """Under their own names; of the others a line says what to write."""
    with told(json.dumps({"session": "Evening", "mixes": MIXES})) as port:
        found = find([f"rtsp://127.0.0.1:{port}/"])
    assert (found.name, found.hosts) == ("Evening", ["127.0.0.1"])
    assert found.lists == [{"session": "Evening", "mixes": MIXES}]
    assert [one.heard for one in found.mixes] == [Heard("drums", "Dave", 3)]
    assert [target.url for target in asked] == [f"rtsp://127.0.0.1:{port}/drums"]
    pin, encrypted = found.not_heard
    assert pin == f"mix keys wants its PIN: add rtsp://keys:PIN@127.0.0.1:{port}/keys"
    assert encrypted.startswith("mix vox is encrypted")


def test_a_pin_opens_a_mix_and_the_engineers_all(asked: list[Any]) -> None:
    """As `jackrf listen` takes it; a mix that is named goes before what the list says of it."""
    with told(json.dumps({"session": "Evening", "mixes": MIXES})) as port:
        found = find([f"rtspt://keys:1234@127.0.0.1:{port}/keys", f"rtspt://127.0.0.1:{port}"])
        assert [one.heard.id for one in found.mixes] == ["keys", "drums"]
        assert [(one.user, one.pin, one.over_tcp) for one in asked] == [
            ("keys", "1234", True),
            ("", "", True),
        ]
        every = find([f"rtsp://engineer:9999@127.0.0.1:{port}/"])
    assert [one.heard.id for one in every.mixes] == ["drums", "keys"]
    assert [one.pin for one in asked[2:]] == ["9999", "9999"]


def test_a_mix_by_its_address_needs_no_list(asked: list[Any]) -> None:
    """So it may come from anybody who speaks RTSP."""
    found = find(["rtsp://10.0.0.7/stage/left"])
    assert found.name == "10.0.0.7"
    assert found.mixes[0].heard == Heard("left", OFFER.name, 3)
    assert mix_of(asked[0]) == "left"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("{}", 200),
        ("[]", 200),
        ("[" * 9999, 200),
        ("no JSON", 200),
        ('{"session": "x", "mixes": 3}', 200),
        ('{"session": "x", "mixes": ["drums"]}', 200),
        ('{"session": "x", "mixes": [{"id": "drums"}]}', 200),
        ("", 404),
    ],
)
def test_a_host_without_a_list_is_told(text: str, status: int) -> None:
    """With what else can be written."""
    with told(text, status) as port:
        with pytest.raises(JackrfError) as caught:
            find([f"rtsp://127.0.0.1:{port}/"])
        why = f"127.0.0.1 port {port + 1} gives no list of its mixes (no answer that jackrf knows)"
        assert str(caught.value).startswith(why)
        assert str(caught.value).endswith(f"rtsp://127.0.0.1:{port}/MIX")


def test_nobody_there_is_told() -> None:
    """By the system's own word."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1] - 1
        with pytest.raises(JackrfError, match=r"gives no list of its mixes \(Connection refused\)"):
            listed(f"rtsp://127.0.0.1:{port}/")


@pytest.mark.parametrize("url", ["http://10.0.0.7/", "10.0.0.7", "rtsp://", "rtsp://a:b:c/"])
def test_what_is_no_address_is_told(url: str) -> None:
    """With what one looks like."""
    with pytest.raises(InputError, match=r"is no address|names no mix"):
        find([url])


def test_what_the_page_cannot_play_is_told(
    asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Encrypted mixes, and those that are not stereo; a host without any mix for it."""
    assert not asked
    only = [{"id": "vox", "name": "Anna", "pin": True, "encrypted": True}]
    with (
        told(json.dumps({"session": "Evening", "mixes": only})) as port,
        pytest.raises(InputError, match=r"^mix vox is encrypted"),
    ):
        find([f"rtsp://127.0.0.1:{port}/"])
    mono = parse(SDP.replace("/48000/2", "/48000/1"))
    monkeypatch.setattr(module, "ask", lambda _: mono)
    with pytest.raises(InputError, match="has 1 channels: the page plays 2"):
        find(["rtsp://10.0.0.7/stage"])


def test_all_mixes_of_a_page_have_one_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page plays by one clock."""
    other = parse(SDP.replace("/48000/2", "/44100/2"))
    monkeypatch.setattr(module, "ask", lambda target: other if "b" in target.url else OFFER)
    with pytest.raises(InputError, match="one sample rate"):
        find(["rtsp://10.0.0.7/a", "rtsp://10.0.0.8/b"])


def test_a_clock_is_what_an_offer_says() -> None:
    """Ours says the period; where nothing is said, 20 ms are taken for one."""
    assert clock_of(OFFER) == Clock(48000, 128)
    untold = parse("\r\n".join(one for one in SDP.split("\r\n") if "ptime" not in one))
    assert clock_of(untold) == Clock(48000, 960)


def test_a_target_names_a_mix() -> None:
    """As RTSP servers of others have it, too."""
    assert mix_of(parse_target("rtsp://10.0.0.7/my%20mix/")) == "my mix"
