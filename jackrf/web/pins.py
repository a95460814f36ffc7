"""Certificates that a page knows by their fingerprints: those of WebTransport.

A browser takes any certificate whose SHA-256 the page tells it, and asks no authority; it has to be
of ECDSA, and valid for 14 days at most (W3C WebTransport, section "custom certificate
requirements"). The keys never leave the memory of the process that made them. The next certificate
is known beside the current one, so that a page that has just asked gets in while they change.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VALID: Final = dt.timedelta(days=13)
CHANGED: Final = dt.timedelta(days=6)
"""After which the next one is shown: it is as old then, and is shown for as long again."""
LATEST: Final = CHANGED + dt.timedelta(hours=12)
EARLIER: Final = dt.timedelta(hours=1)
"""Clocks of phones differ."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hexadecimal."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


class Pins:
    """The current certificate and the next one; both change with time.

    Args:
        now: returns the time of day, with its zone.
    """

    def __init__(self, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)) -> None:
        self._now = now
        self._changed = now()
        self._current, self._next = _made(self._changed), _made(self._changed)

    def current(self) -> Pin:
        """Return the one to show, changed where that is due.

        Whoever asks for a page's fingerprints asks here first, so that it need not be asked by a
        timer. After a clock was set, or a machine slept for days, both are made anew.
        """
        now = self._now()
        age = now - self._changed
        if dt.timedelta(0) <= age < CHANGED:
            return self._current
        early = dt.timedelta(0) <= age < LATEST
        self._current, self._next = self._next if early else _made(now), _made(now)
        self._changed = now
        return self._current

    def fingerprints(self) -> list[str]:
        """Return those that a page may meet from now on."""
        return [self.current().fingerprint, self._next.fingerprint]


def _made(now: dt.datetime) -> Pin:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "jackrf")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + VALID)
        # What it says matters to nobody, but Chromium takes none without an extension.
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Pin(certificate, key)
