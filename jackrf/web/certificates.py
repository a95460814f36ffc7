"""Certificates for https in a network without names: an authority of one's own, and what it signs.

A browser gives the good sound output, a screen that stays on, and an icon on the home screen to
pages over https alone. Whoever runs jackrf may have a certificate; for all others jackrf is an
authority that signs one for the addresses of this machine. People either click the browser's
warning away, or install the authority's certificate, for which ``/install`` leads the way. So that
nobody has to trust us with their bank, the authority can vouch for private addresses, names ending
in ``.local`` and this machine's own name alone (RFC 5280 section 4.2.1.10). Its key never leaves
this machine.
"""

import datetime as dt
import ipaddress
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from jackrf.errors import InputError
from jackrf.lan import private

AUTHORITY_DAYS: Final = 3650
LEAF_DAYS: Final = 397
"""Browsers refuse what is valid for longer than 398 days."""
RENEW_DAYS: Final = 60
"""A certificate with less than this left is made anew."""
PRIVATE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")
PRIVATE_6: Final = ("fc00::/7", "fe80::/10", "::1/128")

Key = ec.EllipticCurvePrivateKey


class Certificates:
    """The certificate of this machine.

    Attributes:
        authority: of the certificate that people may install; None where they bring their own.

    Args:
        folder: where what is made is kept.
        own: a certificate and its key that somebody else signed, None for none.
        addresses: returns those of this machine.
        now: returns the time, with its zone.
    """

    def __init__(
        self,
        folder: Path,
        own: tuple[Path, Path] | None,
        addresses: Callable[[], Sequence[str]],
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._folder = folder
        self._own = own
        self._addresses = addresses
        self._now = now
        self.authority = None if own is not None else folder / "ca.crt"

    def current(self) -> tuple[Path, Path]:
        """Return the paths of certificate and key, made or renewed where that is due.

        Raises:
            InputError: they cannot be read or written.
        """
        if self._own is not None:
            return self._own
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return self._signed()
        except (OSError, ValueError) as error:
            raise InputError(
                f"the certificate of the web page cannot be kept in {self._folder} ({error}): "
                "make that folder yours, or remove what is in it"
            ) from None

    def _signed(self) -> tuple[Path, Path]:
        certificate, key = self._folder / "web.crt", self._folder / "web.crt.key"
        authority, secret = self._have_authority()
        names = _names(self._addresses())
        if self._is_good(certificate, key, authority, names):
            return certificate, key
        fresh = ec.generate_private_key(ec.SECP256R1())
        now = self._now()
        made = (
            _builder(_name("jackrf on " + socket.gethostname()), fresh, now, LEAF_DAYS)
            .issuer_name(authority.subject)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(secret.public_key()),
                critical=False,
            )
            .sign(secret, hashes.SHA256())
        )
        private.write(key, _pem(fresh))
        private.write(certificate, made.public_bytes(_PEM) + authority.public_bytes(_PEM))
        return certificate, key

    def _is_good(
        self, path: Path, key: Path, authority: x509.Certificate, names: Sequence[x509.GeneralName]
    ) -> bool:
        """Return whether a certificate is still of use; what is torn or does not fit is not."""
        try:
            found = x509.load_pem_x509_certificate(path.read_bytes())
            secret = serialization.load_pem_private_key(private.read(key), None)
            found.verify_directly_issued_by(authority)
            own = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except (FileNotFoundError, ValueError, InvalidSignature, x509.ExtensionNotFound):
            return False
        left = found.not_valid_after_utc - self._now()
        fits = found.public_key() == secret.public_key()
        return fits and set(names) <= set(own) and left.days >= RENEW_DAYS

    def _have_authority(self) -> tuple[x509.Certificate, Key]:
        certificate, key = self._folder / "ca.crt", self._folder / "ca.key"
        if certificate.exists() and key.exists():
            found = x509.load_pem_x509_certificate(certificate.read_bytes())
            secret = serialization.load_pem_private_key(private.read(key), None)
            left = found.not_valid_after_utc - self._now()
            # A power cut between the two leaves what does not fit.
            fits = found.public_key() == secret.public_key()
            if isinstance(secret, ec.EllipticCurvePrivateKey) and fits and left.days >= LEAF_DAYS:
                return found, secret
        secret = ec.generate_private_key(ec.SECP256R1())
        name = _name(f"jackrf authority of {socket.gethostname()}")
        permitted: list[x509.GeneralName] = [
            x509.IPAddress(ipaddress.ip_network(one)) for one in (*PRIVATE, *PRIVATE_6)
        ]
        permitted += [x509.DNSName("local"), x509.DNSName("localhost")]
        permitted.append(x509.DNSName(socket.gethostname()))
        made = (
            _builder(name, secret, self._now(), AUTHORITY_DAYS)
            .issuer_name(name)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.NameConstraints(permitted, None), critical=True)
            .add_extension(_SIGNS_CERTIFICATES, critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(secret.public_key()), critical=False
            )
            .sign(secret, hashes.SHA256())
        )
        private.write(key, _pem(secret))
        private.write(certificate, made.public_bytes(_PEM))
        return made, secret


_PEM = serialization.Encoding.PEM
_SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _builder(name: x509.Name, key: Key, now: dt.datetime, days: int) -> x509.CertificateBuilder:
    # An hour back: clocks of phones differ.
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=days))
    )


def _names(addresses: Sequence[str]) -> list[x509.GeneralName]:
    """Return how this machine is asked for: by its private addresses and by its names."""
    own = socket.gethostname()
    found: dict[x509.GeneralName, None] = {}
    for one in map(ipaddress.ip_address, ("127.0.0.1", *addresses)):
        if any(one in ipaddress.ip_network(net) for net in (*PRIVATE, *PRIVATE_6)):
            found[x509.IPAddress(one)] = None
    for name in ("localhost", own, f"{own.removesuffix('.local')}.local"):
        found[x509.DNSName(name)] = None
    return list(found)


def _pem(key: Key) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
