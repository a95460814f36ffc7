"""A browser, as musicians have one: Debian's Chromium, driven from outside, and what it plays."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.system.instruments import wait_for

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP stage.test 127.0.0.1",
]

PROBE = """
{
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) {
      const probe = this.context.createAnalyser();
      probe.fftSize = 8192;
      probe.smoothingTimeConstant = 0;
      connect.call(this, probe);
      window.probe = probe;
      window.kind = this.constructor.name;
    }
    return connect.call(this, to, ...rest);
  };
}
"""
"""Puts an analyser beside what is played; the page's own code is as it is."""

SAMPLES = """
() => {
  const samples = new Float32Array(window.probe.fftSize);
  window.probe.getFloatTimeDomainData(samples);
  return [window.probe.context.sampleRate, ...samples];
}
"""


def loudness(played: list[float], *frequencies: float) -> list[float]:
    """Return how loud some frequencies are in what `SAMPLES` gives: a rate and samples; dBFS."""
    rate, *samples = played
    window = np.hanning(len(samples))
    spectrum = np.abs(np.fft.rfft(np.array(samples) * window)) / (window.sum() / 2)
    found = []
    for frequency in frequencies:
        at = round(frequency * len(samples) / rate)
        found.append(float(20.0 * np.log10(spectrum[at - 2 : at + 3].max() + 1e-9)))
    return found


@contextmanager
def chromium(flags: Sequence[str] = FLAGS, **options: Any) -> Iterator[Browser]:
    """Run Debian's Chromium without a screen.

    Args:
        flags: of its command line.
        options: further ones of Playwright's `launch`.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Chromium is not installed: make test, or apt install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=flags, **options)
        try:
            yield browser
        finally:
            browser.close()


class Tab:
    """A page that is open.

    Attributes:
        page: of Playwright.
        problems: what it complained of: errors, and what its policy forbade.
    """

    def __init__(
        self,
        browser: Browser,
        url: str,
        size: tuple[int, int] = (1180, 820),
        *,
        datagrams: bool = True,
        installed: bool = False,
        bypass_csp: bool = False,
    ) -> None:
        self._context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            ignore_https_errors=True,
            bypass_csp=bypass_csp,
            # What a service worker fetches no test sees.
            service_workers="allow" if installed else "block",
        )
        self._context.set_default_timeout(15_000)
        self._context.add_init_script(PROBE)
        if not datagrams:
            nowhere = '{"webtransport": null}'
            self._context.route("**/api/listen", lambda route: route.fulfill(body=nowhere))
        self.page: Page = self._context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._hear)
        self.page.goto(url)

    def _hear(self, message: Any) -> None:
        network = "WebSocket" in message.text or "WebTransport" in message.text
        if message.type == "error" and not network and "net::ERR" not in message.text:
            self.problems.append(message.text)

    def connected(self) -> "Tab":
        """Wait until it shows what the desk has."""
        self.page.wait_for_selector(".state[data-state=connected]")
        return self

    def listen(self) -> "Tab":
        """Tap the one big button and wait for sound."""
        self.page.click(".listen")
        return self.playing()

    def playing(self) -> "Tab":
        """Wait until it plays."""
        self.page.wait_for_selector(".listening[data-state=playing]", timeout=20_000)
        self.page.wait_for_timeout(400)
        return self

    def by(self) -> str:
        """Return by which transport it hears."""
        self.page.wait_for_selector(".listening[data-by]")
        return self.page.get_attribute(".listening", "data-by") or ""

    def levels(self, *frequencies: float) -> list[float]:
        """Return how loud some frequencies are in what is played now, in dBFS."""
        return loudness(self.page.evaluate(SAMPLES), *frequencies)

    def text(self, label: str) -> str:
        """Return what a screen reader says of a slider."""
        return (
            self.page.get_by_role("slider", name=label, exact=True).get_attribute("aria-valuetext")
            or ""
        )

    def shows(self, label: str, text: str) -> None:
        """Wait until a slider says something, in a page that may be behind another one."""
        wait_for(lambda: self.text(label) == text, 10.0)

    def drag(self, label: str, way: float) -> None:
        """Take a standing fader by its middle, move it by a part of its height, and let go."""
        box = self.page.get_by_role("slider", name=label, exact=True).bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x, y - way * box["height"], steps=8)
        self.page.mouse.up()

    def judged(self, judge: Path) -> list[str]:
        """Return what axe finds serious in the page."""
        self.page.evaluate(judge.read_text())
        found = self.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        return [
            f"{one['id']}: {node['html']}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    def close(self) -> None:
        """Close it."""
        self._context.close()
