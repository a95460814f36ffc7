"""``jackrf listen``: hear a mix on a JACK server or a sound card, and tell how it goes."""

import json
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jackrf.errors import InputError, JackrfError
from jackrf.listening.answering import answering
from jackrf.listening.card import list_cards
from jackrf.listening.figures import Figures
from jackrf.listening.life import Listening
from jackrf.listening.output import CardPlace, JackPlace, Output
from jackrf.listening.plotting import check_plot, plot, story
from jackrf.listening.recording import Recording
from jackrf.listening.reports import Reports
from jackrf.listening.source import Source, open_source
from jackrf.listening.view import render
from jackrf.receiver import MAX_DELAY_MS, MOST_DELAY_MS

HISTORY = 600
"""Figures that the live view keeps, one a second."""
PICTURE_SECONDS = 0.1
LOG_SECONDS = 20.0
CARD_NAME = "jackrf-listen"
"""By which a receiver without a JACK client is asked."""


@dataclass(frozen=True, slots=True)
class Telling:
    """How people are told of it, and what is kept.

    Attributes:
        as_json: a line of JSON a second on standard output, and one at the end.
        record: WAV file of what was heard.
        plot: PNG of delay, drift and losses.
    """

    as_json: bool = False
    record: Path | None = None
    plot: Path | None = None


@dataclass(frozen=True, slots=True)
class Delay:
    """The playout delay: ms, or None for the least that the packets allow; and the most."""

    wanted_ms: float | None = None
    most_ms: float = MAX_DELAY_MS


def parse_delay(text: str, most: float) -> Delay:
    """Return what ``--delay auto|MILLISECONDS`` and ``--max-delay`` mean.

    Raises:
        InputError: it is neither, or out of range.
    """
    if not 1.0 <= most <= MOST_DELAY_MS:
        raise InputError(f"--max-delay {most:g}: allowed are 1 to {MOST_DELAY_MS:g} ms")
    if text == "auto":
        return Delay(None, most)
    try:
        wanted = float(text)
    except ValueError:
        raise InputError(f"--delay {text}: allowed are auto, or milliseconds") from None
    if not 0.0 < wanted <= most:
        raise InputError(f"--delay {text}: allowed are auto, or up to --max-delay {most:g} ms")
    return Delay(wanted, most)


def listen(
    words: str,
    place: JackPlace | CardPlace,
    *,
    encoding: str = "auto",
    delay: Delay = Delay(),
    telling: Telling = Telling(),
) -> None:
    """Play a stream until SIGINT or SIGTERM.

    Args:
        words: ``udp://ADDRESS:PORT``, an address of this machine or a multicast group;
            ``rtsp://HOST:PORT/MIX``; or the path of an SDP file.
        place: where to play.
        encoding: L16, L24, or auto: by the payload type.
        delay: between network and ear.
        telling: how people are told.

    Raises:
        JackrfError: with one line and an exit code.
    """
    if telling.plot is not None:
        check_plot(telling.plot)
    source = open_source(words, encoding)
    source.delay_ms, source.max_delay_ms = delay.wanted_ms, delay.most_ms
    reports = Reports(
        source.reports, f"jackrf@{socket.gethostname()}", alone=not source.is_multicast
    )
    with ExitStack() as stack:
        listening = Listening(source, place, reports, _sayer(telling))
        stack.callback(listening.close)
        opening, recording = _open(listening, source.words, telling.record)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, listening.stop)
            # libjack takes an interrupted wait for a failure.
            signal.siginterrupt(number, False)
        name = place.name if isinstance(place, JackPlace) else CARD_NAME
        stack.enter_context(answering(name, listening.figures))
        rows = _keep_log(listening, telling.plot)
        _show(stack, listening, source, telling)
        last = listening.run(opening)
    _tell_end(last, telling)
    if telling.plot is not None:
        _draw(telling.plot, rows, last, source)
    if recording is not None and recording.error is not None:
        raise JackrfError(recording.outcome())
    if recording is not None:
        _sayer(telling)(recording.outcome())


