"""The page in Debian's Firefox: heard, moved, moved by others, and back after its relay has died.
What else a page does is tried in Chromium (`tests.system.test_web`), on the same stage.
"""

import os
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.system.browsing import Tab
from tests.system.firefox import FirefoxTab, listening
from tests.system.instruments import wait_for
from tests.system.links import Link
from tests.system.running import Program
from tests.system.test_web import (
    BASS,
    KICK,
    SILENT,
    Stage,
    at_the_stage,
    heard,
    jack_anew,
    stage,
)

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

__all__ = ["at_the_stage", "stage"]

HOME, ARROW_UP, ARROW_DOWN = "\ue011", "\ue013", "\ue015"
NOTHING = (-200.0, SILENT)


def is_known(stage: Stage, text: str, label: str = "Kick level") -> None:
    """Another page knows a level from jackrf: what is on its way ends with its page or relay."""
    other = Tab(stage.browser, stage.link("kick")).connected()
    try:
        other.shows(label, text)
    finally:
        other.close()


def is_moved_and_moves(stage: Stage, page: FirefoxTab) -> None:
    """A fader in Firefox changes what Chromium hears and oscdump shows, and the other way round."""
    other = Tab(stage.browser, stage.link())
    try:
        other.connected().listen()
        page.press("Kick level", ARROW_DOWN, 6)
        page.shows("Kick level", "minus 6.0 decibels")
        other.shows("Kick level", "minus 6.0 decibels")
        page.hears({KICK: (-23.0, -19.0), BASS: NOTHING})
        heard(other, KICK, -23.0, -19.0)
        other.page.get_by_role("slider", name="Kick level", exact=True).focus()
        other.page.keyboard.press("PageUp")
        page.shows("Kick level", "0.0 decibels")
        page.hears({KICK: (-17.0, -13.0), BASS: NOTHING})
        with Program(["oscdump", "-L", str(stage.ear)]) as dump:
            page.press("Bass level", ARROW_UP, 1)
            wait_for(lambda: "/mix/1/in/2/fader f" in dump.said(), 10.0)
            to = ["oscsend", "127.0.0.1", str(stage.running.status()["osc"]["port"])]
            with Program([*to, "/mix/1/in/2/gain", "f", "-10"]) as sent:
                assert sent.wait().code == 0
            page.shows("Bass level", "minus 10.0 decibels")
            page.hears({KICK: (-17.0, -13.0), BASS: (-27.0, -23.0)})
            page.press("Bass level", HOME, 1)
            page.hears({KICK: (-17.0, -13.0), BASS: NOTHING})
    finally:
        other.close()


def is_back_after_its_relay(stage: Stage, page: FirefoxTab) -> None:
    """With its levels, by itself."""
    page.press("Kick level", ARROW_DOWN, 3)
    is_known(stage, "minus 3.0 decibels")
    page.hears({KICK: (-20.0, -16.0)})
    os.kill(stage.running.status()["web"]["relay"], signal.SIGKILL)
    page.until("document.querySelector('.state').dataset.state === 'lost'")
    page.connected().playing().shows("Kick level", "minus 3.0 decibels")
    page.hears({KICK: (-20.0, -16.0), BASS: NOTHING})
    page.press("Kick level", ARROW_UP, 3)
    is_known(stage, "0.0 decibels")
    page.hears({KICK: (-17.0, -13.0)})


@pytest.mark.parametrize("transport", ["WebTransport", "WebSocket"])
def test_firefox_hears_its_mix_and_moves_it(stage: Stage, tmp_path: Path, transport: str) -> None:
    """By each transport: a tone by its frequency, in the loudness that its send has."""
    datagrams = transport == "WebTransport"
    with listening(tmp_path, stage.link("kick"), network__webtransport__enabled=datagrams) as page:
        page.hears({KICK: (-17.0, -13.0), BASS: NOTHING})
        assert page.by() == transport
        is_moved_and_moves(stage, page)
        is_back_after_its_relay(stage, page)
        assert page.by() == transport


def test_firefox_is_back_when_its_network_is(stage: Stage, tmp_path: Path) -> None:
    """A laptop that was out of reach for some seconds: the same levels, and sound, untouched."""
    with ExitStack() as stack:
        link = stack.enter_context(Link(151))
        url = stage.link("kick", host=f"https://{link.near}:{stage.https}")
        page = stack.enter_context(listening(tmp_path, url, link))
        page.press("Vox level", ARROW_DOWN, 1)
        is_known(stage, "minus 21.0 decibels", "Vox level")
        link.unplug()
        page.until("document.querySelector('.listening').dataset.state === 'lost'")
        link.plug()
        page.connected().playing().shows("Vox level", "minus 21.0 decibels")
        page.hears({KICK: (-17.0, -13.0), BASS: NOTHING})


def test_firefox_is_back_after_jack(stage: Stage, tmp_path: Path) -> None:
    """With its levels, by itself; last, since it ends what others need."""
    with listening(tmp_path, stage.link("kick")) as page:
        page.press("Kick level", ARROW_DOWN, 3)
        is_known(stage, "minus 3.0 decibels")
        page.hears({KICK: (-20.0, -16.0)})
        with jack_anew(stage):
            page.hears({KICK: (-20.0, -16.0), BASS: NOTHING})
        page.shows("Kick level", "minus 3.0 decibels")
