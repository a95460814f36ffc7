"""A band with phones: the page in a real browser, on a real JACK server.

Each input plays a tone of its own, so that what a page plays says which mix it is.
"""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser

from jackrf.control import request
from jackrf.testing import DummyJack
from tests.system.browsing import FLAGS, Tab, chromium
from tests.system.instruments import Player, wait_for
from tests.system.links import Link
from tests.system.running import Program, Running, server_port

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

KICK, BASS, VOX = TONES = (375.0, 1125.0, 3000.0)
SEEN = Path(os.environ.get("JACKRF_ARTIFACTS", "artifacts")) / "web"
"""Where pictures of the pages are kept."""
JUDGE = Path(__file__).parents[1] / "web" / "node" / "node_modules" / "axe-core" / "axe.min.js"
SILENT = -60.0

SESSION = """
format = 2
name = "Evening"

[inputs.kick]
name = "Kick"
connect = ["player:out_1"]
[inputs.bass]
name = "Bass"
connect = ["player:out_2"]
[inputs.vox]
name = "Vox"
connect = ["player:out_3"]

[mixes.kick]
name = "Dave"
limiter = false
[mixes.kick.sends]
kick = {{ gain = 0.0 }}
vox = {{ gain = -20.0, pan = -0.4 }}

[mixes.vox]
name = "Anna"
encoding = "L24"
limiter = false
[mixes.vox.sends]
bass = {{ gain = -6.0 }}
vox = {{ gain = 0.0 }}

[mixes.choir]
name = "Eve"
encrypt = true
[mixes.choir.sends]
vox = {{ gain = 0.0 }}

[[osc.surfaces]]
host = "127.0.0.1"
port = {ear}
role = "engineer"

[web]
listen = "0.0.0.0"
port = {http}
https_port = {https}
name = "stage.test"
"""


@dataclass
class Stage:
    """All of it, as it runs."""

    jack: DummyJack
    running: Running
    browser: Browser
    stack: ExitStack
    environment: str
    ear: int
    http: int
    https: int

    def link(self, mix: str | None = None, role: str | None = None, host: str = "") -> str:
        """Return a link, by http on loopback unless told otherwise."""
        wish = {key: value for key, value in (("mix", mix), ("role", role)) if value}
        given: str = request("stage", {"do": "link", **wish})
        _, _, rest = given.removeprefix("https://").partition("/")
        return f"{host or f'http://127.0.0.1:{self.http}'}/{rest}"


def band() -> NDArray[np.float32]:
    """What is played: a tone for each input, a second of it."""
    frames = np.arange(48000) / 48000
    return np.array([0.25 * np.sin(2 * np.pi * tone * frames) for tone in TONES], np.float32)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A server of its own, since one test ends it."""
    if shutil.which("jackd") is None:
        pytest.skip("jackd is not installed: make test, or apt install jackd2")
    folder = tmp_path_factory.mktemp("stage")
    ear, http, https = (server_port() for _ in range(3))
    session = SESSION.format(ear=ear, http=http, https=https)
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        browser = stack.enter_context(chromium())
        jack = stack.enter_context(DummyJack(f"jackrf-web-{os.getpid()}"))
        player = stack.enter_context(ExitStack())
        instrument = player.enter_context(Player(jack.name, 3))
        instrument.play(band(), loop=True)
        running = stack.enter_context(Running(folder, session, jack.name, name="stage"))
        here = os.environ["XDG_RUNTIME_DIR"]
        yield Stage(jack, running, browser, player, here, ear, http, https)


@pytest.fixture(autouse=True)
def at_the_stage(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a runtime folder of its own; the stage's is where it was begun."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", stage.environment)


def heard(tab: Tab, tone: float, low: float, high: float) -> None:
    """Wait until a tone is as loud as that."""
    wait_for(lambda: low <= tab.levels(tone)[0] <= high, 10.0)


@contextmanager
def jack_anew(stage: Stage) -> Iterator[None]:
    """End the stage's JACK server and start it again, and play the same to it."""
    stage.stack.close()
    stage.jack.stop()
    wait_for(lambda: not stage.running.is_mixing(), 20.0)
    stage.jack.start()
    with Player(stage.jack.name, 3) as instrument:
        instrument.play(band(), loop=True)
        wait_for(stage.running.is_mixing, 30.0)
        yield


