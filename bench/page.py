"""jackrf with a page for browsers, as it is measured: eight mixes of one input."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bench.clients import MODULE, jackrf_status
from bench.place import Place
from bench.programs import Program
from jackrf.control import request

NAME = "bench-web"
MIXES = 8

SESSION = """
format = 2
name = "Bench"
[osc]
port = {osc}
[listen]
port = {rtsp}
[inputs.click]
name = "Click"
connect = ["player:out_1"]
[web]
listen = "0.0.0.0"
port = {http}
https_port = {https}
{more}"""
MIX = """
[mixes.m{number}]
name = "Mix {number}"
limiter = false
sends = {{ click = {{ gain = 0.0 }} }}
"""


def ports(place: Place) -> dict[str, int]:
    """Return what jackrf listens on, by name."""
    names = ("osc", "http", "https", "rtsp")
    return {name: place.base_port + 2 * number for number, name in enumerate(names)}


@contextmanager
def running(place: Place, more: str = "", command: Sequence[str] = ()) -> Iterator[Program]:
    """Run jackrf with eight mixes and a page.

    Args:
        place: where.
        more: stands in its table [web].
        command: in place of ``python -m jackrf``, what does the same.
    """
    text = SESSION.format(**ports(place), more=more) + "".join(
        MIX.format(number=n + 1) for n in range(MIXES)
    )
    path = place.folder / "web.toml"
    path.write_text(text)
    run = ["run", str(path), "--server", place.server.name, "--name", NAME]
    own = {"XDG_DATA_HOME": str(place.folder)}
    start = [*(command or [*MODULE, "jackrf"]), *run]
    with Program(start, place.environment | own) as program:
        place.wait_for_ports(program, NAME, 1, 2 * MIXES)
        program.wait_until(lambda: _web(place) is not None, "its page was served")
        yield program


def _web(place: Place) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] | None = jackrf_status(place, NAME).get("web")
    except subprocess.CalledProcessError:
        return None
    return found


def link(place: Place, mix: str) -> str:
    """Return the link of a mix of what runs there, on loopback."""
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(place.folder)
    try:
        token = str(request(NAME, {"do": "link", "mix": mix})).partition("/#")[2]
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
    return f"http://127.0.0.1:{ports(place)['http']}/#{token}"
