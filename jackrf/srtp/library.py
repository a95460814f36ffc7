"""libsrtp (RFC 3711), as pylibsrtp brings it: packets and RTCP, sealed and opened."""

from importlib.util import find_spec
from typing import Any

from jackrf.errors import InputError
from jackrf.rtp.crypto import SUITES, Crypto


def check_library(what: str) -> None:
    """Look whether there is a libsrtp.

    Args:
        what: needs it.

    Raises:
        InputError: there is none.
    """
    if find_spec("pylibsrtp") is None:
        raise InputError(
            f'{what} is encrypted, which needs more than jackrf alone: pip install "jackrf[srtp]"'
        )


class Sealer:
    """Seals the packets and RTCP of one sender.

    A packet that never left this machine may give its number to the next one; else nothing is ever
    sealed twice by the same key, SSRC and number, which would tell both (section 9.1).

    Args:
        crypto: of the stream.
    """

    def __init__(self, crypto: Crypto) -> None:
        import pylibsrtp

        policy = _policy(crypto, pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
        policy.allow_repeat_tx = True
        self._session = pylibsrtp.Session(policy)

    def packet(self, data: bytes) -> bytes:
        """Return an RTP packet as it goes out."""
        return bytes(self._session.protect(data))

    def report(self, data: bytes) -> bytes:
        """Return RTCP as it goes out (SRTCP, encrypted and authenticated)."""
        return bytes(self._session.protect_rtcp(data))


class Opener:
    """Opens the packets and RTCP of another.

    Args:
        crypto: of the stream.
    """

    def __init__(self, crypto: Crypto) -> None:
        import pylibsrtp

        self._error = pylibsrtp.Error
        self._session = pylibsrtp.Session(_policy(crypto, pylibsrtp.Policy.SSRC_ANY_INBOUND))

    def packet(self, data: bytes) -> bytes | None:
        """Return the RTP packet that it was; None where it is none, or came before."""
        try:
            return bytes(self._session.unprotect(data))
        except (self._error, ValueError):
            return None

    def report(self, data: bytes) -> bytes | None:
        """Return the RTCP that it was; None where it is none, or came before."""
        try:
            return bytes(self._session.unprotect_rtcp(data))
        except (self._error, ValueError):
            return None


def _policy(crypto: Crypto, whose: int) -> Any:
    import pylibsrtp

    own = pylibsrtp.Policy
    profiles = (own.SRTP_PROFILE_AES128_CM_SHA1_80, own.SRTP_PROFILE_AES128_CM_SHA1_32)
    profile = profiles[SUITES.index(crypto.suite)]
    return own(key=crypto.key, ssrc_type=whose, srtp_profile=profile)