def in_balance(tab: Tab, bounds: list[tuple[float, float]]) -> bool:
    """Whether each tone is as loud as it should be; a machine that is busy may drop a packet."""
    return all(
        low <= one <= high for one, (low, high) in zip(tab.levels(*TONES), bounds, strict=True)
    )


@pytest.mark.parametrize("transport", ["WebTransport", "WebSocket"])
def test_each_page_plays_its_own_mix(stage: Stage, transport: str) -> None:
    """A tone for each input, in the loudness that its send has: -12 dB, at -3 dB of pan."""
    datagrams = transport == "WebTransport"
    with ExitStack() as tabs:
        dave = Tab(stage.browser, stage.link("kick"), datagrams=datagrams)
        tabs.callback(dave.close)
        anna = Tab(stage.browser, stage.link("vox"), datagrams=datagrams)
        tabs.callback(anna.close)
        for tab in (dave, anna):
            tab.connected().listen()
        # The voice stands to the side in Dave's mix: between -38 and -32 dB on one of them.
        wait_for(lambda: in_balance(dave, [(-16.5, -13.5), (-200.0, SILENT), (-39.0, -32.0)]))
        wait_for(lambda: in_balance(anna, [(-200.0, SILENT), (-22.0, -20.0), (-16.5, -13.5)]))
        assert dave.page.evaluate("window.kind") == "AudioWorkletNode"
        assert dave.by() == anna.by() == transport
        assert not dave.problems
        assert not anna.problems


def test_a_fader_moves_what_another_one_hears_and_what_surfaces_show(stage: Stage) -> None:
    """From the page to the engineer's ears and to oscdump; from oscsend to the page."""
    if shutil.which("oscdump") is None:
        pytest.skip("oscdump is not installed: make test, or apt install liblo-tools")
    with ExitStack() as tabs:
        dave = Tab(stage.browser, stage.link("kick"))
        tabs.callback(dave.close)
        mixer = Tab(stage.browser, stage.link())
        tabs.callback(mixer.close)
        dump = tabs.enter_context(Program(["oscdump", "-L", str(stage.ear)]))
        dave.connected()
        mixer.connected().listen()
        dave.shows("Kick level", "0.0 decibels")
        dave.drag("Kick level", -0.25)
        text = dave.text("Kick level")
        assert text.startswith("minus")
        mixer.shows("Kick level", text)
        heard(mixer, KICK, -30.0, -22.0)
        wait_for(lambda: "/mix/1/in/1/fader f 0.5" in dump.said(), 10.0)
        to = ["oscsend", "127.0.0.1", str(stage.running.status()["osc"]["port"])]
        with Program([*to, "/mix/1/in/1/gain", "f", "0"]) as sent:
            assert sent.wait().code == 0
        dave.shows("Kick level", "0.0 decibels")
        heard(mixer, KICK, -16.5, -13.5)
        mixer.page.wait_for_selector(".listeners td:has-text('Dave')")
        assert not [*dave.problems, *mixer.problems]


def test_keys_and_switches_move_the_mix(stage: Stage) -> None:
    """Without a mouse: what a screen reader says is what is."""
    tab = Tab(stage.browser, stage.link("kick")).connected()
    try:
        slider = tab.page.get_by_role("slider", name="Vox level", exact=True)
        slider.focus()
        tab.page.keyboard.press("ArrowUp")
        tab.shows("Vox level", "minus 19.0 decibels")
        tab.page.keyboard.press("Shift+ArrowDown")
        tab.shows("Vox level", "minus 19.1 decibels")
        tab.page.get_by_role("button", name="mute Vox", exact=True).click()
        tab.page.wait_for_selector(".strip.muted")
        tab.page.get_by_role("button", name="mute Vox", exact=True).click()
        tab.page.get_by_role("button", name="Undo").click()
        tab.shows("Vox level", "minus 20.0 decibels")
        tab.shows("More me", "0.0 decibels more of me")
        tab.page.get_by_role("slider", name="More me").focus()
        tab.page.keyboard.press("End")
        tab.shows("Kick level", "6.0 decibels")
        tab.shows("Vox level", "minus 26.0 decibels")
        tab.page.keyboard.press("0")
        tab.shows("Kick level", "0.0 decibels")
        assert not tab.problems
    finally:
        tab.close()


