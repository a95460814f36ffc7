"""``jackrf status``: what a running jackrf does, once as text or JSON, or watched."""

import contextlib
import io
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

from rich.align import Align
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from jackrf.commands.web import words_of
from jackrf.control import ControlClient
from jackrf.errors import InputError, JackrfError
from jackrf.live import Status, render
from jackrf.live.words import clean, missing_words, unsaved_text

WATCH_SECONDS = 0.1
"""From one picture to the next."""

_ASK = {"do": "status"}
_PIPE_CELLS = 500
"""Without a terminal's edge nothing is cut or wrapped."""


def status(client: str, *, as_json: bool, watch: bool) -> None:
    """Print what a running jackrf does.

    Args:
        client: its JACK client's name.
        as_json: exactly the status as JSON, floats to two places; watched, one line each time.
        watch: ten times a second until Ctrl-C or SIGTERM, also while jackrf is away.

    Raises:
        JackrfError: nobody answers, and it is not watched.
        InputError: to be watched without a terminal.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a name may hold what this terminal has not
    with ControlClient(client) as jackrf, _until_nobody_reads():
        if watch and as_json:
            _watch_as_json(jackrf)
        elif watch:
            _watch(jackrf)
        elif as_json:
            print(json.dumps(_rounded(jackrf.request(_ASK)), indent=2))
        else:
            _print_tables(jackrf.request(_ASK))


def _watch(jackrf: ControlClient) -> None:
    from rich.live import Live

    console = Console()
    if not console.is_terminal or console.is_dumb_terminal:
        raise InputError(
            "--watch needs a terminal: use --json --watch for a line of JSON each time"
        )
    with _until_interrupted(), Live(console=console, screen=True, auto_refresh=False) as picture:
        for _ in _ticks():
            picture.update(_look(jackrf, console.height), refresh=True)


def _look(jackrf: ControlClient, height: int) -> RenderableType:
    try:
        found = jackrf.request(_ASK)
        return Text(words_of(found)) if "elsewhere" in found else render(found)
    except JackrfError as error:
        waiting = Group(
            Text(f"○ waiting for {clean(jackrf.client_name)}", "bold yellow", justify="center"),
            Text(),
            Text(clean(error), justify="center"),
            Text("Ctrl-C ends this view", "bright_black", justify="center"),
        )
        return Align.center(waiting, vertical="middle", height=height)


def _watch_as_json(jackrf: ControlClient) -> None:
    with _until_interrupted():
        for _ in _ticks():
            try:
                found = _rounded(jackrf.request(_ASK))
            except JackrfError as error:
                found = {"client": jackrf.client_name, "state": "away", "error": str(error)}
            print(json.dumps(found), flush=True)


def _ticks() -> Iterator[None]:
    due = time.monotonic()
    while True:
        yield
        now = time.monotonic()
        due = max(due + WATCH_SECONDS, now)
        time.sleep(due - now)


@contextlib.contextmanager
def _until_interrupted() -> Iterator[None]:
    """End the block on Ctrl-C and on SIGTERM, so that the terminal is given back as it was."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _until_nobody_reads() -> Iterator[None]:
    """End the block quietly when the pipe's other end is closed, as by ``| head``."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still buffered would fail once more when the interpreter ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 2) + 0.0  # + 0.0 turns -0.0 into 0.0
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return value


def _print_tables(found: Status) -> None:
    if "elsewhere" in found:
        print(words_of(found))
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PIPE_CELLS)
    with console.capture() as text:
        for line in _summary(found):
            console.print(line, markup=False)
        for table in (_inputs(found), _mixes(found), _listeners(found), _surfaces(found)):
            if table.row_count:
                console.print()
                console.print(table)
        services = (found.get(key, {}) for key in ("osc", "rtsp"))
        lines = [line for service in services for line in service.get("remedies", [])]
        for number, line in enumerate(lines):
            console.print("\n" * (number == 0) + clean(line), markup=False)
    print(text.get(), end="")


def _summary(found: Status) -> Iterator[str]:
    session = f"session {clean(found['session'])}{unsaved_text(found)}"
    yield f"{clean(found['client'])}: {clean(found['state'])}, {session}"
    if error := found.get("save_error"):
        yield f"not saved: {clean(error)}"
    rate, period = found["samplerate"], found["period"]
    if rate and period:
        yield f"{rate} Hz, {period} frames = {1000 * period / rate:.3g} ms"
    yield f"{found['cycles']} cycles, {found['xruns']} xruns, load {found['load']:.1f} %"
    if times := found["callback_us"]:
        words = ", ".join(f"{name.replace('_', '.')} {value:.0f}" for name, value in times.items())
        yield f"callback: {words} µs"


def _table(title: str, *columns: str) -> Table:
    """Return an empty table; > aligns a column to the right, and the last one wraps first."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(
            column.removeprefix(">"),
            justify="right" if column.startswith(">") else "left",
            no_wrap=column != columns[-1],
        )
    return table


