"""Headless Chromium that hears a mix, and tells how old each packet is that its worker gets."""

import json
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.programs import Program
from jackrf.errors import JackrfError

TRANSPORTS = ("WebTransport", "WebSocket")
RATE = 48000

LOCAL_CHECKS = ",".join(
    f"LocalNetworkAccessChecks{kind}" for kind in ("", "WebSockets", "WebTransport")
)
AGE = "  const age = heardAt + clocks.offset - packet.made;\n"
TELLING = """
/** @type {number[]} */
const told = [];
const tell = (/** @type {number} */ one) => {
  if (told.push(one) < 100) return;
  postMessage({ told: [...told] });
  told.length = 0;
};
"""
LISTENING = """
window.told = [];
const Plain = window.Worker;
window.Worker = class extends Plain {
  constructor(...args) {
    super(...args);
    this.addEventListener('message', ({ data }) => window.told.push(...(data.told ?? [])));
  }
};
"""
AGES = (AGE, AGE + "  tell(age);\n")
"""As the page knows them: it asks the relay for the time."""
ARRIVALS = (AGE, AGE + "  tell(heardAt - packet.made);\n")
"""By the clocks of this machine: since 1970 less monotonic, both in ms."""


@contextmanager
def sink_for_nobody(folder: Path) -> Iterator[dict[str, str]]:
    """Run a PulseAudio with one sink that nobody hears; yield the environment that finds it."""
    at = folder / "pulse"
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
               "-L", f"module-native-protocol-unix socket={at} auth-anonymous=1",
               "-L", f"module-null-sink sink_name=ears rate={RATE}"]  # fmt: skip
    with Program(command, dict(os.environ) | {"HOME": str(folder)}) as running:
        running.wait_until(at.exists, "its socket was there")
        yield dict(os.environ) | {"PULSE_SERVER": f"unix:{at}", "HOME": str(folder)}


@contextmanager
def hearing_page(
    url: str,
    transport: str,
    sink: dict[str, str],
    tells: tuple[str, str] = AGES,
    before: Sequence[str] = (),
) -> Iterator[Page]:
    """Open a mix in Chromium, and have it play; ``window.told`` has what its worker tells.

    Args:
        url: the link.
        transport: that it is to hear by.
        sink: environment of `sink_for_nobody`.
        tells: of `AGES` or `ARRIVALS`.
        before: stands before Chromium's command line.

    Raises:
        JackrfError: it hears otherwise.
    """
    start = Path(sink["HOME"]) / f"chromium-{transport}"
    start.write_text(f'#!/bin/sh\nexec {" ".join([*before, "/usr/bin/chromium"])} "$@"\n')
    start.chmod(start.stat().st_mode | stat.S_IXUSR)
    with sync_playwright() as driver:
        # A script that a route gives is from nowhere: it may not reach this machine by itself.
        browser = driver.chromium.launch(
            executable_path=start,
            args=["--no-sandbox", "--disable-gpu", f"--disable-features={LOCAL_CHECKS}"],
            env=dict(sink),
            ignore_default_args=["--mute-audio"],
        )
        # No route sees what a service worker fetches.
        context = browser.new_context(service_workers="block", ignore_https_errors=True)
        context.add_init_script(LISTENING)
        context.add_init_script("localStorage.setItem('jackrf.margin', 'tight')")
        body, kind = _telling(*tells), "text/javascript"
        context.route(
            "**/audio/receiver.js", lambda route: route.fulfill(body=body, content_type=kind)
        )
        if transport == "WebSocket":
            none = json.dumps({"webtransport": None})
            context.route("**/api/listen", lambda route: route.fulfill(body=none))
        page = context.new_page()
        page.goto(url)
        page.click(".listen")
        page.wait_for_selector(".listening[data-state=playing]", timeout=20_000)
        page.wait_for_selector(".listening[data-by]")
        if (by := page.get_attribute(".listening", "data-by")) != transport:
            raise JackrfError(f"the page hears by {by}, not by {transport}")
        yield page


def _telling(known: str, changed: str) -> str:
    """Return the worker's script, which tells what comes."""
    source = (files("jackrf.web") / "page" / "audio" / "receiver.js").read_text()
    if known not in source:
        raise JackrfError("receiver.js has ages in another way: bench/browser.py cannot ask it")
    return source.replace(known, changed) + TELLING
