"""The page's files are all there, are of known types, and fetch nothing from elsewhere."""

import re

import pytest

from jackrf.web.assets import HEADERS, PAGES, POLICY, headers, load

ASSETS = load()


def test_pages_and_all_that_they_name_are_there() -> None:
    """Whatever a page, a script or a style refers to by a path is a file."""
    assert set(PAGES) <= set(ASSETS)
    for path, asset in ASSETS.items():
        text = asset.body.decode()
        folder = path.rpartition("/")[0]
        named = re.findall(r'(?:src|href)="(/[a-z.]+)"', text)
        named += re.findall(r"'(/[a-z/]+\.js)'", text)
        relative = re.findall(r"from '\./([a-z/.]+)'", text)
        wanted = {*named, *(f"{folder}/{one}" for one in relative)} - {"/ca.crt"}
        assert wanted <= set(ASSETS), path


def test_the_shell_is_all_that_a_page_loads_and_nothing_else() -> None:
    """The service worker keeps each file but itself, and no answer that depends on who asks."""
    kept = set(re.findall(r"^  '(/[a-z/.]*)',$", ASSETS["/shell.js"].body.decode(), re.MULTILINE))
    files = {path for path in ASSETS if not path.endswith(".html")}
    assert kept == files - {"/shell.js"}


def test_nothing_is_fetched_from_elsewhere() -> None:
    """No address of another machine stands in any file, but the names of XML."""
    for path, asset in ASSETS.items():
        found = re.findall(rb"https?://[a-z0-9.]+", asset.body)
        assert set(found) <= {b"http://www.w3.org"}, path


@pytest.mark.parametrize("path", ["/", "/engineer", "/install"])
def test_no_script_and_no_style_stands_in_a_page(path: str) -> None:
    """The policy forbids it, so it would not work."""
    text = ASSETS[path].body.decode()
    assert not re.search(r"<script(?![^>]*src=)", text)
    assert not re.search(r'<style| style="| on[a-z]+="', text)
    assert "unsafe" not in POLICY


@pytest.mark.parametrize(
    ("host", "more"),
    [
        ("Stage.local:8080", "connect-src 'self' https://stage.local:*;"),
        ("192.168.1.2", "connect-src 'self' https://192.168.1.2:*;"),
        ("[fe80::1]:8080", "connect-src 'self';"),
        ("[fe80::1]", "connect-src 'self';"),
        (None, "connect-src 'self';"),
    ],
)
def test_sound_may_come_from_other_ports_of_the_same_host(host: str | None, more: str) -> None:
    """WebTransport has one of its own; from another host nothing may come."""
    assert more in headers(host)["Content-Security-Policy"]
    assert headers(host).keys() == HEADERS.keys()
