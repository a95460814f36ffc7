"""`jackrf check`: what a session file would open, printed without opening any of it."""

import sys
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from jackrf.sessions import check_listening, check_surfaces
from jackrf.sessions.reading import place
from jackrf.sessions.session import Mix, Send, Session, load
from jackrf.units import db_text

_SEND_COLUMN = 16
"""Characters of one mix in the table of sends."""
_PIPE_WIDTH = 1000
"""Characters of a line for a file or a pipe, where a broken line would be worse than a long one."""


def check(path: Path) -> None:
    """Read a session file and print the ports, mixes, sends and destinations it would open.

    Raises:
        SessionError: the file is wrong; the message has one line for each problem.
    """
    session = load(path)
    # Names are a person's text: no markup, no emoji codes, and in a terminal that cannot write
    # them a question mark instead of an error.
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    console = Console(markup=False, emoji=False, highlight=False, width=width)
    console.print(report(session, path, console.width))


def report(session: Session, path: Path, width: int) -> RenderableType:
    """Return what `check` prints.

    Args:
        session: what was read.
        path: where from.
        width: characters in a line; decides how many mixes stand beside each other.
    """
    destinations = sum(len(mix.send_to) for mix in session.mixes.values())
    head = Text.assemble(
        (session.name, "bold"),
        f": {place(path)} is a valid session with {_count(len(session.inputs), 'input')}, "
        f"{_count(len(session.mixes), 'mix', 'mixes')}, {_count(destinations, 'destination')}.",
    )
    tables = [_inputs(session), _mixes(session), *_sends(session, width)]
    osc = Group(*check_surfaces.lines(session))
    listening = Group(*check_listening.lines(session))
    below: list[RenderableType] = [*tables, listening, osc, *_surfaces(session)]
    return Group(head, *(Padding(one, (1, 0, 0, 0), expand=False) for one in below))


def pan_text(pan: float) -> str:
    """Return a pan as a desk shows it: ``L50``, ``C``, ``R100`` (percent of the way)."""
    percent = round(pan * 100)
    if percent == 0:
        return "C"
    return f"L{-percent}" if percent < 0 else f"R{percent}"


def send_text(send: Send | None) -> str:
    """Return a send as it stands in the table: gain in dB, pan, and what differs from usual."""
    if send is None:
        return ""
    level = db_text(send.gain).removesuffix(" dB")
    words = [level] if level == "off" else [level, pan_text(send.pan)]
    words += ["muted"] * send.mute + ["solo"] * send.solo
    return " ".join(words)


def _inputs(session: Session) -> Table:
    table = _table("Inputs", "port", "id", "name", "trim", "takes its sound from")
    for number, (key, strip) in enumerate(session.inputs.items(), 1):
        trim = db_text(strip.trim) + " muted" * strip.mute
        peers = "\n".join(strip.connect) or "what you connect"
        table.add_row(f"in_{number:02}", key, strip.name, trim, peers)
    return table


def _mixes(session: Session) -> Table:
    table = _table("Mixes", "ports", "id", "name", "gain", "limit", "code", "sent to")
    for number, (key, mix) in enumerate(session.mixes.items(), 1):
        ports = f"mix_{number:02}_l/r"
        gain = db_text(mix.gain) + " muted" * mix.mute
        limit = f"{mix.ceiling:g} dB" if mix.limiter else "none"
        to = "\n".join([*mix.send_to, *mix.connect_left, *mix.connect_right]) or "its ports only"
        code = mix.encoding + " SRTP" * mix.encrypt
        table.add_row(ports, key, mix.name, gain, limit, code, to)
    return table


def _sends(session: Session, width: int) -> Iterator[Table]:
    """Yield tables of sends, input by mix, as many as it takes to fit the mixes in the width."""
    label = max(len(key) for key in session.inputs) + 4
    step = max(1, (width - label) // _SEND_COLUMN)
    mixes = list(session.mixes.items())
    for start in range(0, len(mixes), step):
        some: list[tuple[str, Mix]] = mixes[start : start + step]
        table = _table("Sends (dB, pan)", "input", *(key for key, _ in some))
        for strip in session.inputs:
            table.add_row(strip, *(send_text(mix.sends.get(strip)) for _, mix in some))
        yield table


def _surfaces(session: Session) -> Iterator[Table]:
    if session.osc.surfaces:
        table = _table("Surfaces", *check_surfaces.COLUMNS)
        for surface in session.osc.surfaces:
            table.add_row(*check_surfaces.row(surface))
        yield table


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
