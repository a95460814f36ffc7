"""PINs that open a mix, or all of them: made, kept as hashes, and checked; and keys of mixes.

A surface changes a mix with its PIN, and a listener hears it. PINs stand in ``secrets.toml`` beside
the session, which only its owner may read, so that the session itself can be given away. What is
there are hashes: salted ones for surfaces, and for listeners what Digest authentication needs. A
PIN is shown once, when it is made. Four or six digits are soon tried out by who has that file, and
OSC over UDP is clear text: a PIN keeps honest people apart and stops nobody who listens in.

The keys by which the session sends its encrypted mixes stand there, too, as they are.
"""

import hashlib
import hmac
import secrets
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jackrf.errors import InputError
from jackrf.lan import digest, private

ENGINEER = ""
"""Stands where a mix's id would: mixes have ids of at least one character."""
FILE_NAME = "secrets.toml"
EMPTY = '""'
"""How TOML writes `ENGINEER` for a key."""
DIGITS = 6
LONGEST = 32
"""Characters of what is looked at as a PIN; the time to hash it is the same for all of them."""

_HEAD = """\
# Hashes of the PINs of jackrf's mixes, and keys of encrypted ones (SRTP, by which `send_to` sends).
# `jackrf pin MIX` makes a new PIN; without its line a mix gets a new key at the next start.
# Keep this file to yourself; the session beside it can be shared.
"""


@dataclass(slots=True)
class Pins:
    """Hashes of PINs, by mix id, and `ENGINEER`.

    Attributes:
        salt: one for all, so that one hash answers whose PIN it is.
        hashes: hexadecimal.
        digests: the same PINs for listeners, by algorithm and then as `hashes`.
        srtp: keys of encrypted mixes, hexadecimal, by mix id.
    """

    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    hashes: dict[str, str] = field(default_factory=dict)
    digests: dict[str, dict[str, str]] = field(default_factory=dict)
    srtp: dict[str, str] = field(default_factory=dict, repr=False)

    def make(self, whose: str) -> str:
        """Make a new PIN that nobody else has, and keep its hash in place of the old one.

        Args:
            whose: a mix's id, or `ENGINEER`.
        """
        while True:
            pin = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
            hashed = self._hash(pin)
            if hashed not in self.hashes.values():
                self.hashes[whose] = hashed
                for name in digest.ALGORITHMS:
                    kept = digest.key(user_of(whose), pin, name)
                    self.digests.setdefault(name, {})[whose] = kept
                return pin

    def keys(self, mix: str) -> dict[str, dict[str, str]] | None:
        """Return what opens a mix for listeners, as `jackrf.lan.digest.verify` takes it.

        None if it is open to everybody; nothing in it if its PIN is of a jackrf that did not
        keep one for listeners.
        """
        if mix not in self.hashes:
            return None
        found: dict[str, dict[str, str]] = {}
        for name, known in self.digests.items():
            # The mix's own last: a mix may be called as the engineer is.
            for whose in (ENGINEER, mix):
                if whose in known:
                    found.setdefault(user_of(whose), {})[name] = known[whose]
        return found

    def whose(self, pin: str) -> str | None:
        """Return the mix's id, or `ENGINEER`, that a PIN stands for; None if it is wrong.

        It takes about 10 ms, right or wrong.
        """
        hashed = self._hash(pin[:LONGEST])
        found = None
        for whose, known in self.hashes.items():
            if hmac.compare_digest(hashed, known):
                found = whose
        return found

    def _hash(self, pin: str) -> str:
        return hashlib.scrypt(pin.encode(), salt=self.salt, n=4096, r=8, p=1, dklen=32).hex()


