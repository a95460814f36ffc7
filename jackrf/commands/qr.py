"""``jackrf qr``: the address of a mix as a picture that a phone's camera reads."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from jackrf.control import request
from jackrf.errors import InputError, JackrfError
from jackrf.lan.networks import is_loopback

HERE_ALONE: Final = (
    "jackrf: no phone gets there: it is served to this machine alone. "
    'listen = "0.0.0.0" under [web], or address under [listen], opens it to the networks.'
)


class Leads(StrEnum):
    """Where a QR code leads."""

    AUTO = "auto"
    PAGE = "page"
    SDP = "sdp"
    RTSP = "rtsp"


def qr(mix: str | None, *, leads: Leads, client: str, out: Path | None) -> None:
    """Print the QR code of a mix, with its address below it, or write it to a PNG.

    Args:
        mix: its id; None for the page of the engineer, who has all of them.
        leads: where it leads: to the page of a running [web], the SDP over HTTP, or RTSP.
        client: name of the running jackrf.
        out: PNG to write; None for the terminal.

    Raises:
        InputError: segno is not installed, or the file cannot be written.
        JackrfError: nobody runs, or has no such mix or no such address of it.
    """
    try:
        import segno
    except ModuleNotFoundError:
        raise InputError(
            'a QR code needs more than jackrf alone: pip install "jackrf[qr]"'
        ) from None
    url = address_of(mix, leads, client)
    code = segno.make(url, error="m", micro=False)
    if out is None:
        code.terminal(compact=True)
        sys.stdout.flush()
    else:
        try:
            code.save(str(out), kind="png", scale=8, border=4)
        except OSError as error:
            raise InputError(
                f"{out} cannot be written ({error.strerror}): name a file in a folder of yours"
            ) from None
    print(url)
    if is_loopback(urlsplit(url).hostname or ""):
        print(HERE_ALONE, file=sys.stderr)


def address_of(mix: str | None, leads: Leads, client: str) -> str:
    """Return the URL by which others hear a mix of a running jackrf, or the engineer all of them.

    Raises:
        JackrfError: there is none.
    """
    has_page = "web" in request(client, {"do": "status"})
    if mix is None and has_page:
        return str(request(client, {"do": "link"}))
    if mix is None:
        raise JackrfError("the session serves no page for its engineer: write [web] into it")
    known: dict[Leads, str | None] = dict(request(client, {"do": "places", "mix": mix}))
    found = {Leads(name): url for name, url in known.items()}
    wanted = [leads] if leads is not Leads.AUTO else [Leads.PAGE, Leads.SDP, Leads.RTSP]
    for one in wanted:
        if one is Leads.PAGE and has_page:
            return str(request(client, {"do": "link", "mix": mix}))
        url = found.get(one)
        if url is not None:
            return url
    why = {
        Leads.PAGE: "the session serves no page: write [web] into it",
        Leads.SDP: f"mix {mix} is sent nowhere: add to its send_to, or use --to rtsp",
    }
    raise JackrfError(why[leads])
