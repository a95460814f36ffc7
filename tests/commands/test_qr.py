"""``jackrf qr``: the picture holds the address, in the terminal and as PNG."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from jackrf.commands.qr import Leads, address_of, qr
from jackrf.errors import InputError, JackrfError
from tests.control.serving import serving

RTSP = "rtsp://192.168.1.10:8554/drums"
SDP = "http://192.168.1.10:8555/mix/drums.sdp"
PAGE = "https://192.168.1.10:8443/#t=secret"


def handlers(*, page: bool = False, sdp: bool = True) -> Mapping[str, Any]:
    """What a running jackrf answers."""
    return {
        "places": lambda _: {"rtsp": RTSP, "sdp": SDP if sdp else None},
        "status": lambda _: {"web": {}} if page else {},
        "link": lambda _: PAGE,
    }


@pytest.mark.parametrize(
    ("page", "sdp", "leads", "url"),
    [
        (True, True, Leads.AUTO, PAGE),
        (False, True, Leads.AUTO, SDP),
        (False, False, Leads.AUTO, RTSP),
        (True, True, Leads.SDP, SDP),
        (True, True, Leads.RTSP, RTSP),
    ],
)
def test_it_leads_to_the_best_there_is(page: bool, sdp: bool, leads: Leads, url: str) -> None:
    """Or to what is asked for."""
    with serving(handlers(page=page, sdp=sdp)):
        assert address_of("drums", leads, "jackrf") == url


@pytest.mark.parametrize(
    ("leads", "told"), [(Leads.PAGE, r"write \[web\]"), (Leads.SDP, "add to its send_to")]
)
def test_what_is_not_there_is_told(leads: Leads, told: str) -> None:
    """With what mends it."""
    with serving(handlers(sdp=False)), pytest.raises(JackrfError, match=told):
        address_of("drums", leads, "jackrf")


def test_without_a_mix_it_is_the_engineers_page() -> None:
    """Where there is one."""
    with serving(handlers(page=True)):
        assert address_of(None, Leads.AUTO, "jackrf") == PAGE
    with serving(handlers()), pytest.raises(JackrfError, match="no page for its engineer"):
        address_of(None, Leads.AUTO, "jackrf")


def test_a_terminal_shows_it_with_the_address_below(capsys: pytest.CaptureFixture[str]) -> None:
    """In half blocks, as high as it is wide."""
    with serving(handlers()):
        qr("drums", leads=Leads.RTSP, client="jackrf", out=None)
    *picture, last = capsys.readouterr().out.rstrip("\n").split("\n")
    assert last == RTSP
    assert len(picture) > 12
    assert "▄" in "".join(picture)


def test_a_file_is_a_png(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And a file that cannot be written is told."""
    file = tmp_path / "drums.png"
    with serving(handlers()):
        qr("drums", leads=Leads.RTSP, client="jackrf", out=file)
        with pytest.raises(InputError, match="cannot be written"):
            qr("drums", leads=Leads.RTSP, client="jackrf", out=tmp_path)
    assert file.read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().out == f"{RTSP}\n"


def test_without_segno_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "segno", None)
    with pytest.raises(InputError, match=r'pip install "jackrf\[qr\]"'):
        qr("drums", leads=Leads.AUTO, client="jackrf", out=None)


@pytest.mark.parametrize(("host", "alone"), [("127.0.0.1", True), ("192.168.1.10", False)])
def test_a_code_that_no_phone_gets_to_says_so(
    host: str, alone: bool, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Where the page is served to this machine alone, with what opens it."""
    link = PAGE.replace("192.168.1.10", host)
    with serving({**handlers(page=True), "link": lambda _: link}):
        qr("drums", leads=Leads.AUTO, client="jackrf", out=tmp_path / "drums.png")
    shown = capsys.readouterr()
    assert shown.out == f"{link}\n"
    assert ('listen = "0.0.0.0" under [web]' in shown.err) == alone