class PinFile:
    """The file of the PINs, looked at anew each time: several sessions of a folder share it.

    Args:
        path: of ``secrets.toml``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def check(self) -> None:
        """Look whether the file is in order.

        Raises:
            InputError: it cannot be read, or others may read it too.
        """
        load(self.path)

    def make(self, whose: str) -> str:
        """Make a new PIN for a mix or for `ENGINEER` and write the file.

        Raises:
            InputError: the file cannot be read or written.
        """
        pins = load(self.path)
        pin = pins.make(whose)
        save(self.path, pins)
        return pin

    def key(self, mix: str, made: bytes) -> bytes:
        """Return the key of an encrypted mix.

        Args:
            mix: its id.
            made: what is kept for it from now on, where it has none.

        Raises:
            InputError: the file cannot be read or written.
        """
        pins = load(self.path)
        if mix not in pins.srtp:
            pins.srtp[mix] = made.hex()
            save(self.path, pins)
        found = bytes.fromhex(pins.srtp[mix])
        if len(found) != len(made):
            raise InputError(
                f"{self.path} has a key of {len(found)} bytes for {mix!r}, not {len(made)}: "
                "remove that line, and a new one is made"
            )
        return found

    def whose(self, pin: str) -> str | None:
        """Return whose PIN it is, as `Pins.whose` does; None while the file cannot be read."""
        try:
            return load(self.path).whose(pin)
        except InputError:
            return None

    def keys(self, mix: str) -> dict[str, dict[str, str]] | None:
        """Return what opens a mix for listeners, as `Pins.keys` does.

        While the file cannot be read, nothing opens any mix.
        """
        try:
            return load(self.path).keys(mix)
        except InputError:
            return {}


def user_of(whose: str) -> str:
    """Return the user name that goes with a PIN: the mix's id, or the engineer's."""
    return digest.ENGINEER_USER if whose == ENGINEER else whose


def load(path: Path) -> Pins:
    """Read the file; without one there are no PINs.

    Raises:
        InputError: it cannot be read, or others may read it too.
    """
    try:
        table = tomllib.loads(private.read(path).decode())
    except FileNotFoundError:
        return Pins()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise InputError(f"{path} is not TOML: {_remedy(path)}") from None
    return _parse(path, table)


def _parse(path: Path, table: dict[str, Any]) -> Pins:
    try:
        salt = bytes.fromhex(table["salt"])
        found = dict(table.get("mixes", {}))
        if "engineer" in table:
            found[ENGINEER] = table["engineer"]
        hashes = _hexadecimal(found)
        digests = {name: _hexadecimal(dict(known)) for name, known in _digests(table).items()}
        srtp = _hexadecimal(dict(table.get("srtp", {})))
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{path} is not a list of PINs: {_remedy(path)}") from None
    return Pins(salt, hashes, digests, srtp)


def _digests(table: dict[str, Any]) -> dict[str, Any]:
    return {
        name: known
        for name, known in dict(table.get("digests", {})).items()
        if name in digest.ALGORITHMS
    }


def _hexadecimal(found: dict[str, Any]) -> dict[str, str]:
    return {whose: bytes.fromhex(text).hex() for whose, text in found.items()}


def _remedy(path: Path) -> str:
    return f"remove it ({path.name} is made again) and give out new PINs with jackrf pin MIX"


def save(path: Path, pins: Pins) -> None:
    """Write the file, readable by its owner only: the old one is there until the new one is whole.

    Raises:
        InputError: it cannot be written.
    """
    lines = [_HEAD, f'salt = "{pins.salt.hex()}"']
    if ENGINEER in pins.hashes:
        lines.append(f'engineer = "{pins.hashes[ENGINEER]}"')
    lines.append("\n[mixes]")
    lines += [f'{mix} = "{text}"' for mix, text in pins.hashes.items() if mix != ENGINEER]
    for name, known in pins.digests.items():
        lines.append(f"\n[digests.{name}]")
        lines += [f'{mix or EMPTY} = "{text}"' for mix, text in known.items()]
    if pins.srtp:
        lines.append("\n[srtp]")
        lines += [f'{mix} = "{text}"' for mix, text in pins.srtp.items()]
    try:
        private.write(path, ("\n".join(lines) + "\n").encode())
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
