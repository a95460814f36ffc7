"""Digest authentication (RFC 7616, and RFC 2617 as RTSP players know it): both sides, without I/O.

A server keeps `key` of each PIN and never the PIN. It challenges with SHA-256 first and MD5 after
it (RFC 7616 section 3.7): ffmpeg, GStreamer and VLC know MD5 only, and take the last that they
understand. A nonce belongs to one connection, so an answer that somebody overheard is good on no
other. MD5 of six digits is soon tried out by who listens in: a PIN keeps honest people apart.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

REALM: Final = "jackrf"
ENGINEER_USER: Final = "engineer"
"""With this user name the engineer's PIN opens every mix; a mix's own goes with the mix's id."""

ALGORITHMS: Final[Mapping[str, str]] = {"SHA-256": "sha256", "MD5": "md5"}
"""By the name on the wire; the strongest first."""

LONGEST: Final = 2048
"""Characters of a header that is looked at."""

_PARAMETER: Final = re.compile(
    r'\s*([A-Za-z0-9_-]{1,32})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]*))\s*(?:,|$)'
)


def key(user: str, pin: str, algorithm: str, realm: str = REALM) -> str:
    """Return what stands for a user's PIN: H(A1) of RFC 7616 section 3.4.2, hexadecimal.

    Args:
        user: name.
        pin: or password.
        algorithm: one of `ALGORITHMS`.
        realm: that the server names.
    """
    return _hash(algorithm, f"{user}:{realm}:{pin}")


def _hash(algorithm: str, text: str) -> str:
    return hashlib.new(ALGORITHMS[algorithm], text.encode(), usedforsecurity=False).hexdigest()


def challenges(nonce: str, *, stale: bool = False) -> list[str]:
    """Return the values of the ``WWW-Authenticate`` headers, in this order.

    Args:
        nonce: of this connection, as `new_nonce` makes it.
        stale: whether the user and the PIN may have been right, but not the nonce.
    """
    again = ", stale=TRUE" if stale else ""
    return [
        f'Digest realm="{REALM}", nonce="{nonce}", algorithm={name}{again}' for name in ALGORITHMS
    ]


def new_nonce() -> str:
    """Return a number that nobody has seen before."""
    return secrets.token_hex(16)


def parameters(header: str) -> dict[str, str] | None:
    """Return the parameters of a Digest header, names in lower case; None if it is none."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "digest" or len(header) > LONGEST:
        return None
    found: dict[str, str] = {}
    while rest.strip():
        match = _PARAMETER.match(rest)
        if match is None or match[1].lower() in found:
            return None
        quoted = match[2]
        value = match[3] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        found[match[1].lower()] = value
        rest = rest[match.end() :]
    return found


def _response(
    answer: Mapping[str, str], algorithm: str, known: str, method: str, uri: str
) -> str | None:
    """Return what the right answer is (RFC 7616 section 3.4.1); None for an unknown qop."""
    request = _hash(algorithm, f"{method}:{uri}")
    nonce = answer.get("nonce", "")
    if "qop" not in answer:  # RFC 2617 section 3.2.2.1, as most players do it
        return _hash(algorithm, f"{known}:{nonce}:{request}")
    if answer["qop"] != "auth":
        return None
    counted = f"{nonce}:{answer.get('nc', '')}:{answer.get('cnonce', '')}:auth"
    return _hash(algorithm, f"{known}:{counted}:{request}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an ``Authorization`` header is worth.

    Attributes:
        right: whether it shows that the sender knows a PIN.
        stale: whether it answers another connection's nonce, and a new one is to be tried.
    """

    right: bool
    stale: bool = False


def verify(
    header: str, method: str, uri: str, nonce: str, keys: Mapping[str, Mapping[str, str]]
) -> Verdict:
    """Look at the answer to a challenge.

    Args:
        header: value of ``Authorization``.
        method: of the request.
        uri: of the request; the answer must be made for the same.
        nonce: that was given out on this connection.
        keys: by user name, then by algorithm, what `key` returns.
    """
    answer = parameters(header)
    if answer is None:
        return Verdict(right=False)
    if not hmac.compare_digest(answer.get("nonce", "").encode(), nonce.encode()):
        return Verdict(right=False, stale=True)
    algorithm = answer.get("algorithm", "MD5").upper()
    known = keys.get(answer.get("username", ""), {}).get(algorithm)
    if known is None or answer.get("uri") != uri:
        return Verdict(right=False)
    right = _response(answer, algorithm, known, method, uri)
    given = answer.get("response", "").lower()
    return Verdict(right is not None and hmac.compare_digest(given.encode(), right.encode()))


def respond(offered: Sequence[str], user: str, pin: str, method: str, uri: str) -> str | None:
    """Return the value of ``Authorization`` that answers a server; None if none can be answered.

    Args:
        offered: the values of its ``WWW-Authenticate`` headers; the first known one is taken.
        user: name.
        pin: or password.
        method: of the request.
        uri: of the request.
    """
    for header in offered:
        challenge = parameters(header)
        if challenge is None:
            continue
        algorithm = challenge.get("algorithm", "MD5").upper()
        qops = [one.strip() for one in challenge.get("qop", "").split(",") if one.strip()]
        if algorithm not in ALGORITHMS or (qops and "auth" not in qops):
            continue
        realm = challenge.get("realm", "")
        answer = {"username": user, "realm": realm, "nonce": challenge.get("nonce", ""), "uri": uri}
        if qops:
            answer |= {"qop": "auth", "nc": "00000001", "cnonce": secrets.token_hex(8)}
        known = key(user, pin, algorithm, realm)
        answer["response"] = _response(answer, algorithm, known, method, uri) or ""
        words = [f'{name}="{_escaped(value)}"' for name, value in answer.items()]
        if "algorithm" in challenge:
            words.append(f"algorithm={algorithm}")
        return "Digest " + ", ".join(words)
    return None


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