def _inputs(found: Status) -> Table:
    table = _table("Inputs", "id", "name", "port", ">peak dB", "hears", "trouble")
    for strip in found["inputs"]:
        trouble = missing_words(strip)
        if bad := strip.get("bad_samples"):
            trouble.append(f"{bad} bad samples")
        words = (strip["id"], strip["name"], strip["port"], _decibels(strip["peak_db"]))
        peers = ", ".join(strip.get("connections", []))
        table.add_row(*map(_cell, (*words, peers, ", ".join(trouble))))
    return table


def _mixes(found: Status) -> Table:
    columns = (">gain dB", ">left dB", ">right dB", ">limiter dB", "encoding", "trouble")
    table = _table("Mixes", "id", "name", *columns)
    for mix_id, mix in found["mixes"].items():
        levels = (mix["gain"], *mix["peak_db"], mix["limit_db"])
        code = mix.get("encoding", "") + " SRTP" * mix.get("encrypted", False)
        words = (mix_id, mix["name"], *map(_decibels, levels), code)
        trouble = [word for port in mix.get("ports", []) for word in missing_words(port)]
        table.add_row(*map(_cell, (*words, ", ".join(trouble))))
    return table


def _listeners(found: Status) -> Table:
    rtsp = found.get("rtsp", {})
    tuning = f" (RTSP {rtsp['address']} port {rtsp['port']})" if rtsp.get("port") else ""
    everybody = [
        (mix_id, one) for mix_id, mix in found["mixes"].items() for one in mix["listeners"]
    ]
    # What receivers tell has columns where one of them tells.
    told = any(one.get("heard") for _, one in everybody)
    way = (">net loss", ">jitter ms") if told else ()
    table = _table(
        f"Listeners{tuning}", "mix", "url", "state", ">queued ms", *way, ">sent", "dropped"
    )
    for mix_id, one in everybody:
        words = (mix_id, one["url"], one["state"], f"{one['queued_ms']:.1f}")
        table.add_row(*map(_cell, (*words, *_way(one)[: len(way)], one["sent"], _dropped(one))))
    return table


def _way(listener: Mapping[str, Any]) -> tuple[str, str]:
    heard = listener.get("heard")
    return (f"{heard['loss']:.1%}", f"{heard['jitter_ms']:.1f}") if heard else ("", "")


def _dropped(listener: Mapping[str, Any]) -> str:
    causes = sorted(listener["dropped_by"].items(), key=lambda cause: -cause[1])
    told = ", ".join(f"{name} {number}" for name, number in causes if number)
    return f"{listener['dropped']}: {told}" if told else str(listener["dropped"])


def _surfaces(found: Status) -> Table:
    osc = found.get("osc", {"surfaces": []})
    where = f"Surfaces (OSC {osc['listen']} port {osc['port']})" if "listen" in osc else "Surfaces"
    table = _table(where, "at", "role", "heard s ago", ">received", ">sent", "is told of")
    for one in osc["surfaces"]:
        role = " ".join((one["role"], *one["mixes"]))
        seen = "never" if one["seen"] is None else f"{one['seen']:.0f}"
        words = (one["to"], role, seen, one["received"], one["sent"])
        table.add_row(*map(_cell, (*words, ", ".join(one["listens_to"]))))
    return table


def _cell(words: object) -> Text:
    return Text(clean(words))


def _decibels(db: float | None) -> str:
    return "-inf" if db is None else f"{db:.1f}"
