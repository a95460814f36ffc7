"""The audience that a session has from its beginning: everybody that it sends to."""

import contextlib
from collections.abc import Iterable
from typing import NamedTuple

from jackrf.audience.listener import Listener
from jackrf.audience.sealing import Sealer
from jackrf.audience.sockets import open_listener
from jackrf.audience.table import Audience
from jackrf.destinations import parse_url
from jackrf.errors import InputError


class Wanted(NamedTuple):
    """Where one mix is to be sent: its number, URLs, DSCP, and its key if it is encrypted."""

    mix: int
    urls: Iterable[str]
    dscp: int
    key: bytes | None = None


def open_audience(wanted: Iterable[Wanted]) -> Audience:
    """Open the sockets to all destinations of a session, or none.

    Raises:
        InputError: as `open_listener`, or an encrypted mix cannot be sent there.
    """
    every, sealer = list(wanted), Sealer()
    opened: list[Listener] = []
    with contextlib.ExitStack() as stack:
        stack.callback(sealer.close)
        for one in every:
            for url in one.urls:
                listener = open_listener(one.mix, parse_url(url), one.dscp)
                stack.callback(listener.close)
                if one.key is not None:
                    _seal(listener, one.key, sealer)
                opened.append(listener)
        stack.pop_all()
    return Audience(opened, sealer, {one.mix for one in every if one.key is not None})


def _seal(listener: Listener, key: bytes, sealer: Sealer) -> None:
    try:
        sealer.seal(listener, key)
    except OSError as error:
        raise InputError(
            f"send_to {listener.url} cannot be encrypted ({error.strerror}): "
            "take encrypt out of the mix, or end other programs"
        ) from None
