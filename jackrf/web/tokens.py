"""Tokens: what stands in the link that lets a browser into a mix, and what each may do.

Who has a token needs no PIN. All are made from one secret beside the session, ``web.key``, which
only its owner may read, so a link stays good after a restart. Removing that file and starting again
makes every link that was given out worthless.
"""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jackrf.errors import InputError
from jackrf.lan import private

FILE_NAME = "web.key"
TOKEN_BYTES = 16
_KEY_BYTES = 32

WebRole = Literal["observer", "musician", "engineer"]
"""observer: hears the mix and sees its meters; musician: moves it; engineer: hears and moves all"""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token stands for.

    Attributes:
        token: as it stands in a link.
        role: what it allows.
        mix: id of the mix; None for the engineer's.
    """

    token: str
    role: WebRole
    mix: str | None


class Tokens:
    """Makes tokens.

    Args:
        key: the secret.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def grant(self, role: WebRole, mix: str | None) -> Grant:
        """Return the token of a role, always the same one."""
        digest = hmac.digest(self._key, f"{role}/{mix or ''}".encode(), hashlib.sha256)
        token = base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode().rstrip("=")
        return Grant(token, role, mix)

    def grants(self, mixes: Iterable[str]) -> list[Grant]:
        """Return all tokens that open anything."""
        roles: tuple[WebRole, ...] = ("musician", "observer")
        own = [self.grant(role, mix) for mix in mixes for role in roles]
        return [*own, self.grant("engineer", None)]


def load_tokens(folder: Path) -> Tokens:
    """Read the secret beside a session; make one where there is none.

    Raises:
        InputError: it cannot be read or written, or others may read it too.
    """
    path = folder / FILE_NAME
    try:
        with contextlib.suppress(FileExistsError):
            _make(path)
        key = bytes.fromhex(private.read(path).decode("ascii"))
    except OSError as error:
        raise InputError(f"{path} cannot be had: {error.strerror}") from None
    except ValueError:
        key = b""
    if len(key) < _KEY_BYTES:
        raise InputError(f"{path} is no key: remove it (it is made again) and give out new links")
    return Tokens(key)


def _make(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(_KEY_BYTES) + "\n")