def test_who_only_listens_moves_nothing(stage: Stage) -> None:
    """An observer's link plays the mix and shows what it is told: names and meters, no levels."""
    tab = Tab(stage.browser, stage.link("kick", "observer")).connected().listen()
    try:
        tab.page.wait_for_selector("h2:has-text('Kick')")
        shown = "[...document.querySelectorAll('.bar')].map((one) => one.style.cssText.slice(9))"
        wait_for(lambda: tab.page.evaluate(shown).count("0;") < 2, 10.0)
        assert tab.page.locator(".seen").count() == 4
        assert tab.page.get_by_role("slider").count() == 0
        assert tab.page.get_by_role("button").count() == 1
        assert tab.levels(KICK)[0] > -20.0
        assert not tab.problems
    finally:
        tab.close()


def test_an_evening_of_mixes_that_are_looked_at_costs_no_memory(stage: Stage) -> None:
    """What the engineer does not look at any more is gone, and is told of nothing."""
    tab = Tab(stage.browser, stage.link()).connected()
    try:
        session = tab.page.context.new_cdp_session(tab.page)

        def elements(times: int) -> int:
            for _ in range(times):
                for name in ("Anna", "Dave"):
                    tab.page.click(f".card:has-text('{name}')")
            tab.page.wait_for_selector("h2.part:has-text('Faders: Dave')")
            session.send("HeapProfiler.collectGarbage")
            counted: int = session.send("Memory.getDOMCounters")["nodes"]
            return counted

        first = elements(3)
        assert elements(20) < 1.2 * first
        assert not tab.problems
    finally:
        tab.close()


def test_whoever_reads_the_list_of_listeners_is_left_where_he_is(stage: Stage) -> None:
    """It is renewed each second, and goes on after an answer that is none."""
    with ExitStack() as tabs:
        mixer = Tab(stage.browser, stage.link())
        tabs.callback(mixer.close)
        anna = Tab(stage.browser, stage.link("vox")).connected().listen()
        tabs.callback(anna.close)
        dave = Tab(stage.browser, stage.link("kick")).connected().listen()
        page = mixer.connected().page
        page.wait_for_selector("td:has-text('Dave')")
        page.get_by_role("region", name="Table of listeners").focus()
        page.route("**/api/audience", lambda route: route.fulfill(body='{"listeners": [NaN'))
        page.wait_for_selector("text=No answer from jackrf: who listens is not known")
        page.unroute("**/api/audience")
        page.wait_for_selector("td:has-text('Dave')")
        page.get_by_role("region", name="Table of listeners").focus()
        dave.close()
        page.wait_for_selector("td:has-text('Dave')", state="detached")
        page.wait_for_selector("td:has-text('Anna')")
        assert page.evaluate("document.activeElement.className") == "wide"
        assert not mixer.problems


def test_an_encrypted_mix_is_moved_and_not_heard_and_the_page_says_so(stage: Stage) -> None:
    """Its musician's page has no button that would do nothing; nor has the engineer's, there."""
    with ExitStack() as tabs:
        eve = Tab(stage.browser, stage.link("choir"))
        tabs.callback(eve.close)
        mixer = Tab(stage.browser, stage.link())
        tabs.callback(mixer.close)
        eve.connected().page.wait_for_selector("text=This mix is encrypted")
        assert not eve.page.is_visible(".listen")
        eve.drag("Vox level", -0.25)
        mixer.connected().page.click(".card:has-text('Eve')")
        mixer.page.wait_for_selector("text=This mix is encrypted")
        mixer.shows("Vox level", eve.text("Vox level"))
        mixer.page.click(".card:has-text('Dave')")
        mixer.page.wait_for_selector(".listen")
        assert not mixer.page.is_visible("text=This mix is encrypted")
        eve.page.get_by_role("button", name="Undo").click()
        assert not [*eve.problems, *mixer.problems]