def _open(listening: Listening, words: str, record: Path | None) -> tuple[str, Recording | None]:
    """Open the output, and the recording of it; return what to say once it plays, and the latter.

    Nothing holds that output from then on but the listening itself: it may go, and another come.
    """
    output = listening.open()
    if record is None:
        return _opening(words, output), None
    recording = Recording(record, output.tap, output.figures()["samplerate"])
    listening.record(recording)
    return _opening(words, output), recording


def list_devices() -> None:
    """Print the sound cards that PortAudio knows.

    Raises:
        JackrfError: PortAudio is not installed.
    """
    lines = list_cards()
    print("\n".join(lines) if lines else "PortAudio finds no output: is a sound card connected?")


def _sayer(telling: Telling) -> Callable[[str], None]:
    def say(line: str) -> None:
        print(f"jackrf: {line}", file=sys.stderr if telling.as_json else sys.stdout, flush=True)

    return say


def _opening(words: str, output: Output) -> str:
    where = "" if output.kind == "JACK" else f" and plays on {output.name}"
    name = output.name if output.kind == "JACK" else "jackrf"
    return f"{name} listens on {words}{where}; stop with Ctrl-C"


def _keep_log(listening: Listening, path: Path | None) -> list[Any]:
    """Return a list that gets the rows of the receiver's log, if there is to be a plot."""
    rows: list[Any] = []
    if path is not None:
        listening.keep_log(rows, LOG_SECONDS)
    return rows


def _show(stack: ExitStack, listening: Listening, source: Source, telling: Telling) -> None:
    """Have the figures shown as long as it lasts: as JSON, in a live view, or not at all."""
    if telling.as_json:
        listening.watch(lambda now: print(json.dumps(now.as_json()), flush=True))
        return
    if not sys.stdout.isatty():
        return
    from rich.console import Console
    from rich.live import Live

    console = Console()
    if console.is_dumb_terminal:
        return
    history: list[Figures] = []

    def keep(now: Figures) -> None:
        history.append(now)
        del history[:-HISTORY]

    picture = stack.enter_context(Live(console=console, screen=True, auto_refresh=False))
    listening.watch(keep)
    listening.watch(
        lambda now: picture.update(
            render(now, history, source.words, source.max_delay_ms), refresh=True
        ),
        PICTURE_SECONDS,
    )


def _tell_end(last: Figures, telling: Telling) -> None:
    if telling.as_json:
        print(json.dumps({"summary": True} | last.as_json()), flush=True)
    else:
        print("jackrf: " + summary(last), flush=True)


def summary(last: Figures) -> str:
    """Return in a line what became of a stream."""
    left, right = (f"{db:.1f}" if db is not None else "-inf" for db in last.peak_db)
    return (
        f"{last.state}: {last.packets} packets, {last.lost} lost, {last.late} late, "
        f"{last.concealed_ms:.0f} ms concealed, {last.silent_ms:.0f} ms silent, "
        f"{last.streams} streams, delay {last.delay_ms:.1f} ms, drift {last.drift_ppm:+.1f} ppm, "
        f"peak {left} / {right} dBFS"
    )


def _draw(path: Path, rows: list[Any], last: Figures, source: Source) -> None:
    if not sum(len(part) for part in rows):
        print(f"jackrf: nothing was heard to draw: {path} was not written", file=sys.stderr)
        return
    told = story(rows, last.samplerate)
    subtitle = (
        f"{source.words}  ·  {last.output}, {last.samplerate / 1000:g} kHz, {last.period} frames"
        f"  ·  {last.packets} packets in {last.seconds:.0f} s"
    )
    limit = max(source.max_delay_ms, last.most_ms)
    plot(path, told, title="What was heard", subtitle=subtitle, limit_ms=limit)
