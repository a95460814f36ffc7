"""``jackrf layout``: a page for a musician's tablet, made from a session.

``python -m jackrf.commands.layout`` makes the ones in osc/layouts/ anew, from sessions/band.toml.
"""

import ipaddress
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from jackrf.errors import InputError, JackrfError
from jackrf.lan.interfaces import own_addresses
from jackrf.osc.layout import open_stage_control, tosc
from jackrf.osc.layout.arrange import page_of
from jackrf.osc.layout.page import Page
from jackrf.osc.settings import REPLY_PORT
from jackrf.sessions.session import Session, load

Format = Literal["tosc", "open-stage-control", "png"]

_ROOT: Final = Path(__file__).parents[2]
READY: Final = _ROOT / "osc" / "layouts"
"""Where the layouts are that come with jackrf."""
READY_SESSION: Final = _ROOT / "sessions" / "band.toml"
SUFFIXES: Final[dict[Format, str]] = {"tosc": "tosc", "open-stage-control": "json", "png": "png"}
_UNKNOWN_HOST: Final = "this machine's address"


def layout(
    session_path: Path,
    *,
    mix: str,
    form: Format,
    out: Path,
    reply_port: int = REPLY_PORT,
    pin: str = "",
) -> None:
    """Write the page of a mix, and print what to set in the app.

    Args:
        session_path: the session file.
        mix: id.
        form: for which app; png is a picture of it.
        out: file to write.
        reply_port: where the app listens.
        pin: from ``jackrf pin``, with which the app pairs itself; empty for none.

    Raises:
        SessionError: the session is wrong.
        InputError: no such mix, or the file cannot be written.
        JackrfError: a picture is wanted, and what draws it is not installed.
    """
    session = load(session_path)
    if mix not in session.mixes:
        raise InputError(f"no mix {mix!r} in {session_path}: there are {', '.join(session.mixes)}")
    content = rendered(page_of(session.to_mixer(), mix), form, reply_port=reply_port, pin=pin)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise InputError(
            f"{out} cannot be written ({error.strerror}): name a file in a folder of yours with -o"
        ) from None
    print(f"{out}: {session.mixes[mix].name}")
    for line in _to_do(session, form, out, reply_port):
        print(line)


def rendered(page: Page, form: Format, *, reply_port: int = REPLY_PORT, pin: str = "") -> bytes:
    """Return the content of a file; arguments as for `layout`.

    Raises:
        JackrfError: a picture is wanted, and what draws it is not installed.
    """
    if form == "tosc":
        return tosc.rendered(page, reply_port=reply_port, pin=pin)
    if form == "open-stage-control":
        return open_stage_control.rendered(page, reply_port=reply_port, pin=pin)
    try:
        from jackrf.osc.layout import picture
    except ModuleNotFoundError as error:
        raise JackrfError(
            f"a picture needs {error.name}: pip install 'jackrf[demo]', or take another --format"
        ) from None
    return picture.rendered(page)


def _to_do(session: Session, form: Format, out: Path, reply_port: int) -> Iterator[str]:
    """Yield what to set in the app, and in the session where nobody would get in."""
    if form == "png":
        return
    osc = session.osc
    listen = ipaddress.ip_address(osc.listen)
    local = listen.is_loopback
    hosts = own_addresses() if listen.is_unspecified or local else [osc.listen]
    host = " or ".join(hosts) or _UNKNOWN_HOST
    if form == "tosc":
        yield f"Connection 1: UDP, host {host}, send {osc.port}, receive {reply_port}"
    else:
        yield (
            f"open-stage-control --load {out} --send {hosts[0] if hosts else 'HOST'}:{osc.port} "
            f"--osc-port {reply_port}"
        )
    if local:
        yield (
            f"This session hears surfaces on this machine only: under [osc], "
            f'listen = "0.0.0.0" lets in the networks it is on (now {osc.listen})'
        )


def ready() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each layout that comes with jackrf, pictures aside."""
    mixer = load(READY_SESSION).to_mixer()
    for mix in mixer.mix_number:
        page = page_of(mixer, mix)
        for form in ("tosc", "open-stage-control"):
            yield f"{mix}.{SUFFIXES[form]}", rendered(page, form)


def main(folder: Path = READY) -> None:
    """Write the layouts that come with jackrf, and a picture of the first.

    Args:
        folder: where to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in ready():
        (folder / name).write_bytes(content)
    mixer = load(READY_SESSION).to_mixer()
    mix = next(iter(mixer.mix_number))
    (folder / f"{mix}.png").write_bytes(rendered(page_of(mixer, mix), "png"))
    print(f"wrote {folder}", file=sys.stderr)


if __name__ == "__main__":
    main()
