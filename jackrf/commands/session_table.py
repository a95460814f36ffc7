"""The commands for session files. Each imports what it needs when it is called."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

SessionFile = Annotated[Path, typer.Argument(metavar="SESSION.toml", help="A session file.")]
ClientName = Annotated[
    str, typer.Option("--client", metavar="NAME", help="Name of the jackrf client to talk to.")
]


def new(
    session: SessionFile,
    like: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Take all from a session that comes with jackrf."),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What people call it; else as the file.")
    ] = None,
    inputs: Annotated[int, typer.Option(min=1, max=64, help="How many inputs.")] = 8,
    mixes: Annotated[int, typer.Option(min=1, max=32, help="How many mixes.")] = 2,
) -> None:
    """Make a session file to start from."""
    from jackrf.sessions.commands import new as make_session

    make_session(session, like=like, name=name, inputs=inputs, mixes=mixes)


def check(session: SessionFile) -> None:
    """Read a session file and print what it would open, or what is wrong with it."""
    from jackrf.sessions.check import check as check_session

    check_session(session)


def show(
    session: Annotated[
        Path | None,
        typer.Argument(metavar="SESSION.toml", help="A session file; else the running jackrf's."),
    ] = None,
    client: ClientName = "jackrf",
    as_toml: Annotated[bool, typer.Option("--toml", help="Print the text of the file.")] = False,
) -> None:
    """Show what is in a session; of a running jackrf, with what is not saved."""
    from jackrf.running.saving import show as show_session

    show_session(session, client=client, as_toml=as_toml)


def save(
    client: ClientName = "jackrf",
    to: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a new file, and leave the session's as it is."),
    ] = None,
) -> None:
    """Write what changed on the desk of a running jackrf into its session's file."""
    from jackrf.running.saving import save as save_session

    save_session(client, to)


def diff(
    first: SessionFile,
    second: Annotated[Path, typer.Argument(metavar="OTHER.toml", help="Another one.")],
) -> None:
    """Say in which values two sessions differ; exit code 1 if they do."""
    from jackrf.sessions.difference import diff as compare

    raise typer.Exit(int(compare(first, second)))


def list_sessions(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to look.")] = Path(),
) -> None:
    """List the sessions of a folder, and those that come with jackrf."""
    from jackrf.sessions.commands import list_sessions as list_all

    list_all(folder)


def migrate(session: SessionFile) -> None:
    """Write a session of an older format in the present one, and keep the old file."""
    from jackrf.sessions.commands import migrate as migrate_session

    migrate_session(session)


SESSION_COMMANDS: Mapping[str, Callable[..., Any]] = {
    "new": new,
    "check": check,
    "show": show,
    "save": save,
    "diff": diff,
    "list": list_sessions,
    "migrate": migrate,
}
"""By the name that people type."""