@pytest.mark.parametrize("script", ["receiver", "worklet"])
def test_a_page_whose_scripts_do_not_come_tries_again(stage: Stage, script: str) -> None:
    """Jackrf went away just before somebody tapped; it says so meanwhile, and lets one stop."""
    tab = Tab(stage.browser, stage.link("kick")).connected()
    try:
        # What a worklet fetches no test sees.
        tab.page.evaluate(NO_WORKLET if script == "worklet" else "0")
        tab.page.route("**/audio/receiver.js", lambda route: route.abort())
        tab.page.click(".listen")
        tab.page.wait_for_selector(".listening[data-state=lost]")
        tab.page.click(".listen")
        tab.page.wait_for_selector(".listening[data-state=off]")
        assert (
            tab.page.get_by_role("region", name="Listening").get_by_role("status").inner_text()
            == "Listen"
        )
        tab.page.click(".listen")
        tab.page.wait_for_selector(".listening[data-state=lost]")
        tab.page.unroute("**/audio/receiver.js")
        if script == "worklet":
            tab.page.wait_for_timeout(1500)
            assert tab.page.get_attribute(".listening", "data-state") == "lost"
            tab.page.evaluate("() => { AudioWorklet.prototype.addModule = window.there; }")
        tab.playing()
    finally:
        tab.close()


NO_WORKLET = """
() => {
  window.there = AudioWorklet.prototype.addModule;
  AudioWorklet.prototype.addModule = () => Promise.reject(new DOMException('', 'AbortError'));
}
"""

SET_LATER = "{ const real = Date.now; Date.now = () => real() + (real() > AT ? 36e5 : 0); }"
"""A clock that is set by an hour, at a time in ms."""

IN_WORKLET = """
(script) => {
  const add = AudioWorklet.prototype.addModule;
  AudioWorklet.prototype.addModule = async function (...wish) {
    await add.call(this, URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
    return add.call(this, ...wish);
  };
}
"""


def test_the_delay_is_right_when_the_clock_of_the_phone_is_set(stage: Stage) -> None:
    """While it plays; the audio thread of a browser has no other clock."""
    tab = Tab(stage.browser, stage.link("kick"), bypass_csp=True).connected()
    try:
        set_at = 1000.0 * time.time() + 8000.0
        step = SET_LATER.replace("AT", str(set_at))
        tab.page.evaluate(IN_WORKLET, step)
        tab.listen()
        tab.page.evaluate(step)
        for worker in tab.page.workers:
            worker.evaluate(step)
        before = delay(tab)
        wait_for(lambda: 1000.0 * time.time() > set_at + 1500.0, 30.0)
        assert tab.page.evaluate("Date.now()") > set_at + 3.5e6
        # What waits is some tens of ms; a machine that is busy may be late by more.
        assert abs(delay(tab) - before) < 1000
    finally:
        tab.close()


def delay(tab: Tab) -> int:
    """Return how late the page says that it is, ms."""
    found = tab.page.wait_for_selector(".total:has-text('ms')")
    assert found is not None
    return int(found.inner_text().removesuffix(" ms"))


@pytest.mark.parametrize("transport", ["WebTransport", "WebSocket"])
def test_a_tab_that_is_closed_says_goodbye(stage: Stage, transport: str) -> None:
    """Nobody takes its silence for a bad network, and nothing more is sent to it."""
    tab = Tab(stage.browser, stage.link("kick"), datagrams=transport == "WebTransport")
    try:
        tab.connected().listen()
        wait_for(lambda: len(stage.running.status()["web"]["listeners"]) == 1, 10.0)
    finally:
        tab.close()
    # Who says nothing is missed after 5 seconds (`jackrf.web.webtransport.GONE_SECONDS`).
    wait_for(lambda: not stage.running.status()["web"]["listeners"], 4.5)


