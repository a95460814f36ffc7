"""``jackrf sdp``: the description with which ffplay, GStreamer and others hear a mix."""

import sys
from pathlib import Path

from jackrf.control import request
from jackrf.errors import InputError


def sdp(mix: str, *, client: str, listener: int, out: Path | None) -> None:
    """Print the SDP of a mix of a running jackrf, or write it to a file.

    Args:
        mix: its id.
        client: name of the JACK client to ask.
        listener: which of the places that the mix is sent to, from 1.
        out: file to write; None for standard output.

    Raises:
        JackrfError: nobody runs, or has no such mix or listener.
        InputError: the file cannot be written.
    """
    text = str(request(client, {"do": "sdp", "mix": mix, "listener": listener - 1}))
    # Lines end with CR LF (RFC 8866 section 5), on every system.
    if out is None:
        sys.stdout.buffer.write(text.encode())
        return
    try:
        out.write_bytes(text.encode())
    except OSError as error:
        raise InputError(
            f"{out} cannot be written ({error.strerror}): name a file in a folder of yours with -o"
        ) from None
