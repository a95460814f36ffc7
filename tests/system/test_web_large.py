"""The page of a large desk, with names that are longer than any strip, on screens of all sizes."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from jackrf.control import request
from jackrf.testing import DummyJack
from tests.system.browsing import Tab, chromium
from tests.system.running import Running, server_port

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

SEEN = Path(os.environ.get("JACKRF_ARTIFACTS", "artifacts")) / "web"
MANY = 16
INPUTS = ["Kick in", "Overhead right, the one by the window", "Bassgitarrenverstärkermikrofon"]
MIXES = ["Dave", "Anna-Katharina Müller-Lüdenscheidt", "Keith on the keys, stage left"]
SCREENS = [(320, 568), (390, 844), (820, 1180), (568, 320), (667, 375), (844, 390), (1180, 820)]


def session(http: int, https: int) -> str:
    """Return a session of as many inputs and mixes, each heard everywhere."""
    lines = ["format = 2", 'name = "An evening at the Royal Albert Hall, the second night"']
    for number in range(MANY):
        lines += [f"[inputs.i{number}]", f'name = "{INPUTS[number % 3]}"']
    for number in range(MANY):
        lines += [f"[mixes.m{number}]", f'name = "{MIXES[number % 3]}"', f"[mixes.m{number}.sends]"]
        lines += [f"i{one} = {{ gain = -{one % 9}.0 }}" for one in range(MANY)]
    lines += ["[osc]", f"port = {server_port()}"]
    return "\n".join([*lines, "[web]", f"port = {http}", f"https_port = {https}", ""])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with chromium() as found:
        yield found


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run it; return its client's name."""
    if shutil.which("jackd") is None:
        pytest.skip("jackd is not installed: make test, or apt install jackd2")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with ExitStack() as stack:
        jack = stack.enter_context(DummyJack(f"jackrf-large-{os.getpid()}"))
        text = session(server_port(), server_port())
        stack.enter_context(Running(tmp_path, text, jack.name, name="large"))
        yield "large"


def fits(page: Page, name: str) -> list[str]:
    """Return what does not fit the screen as it is now, and keep a picture."""
    SEEN.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SEEN / f"{name}.png")
    found: list[str] = page.evaluate(MISFITS)
    return [f"{name}: {one}" for one in found]


MISFITS = """
() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page is too wide');
  for (const one of document.querySelectorAll('button')) {
    if (one.scrollWidth > one.clientWidth + 1) found.push(`${one.textContent} is too wide`);
  }
  for (const one of document.querySelectorAll('.strip .name')) {
    if (one.clientWidth < 60) found.push(`${one.textContent} has ${one.clientWidth} pixels`);
  }
  const dock = document.querySelector('.dock').getBoundingClientRect();
  const isFull = innerHeight < innerWidth && !document.querySelector('.cards');
  if (isFull && dock.bottom > innerHeight) found.push(`the dock ends at ${dock.bottom}`);
  return found;
}
"""


@pytest.mark.parametrize("mix", ["m1", None])
def test_a_large_desk_with_long_names_fits_every_screen(
    large: str, browser: Browser, mix: str | None
) -> None:
    """All strips are there, also of the mix that the engineer sees first; nothing is cut off."""
    link = str(request(large, {"do": "link"} | ({"mix": mix} if mix else {})))
    tab = Tab(browser, link).connected()
    try:
        strips = tab.page.locator(".mixing .strips .strip")
        strips.nth(MANY - 1).wait_for()
        assert strips.count() == MANY
        wrong = []
        for width, height in SCREENS:
            tab.page.set_viewport_size({"width": width, "height": height})
            name = f"large-{'mix' if mix else 'engineer'}-{width}x{height}"
            wrong += fits(tab.page, name)
        assert not wrong
        assert not tab.problems
    finally:
        tab.close()