def test_a_wrong_link_says_so(stage: Stage) -> None:
    """In words, and the page does not go on asking."""
    tab = Tab(stage.browser, f"http://127.0.0.1:{stage.http}/#t=wrong")
    try:
        tab.page.wait_for_selector("text=This link is not valid any more")
        tab.page.goto(f"http://127.0.0.1:{stage.http}/")
        tab.page.reload()
        tab.page.wait_for_selector("text=Scan the code of your mix")
    finally:
        tab.close()


def test_plain_http_plays_too_and_says_what_https_would_give(stage: Stage) -> None:
    """Where the browser has no worklet; then by https, where it has one."""
    plain = Tab(stage.browser, stage.link("kick", host=f"http://stage.test:{stage.http}"))
    try:
        plain.connected().listen()
        assert plain.page.evaluate("window.kind") == "ScriptProcessorNode"
        assert plain.by() == "WebSocket"
        assert plain.levels(KICK)[0] > -20.0
        assert "Over plain http" in plain.page.inner_text(".plain")
        plain.page.click("text=Use https")
        plain.connected().listen()
        assert plain.page.evaluate("[location.protocol, window.kind]") == [
            "https:",
            "AudioWorkletNode",
        ]
        # By a certificate that the page knows by its fingerprint, whatever it is of https.
        assert plain.by() == "WebTransport"
        assert not plain.problems
    finally:
        plain.close()


def test_the_page_can_be_installed_and_opens_while_jackrf_is_away(stage: Stage) -> None:
    """Its files are kept, and nothing that says who somebody is; a browser takes its manifest."""
    tab = Tab(stage.browser, stage.link("kick"), installed=True).connected()
    try:
        tab.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        kept = tab.page.evaluate(
            "caches.open('jackrf-shell').then((kept) => kept.keys())"
            ".then((all) => all.map((one) => one.url))"
        )
        origin = f"http://127.0.0.1:{stage.http}"
        assert {one.removeprefix(origin) for one in kept} >= {"/", "/app.js", "/audio/ring.js"}
        assert not [one for one in kept if "api" in one or "ws" in one or "#" in one or "?" in one]
        session = tab.page.context.new_cdp_session(tab.page)
        manifest = session.send("Page.getAppManifest")
        assert manifest["errors"] == []
        assert '"display": "standalone"' in manifest["data"]
        tab.page.reload()
        tab.connected()
        tab.page.route("**/*", lambda route: route.abort())
        tab.page.context.set_offline(offline=True)
        tab.page.goto(f"{origin}/")
        tab.page.wait_for_selector("text=There is no answer from jackrf")
        tab.page.context.set_offline(offline=False)
        tab.page.unroute("**/*")
        tab.connected()
    finally:
        tab.close()


def test_scenes_are_saved_looked_at_and_recalled(stage: Stage) -> None:
    """What a recall would change is told before it is done."""
    tab = Tab(stage.browser, stage.link()).connected()
    try:
        page = tab.page
        page.click(".tools >> text=Scenes")
        page.fill("#scene-name", "Quiet")
        page.click("dialog >> text=Save >> nth=-1")
        page.click("dialog .name:has-text('Quiet')")
        page.wait_for_selector("text=Quiet would change")
        page.click("dialog >> text=Close")
        page.get_by_role("slider", name="Kick level", exact=True).focus()
        page.keyboard.press("PageDown")
        tab.shows("Kick level", "minus 6.0 decibels")
        page.click(".tools >> text=Scenes")
        page.click("dialog .name:has-text('Quiet')")
        page.wait_for_selector(".diff:has-text('Dave: 1 send')")
        page.click("dialog >> text=Recall")
        tab.shows("Kick level", "0.0 decibels")
        assert not tab.problems
    finally:
        tab.close()


