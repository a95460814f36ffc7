"""``jackrf fanout``: repeat one mix as Opus to an engine that serves a crowd."""

import ipaddress
import json
import signal
from collections.abc import Sequence
from contextlib import ExitStack, closing
from typing import Any

from jackrf.audience.sockets import open_listener
from jackrf.destinations import parse_url
from jackrf.errors import InputError
from jackrf.fanout.opus import BITRATES, DURATIONS, check_library
from jackrf.fanout.repeating import Engine, Repeating, Shape
from jackrf.heap import set_aside
from jackrf.listening.source import Source, open_source


def fanout(words: str, urls: Sequence[str], shape: Shape, *, as_json: bool) -> None:
    """Repeat a mix until SIGINT or SIGTERM.

    Args:
        words: what is heard, as `jackrf listen` takes it.
        urls: of the engines, ``udp://HOST:PORT``.
        shape: of what is sent.
        as_json: whether a line of JSON is printed each second.

    Raises:
        JackrfError: with one line and an exit code.
    """
    check_library()
    _check(urls, shape)
    with ExitStack() as stack:
        engines = [_engine(url, stack) for url in urls]
        source = stack.enter_context(closing(open_source(words, "auto")))
        _check_secrecy(source, engines)
        repeating = stack.enter_context(closing(Repeating(source, engines, shape)))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, repeating.stop)
        told = ", ".join(one.url for one in engines)
        if not as_json:
            print(f"jackrf: repeats {source.words} to {told}; stop with Ctrl-C", flush=True)
        set_aside()
        repeating.run(_print if as_json else _Sayer().hear)
        if as_json:
            _print(repeating.report())


def _check(urls: Sequence[str], shape: Shape) -> None:
    if not urls:
        raise InputError("fanout needs an engine: --to udp://127.0.0.1:5302, as often as there are")
    if shape.milliseconds not in DURATIONS:
        allowed = ", ".join(f"{one:g}" for one in DURATIONS)
        raise InputError(f"--frame {shape.milliseconds:g}: allowed are {allowed} ms")
    if not BITRATES[0] <= shape.kilobits <= BITRATES[1]:
        low, high = BITRATES
        raise InputError(f"--bitrate {shape.kilobits}: allowed are {low} to {high} kbit/s")
    if not 96 <= shape.payload_type <= 127:
        raise InputError(f"--payload-type {shape.payload_type}: allowed are 96 to 127")


def _engine(url: str, stack: ExitStack) -> Engine:
    opened = stack.enter_context(closing(open_listener(0, parse_url(url))))
    return Engine(url, opened.socket)


def _check_secrecy(source: Source, engines: Sequence[Engine]) -> None:
    """Keep an encrypted mix on this machine: an engine takes it in the clear."""
    if source.offer is None or source.offer.crypto is None:
        return
    for one in engines:
        host = one.socket.getpeername()[0].partition("%")[0]
        if not ipaddress.ip_address(host).is_loopback:
            raise InputError(
                f"{source.words} is encrypted, and goes to an engine in the clear: run fanout on "
                f"the engine's own machine, with --to udp://127.0.0.1:PORT instead of {one.url}"
            )


def _print(figures: dict[str, Any]) -> None:
    print(json.dumps(figures), flush=True)


class _Sayer:
    """Says a line when something changes: whether a mix comes, and who does not take it."""

    def __init__(self) -> None:
        self._state: tuple[bool, tuple[str, ...]] | None = None
        self._packets = 0
        self._dropped: dict[str, int] = {}

    def hear(self, figures: dict[str, Any]) -> None:
        """Take in the figures of a second."""
        comes = figures["packets"] > self._packets
        engines = {one["url"]: one["dropped"] for one in figures["engines"]}
        deaf = tuple(url for url, count in engines.items() if count > self._dropped.get(url, 0))
        self._packets, self._dropped = figures["packets"], engines
        if (comes, deaf) == self._state:
            return
        self._state = comes, deaf
        line = "the mix comes" if comes else "no mix comes"
        if deaf:
            line += f"; not taken by {', '.join(deaf)}"
        print(f"jackrf: {line}", flush=True)
