"""The files of the page, and the headers that every answer has."""

from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "webmanifest": "application/manifest+json",
}

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; media-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy: nothing from anywhere else, and no script that stands in the page."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def headers(host: str | None) -> dict[str, str]:
    """Return the headers of an answer.

    Args:
        host: by which we were asked, that is known to be ours: sound may come from any of its
            ports, by WebTransport. None for one that is not.
    """
    name = (host or "").lower()
    if name.rpartition(":")[2].isdigit():
        name = name.rpartition(":")[0]
    # The grammar of policies has no IPv6 addresses; there, the page's own port has to do.
    if not name or ":" in name:
        return dict(HEADERS)
    more = f"connect-src 'self' https://{name}:*;"
    return HEADERS | {"Content-Security-Policy": POLICY.replace("connect-src 'self';", more)}


PAGES: Final = {"/": "index.html", "/engineer": "index.html", "/install": "install.html"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file: its bytes and its type."""

    body: bytes
    type: str


def load() -> dict[str, Asset]:
    """Return all files of the page by their path; what is not among them does not exist."""
    found = dict(_walk(files("jackrf.web") / "page", "/"))
    return found | {path: found[f"/{name}"] for path, name in PAGES.items()}


def _walk(folder: Traversable, path: str) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _walk(entry, f"{path}{entry.name}/")
        elif (kind := TYPES.get(entry.name.rpartition(".")[2])) is not None:
            found.append((path + entry.name, Asset(entry.read_bytes(), kind)))
    return found