@pytest.mark.parametrize(
    ("name", "mix", "size"),
    [
        ("mix-portrait", "kick", (390, 844)),
        ("mix-landscape", "kick", (1180, 820)),
        ("mix-phone-landscape", "kick", (844, 390)),
        ("mix-tablet-portrait", "kick", (820, 1180)),
        ("observer", "observer", (390, 844)),
        ("observer-landscape", "observer", (1180, 820)),
        ("encrypted", "choir", (390, 844)),
        ("scenes", "kick", (390, 844)),
        ("scenes-landscape", "kick", (1180, 820)),
        ("alone", "nobody", (390, 844)),
        ("engineer-portrait", None, (390, 844)),
        ("engineer-tablet-portrait", None, (820, 1180)),
        ("engineer-landscape", None, (1180, 820)),
        ("install", "install", (390, 844)),
        ("install-landscape", "install", (1180, 820)),
    ],
)
def test_everybody_can_use_the_pages(
    stage: Stage, name: str, mix: str | None, size: tuple[int, int]
) -> None:
    """Axe finds nothing serious, nothing is wider than the screen; a picture is kept."""
    origin = f"http://127.0.0.1:{stage.http}"
    others = {
        "install": f"{origin}/install",
        "nobody": f"{origin}/#t=wrong",
        "observer": stage.link("kick", "observer"),
    }
    tab = Tab(stage.browser, others.get(mix or "engineer") or stage.link(mix), size)
    try:
        if mix == "nobody":
            tab.page.wait_for_selector("text=This link is not valid any more")
        elif mix != "install":
            tab.connected()
            if mix != "choir":
                tab.listen().page.wait_for_timeout(2500)  # until it has said how it is
        if name.startswith("scenes"):
            tab.page.click("text=Scenes")
            tab.page.fill("#scene-name", f"Chorus, {name}")
            tab.page.click("dialog >> text=Save >> nth=-1")
            tab.page.click(f"dialog .name:has-text('Chorus, {name}')")
            tab.page.wait_for_timeout(500)
        SEEN.mkdir(parents=True, exist_ok=True)
        tab.page.screenshot(path=SEEN / f"{name}.png", full_page=mix is None)
        wide = tab.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{wide} pixels too wide"
        if not JUDGE.exists():
            pytest.skip("axe-core is not installed: make test, or npm install in tests/web/node")
        assert tab.judged(JUDGE) == []
    finally:
        tab.close()


def test_a_page_comes_back_when_its_network_does(stage: Stage, tmp_path: Path) -> None:
    """A phone that was out of reach for some seconds: the same levels, and sound, untouched."""
    with ExitStack() as far:
        link = far.enter_context(Link(150))
        start = tmp_path / "chromium"
        start.write_text(f'#!/bin/sh\nexec {" ".join(link.command("chromium"))} "$@"\n')
        start.chmod(0o755)
        browser = stage.browser.browser_type.launch(executable_path=start, args=FLAGS)
        far.callback(browser.close)
        url = stage.link("kick", host=f"https://{link.near}:{stage.https}")
        phone = Tab(browser, url).connected().listen()
        far.callback(phone.close)
        assert phone.by() == "WebTransport"
        phone.page.get_by_role("slider", name="Vox level", exact=True).focus()
        phone.page.keyboard.press("ArrowDown")
        phone.shows("Vox level", "minus 21.0 decibels")
        link.unplug()
        phone.page.wait_for_selector(".listening[data-state=lost]")
        link.plug()
        phone.connected().playing()
        phone.shows("Vox level", "minus 21.0 decibels")
        heard(phone, KICK, -16.5, -13.5)


def test_pages_come_back_after_the_relay_and_after_jack(stage: Stage) -> None:
    """With the same levels, and with sound; last, since it ends what others need."""
    tab = Tab(stage.browser, stage.link("kick")).connected().listen()
    try:
        tab.page.get_by_role("slider", name="Kick level", exact=True).focus()
        tab.page.keyboard.press("ArrowDown")
        # A second page knows it from jackrf: a move that is still on its way ends with the relay.
        other = Tab(stage.browser, stage.link("kick")).connected()
        other.shows("Kick level", "minus 1.0 decibels")
        other.close()
        os.kill(stage.running.status()["web"]["relay"], signal.SIGKILL)
        tab.page.wait_for_selector(".state[data-state=lost]")
        tab.connected().playing()
        tab.shows("Kick level", "minus 1.0 decibels")
        heard(tab, KICK, -18.0, -14.5)
        with jack_anew(stage):
            heard(tab, KICK, -18.0, -14.5)
        tab.shows("Kick level", "minus 1.0 decibels")
        assert not tab.problems
    finally:
        tab.close()
