"""`jackrf save` and `jackrf show`: what a running jackrf has that its file has not, and writing it.

Both ends are here: what a running jackrf answers on its control socket, and what people call.
"""

import sys
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from rich.console import Console

from jackrf.control import Handler, request
from jackrf.errors import InputError
from jackrf.running.keeper import Keeper
from jackrf.sessions.check import report
from jackrf.sessions.difference import differences, print_lines
from jackrf.sessions.reading import document_of, place, plain_text, raw
from jackrf.sessions.session import validated

DISK_SECONDS = 30.0
"""How long a slow disk may take."""
PIPE_WIDTH = 1000
"""Characters of a line for a file or a pipe."""


def handlers(keeper: Keeper) -> dict[str, Handler]:
    """Return what a running jackrf answers: ``{"do": "save"}`` and ``{"do": "session"}``."""

    async def answer_save(message: Mapping[str, Any]) -> dict[str, Any]:
        to = message.get("to")
        if to is not None:
            if not isinstance(to, str) or not Path(to).is_absolute():
                raise InputError("save takes to, the whole path of a new file, or nothing")
            await keeper.save_copy(Path(to))
            return {"file": to, "saved": True, "left_out": []}
        saved = await keeper.save()
        left_out = list(saved.left_out)
        return {"file": str(keeper.path.absolute()), "saved": saved.is_new, "left_out": left_out}

    async def answer_session(_: Mapping[str, Any]) -> dict[str, Any]:
        before, now = await keeper.texts()
        return {"file": str(keeper.path.absolute()), "before": before, "now": now}

    return {"save": answer_save, "session": answer_session}


def save(client: str, to: Path | None) -> None:
    """Have a running jackrf write its session, and print what it did.

    Args:
        client: its client's name.
        to: another file to write, which is not there yet; the session's own file stays as it is.

    Raises:
        JackrfError: there is no such jackrf, or it could not write.
    """
    message = {"do": "save"} | ({} if to is None else {"to": str(to.absolute())})
    answer = request(client, message, timeout=DISK_SECONDS)
    file = place(Path(answer["file"]))
    print_lines([f"saved: {file}" if answer["saved"] else f"nothing to save: {file} has it all"])
    print_lines(f"left out, as {file} has it no longer: {gone}" for gone in answer["left_out"])


def show(path: Path | None, *, client: str, as_toml: bool) -> None:
    """Print a session: of a file, or of a running jackrf with what is not saved.

    Args:
        path: of the file; None for the running jackrf.
        client: its client's name.
        as_toml: print the text that stands, or would stand, in the file.

    Raises:
        JackrfError: there is no such file or jackrf, or the file is wrong.
    """
    if path is None:
        answer = request(client, {"do": "session"}, timeout=DISK_SECONDS)
        path, before, now = Path(answer["file"]), answer["before"], answer["now"]
    else:
        before = now = plain_text(raw(path))
    document = document_of(path, now.encode())
    session = validated(document)
    if as_toml:
        print_lines([document.text.removesuffix("\n")])
        return
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    console = Console(markup=False, emoji=False, highlight=False, width=width)
    console.print(report(session, path, console.width))
    unsaved = differences(validated(document_of(path, before.encode())), session)
    if unsaved:
        print_lines(["", "Not saved:", *(f"  {difference}" for difference in unsaved)])
