"""``jackrf web``: what it refuses before anything is opened, and how it waits."""

from pathlib import Path

import pytest

from jackrf.commands import web as module
from jackrf.commands.status import status
from jackrf.commands.web import web
from jackrf.errors import InputError, JackrfError
from jackrf.web.settings import Settings
from tests.control.serving import serving
from tests.system.running import Program, jackrf_command, server_port


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (Settings(listen="stage"), "--listen stage: allowed is an IP address"),
        (Settings(port=8443), "--https-port 8443 is --port"),
    ],
)
def test_wrong_options_are_told(settings: Settings, told: str) -> None:
    """Before anybody is asked."""
    with pytest.raises(InputError, match=told):
        web(["rtsp://127.0.0.1:1/"], settings, name="jackrf-web", wait=False)


def test_what_it_needs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    monkeypatch.setattr("jackrf.web.settings.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r'jackrf web needs more .*pip install "jackrf\[web\]"'):
        web(["rtsp://127.0.0.1:1/"], Settings(), name="jackrf-web", wait=False)


def test_nobody_there_ends_it() -> None:
    """With a line."""
    url = f"rtsp://127.0.0.1:{server_port()}/"
    with pytest.raises(JackrfError, match="gives no list of its mixes"):
        web([url], Settings(), name="jackrf-web", wait=False)


def test_it_waits_where_it_is_told_to_and_ends_when_it_is() -> None:
    """A stage box may have been switched on later than the desk."""
    url = f"rtsp://127.0.0.1:{server_port()}/"
    with Program(jackrf_command("web", url, "--wait")) as waiting:
        waiting.wait_until(lambda: waiting.said().count("waiting: 127.0.0.1 port") >= 2)
        ended = waiting.stop()
    assert ended.code == 0
    assert not ended.errors


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """With what to set."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="set XDG_DATA_HOME"):
        module._folder_of(tmp_path / "file" / "web")


def test_status_says_which_mixes_are_heard(capsys: pytest.CaptureFixture[str]) -> None:
    """By how many pages, and what keeps one away."""
    trouble = "nobody answers"
    mixes = {
        "left": {"url": "rtsp://h:1/left", "heard": True, "trouble": ""},
        "r": {"url": "rtsp://h:1/r", "heard": False, "trouble": ""},
        "vox": {"url": "rtsp://h:1/vox", "heard": False, "trouble": trouble},
    }
    pages = {"url": "http://a", "relays": [{}], "listeners": [{"mix": "left"}]}
    told = {"name": "jackrf-web", "elsewhere": mixes, "web": pages}
    with serving({"status": lambda _: told}, "jackrf-web"):
        status("jackrf-web", as_json=False, watch=False)
    assert capsys.readouterr().out.splitlines() == [
        "jackrf-web: http://a, 1 of its processes run",
        "  left  rtsp://h:1/left  1 page, heard",
        "  r     rtsp://h:1/r  0 pages, nobody hears it",
        "  vox   rtsp://h:1/vox  0 pages, nobody answers",
    ]
