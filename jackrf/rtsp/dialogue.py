"""RTSP as a listener speaks it (RFC 2326): DESCRIBE, SETUP, PLAY, signs of life, TEARDOWN. Sans-IO.

write(dialogue.begin())
dialogue.feed(octets)
while (step := dialogue.next()) is not None:
    write(step.say)             # and step.frame is audio, where that is interleaved
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from jackrf.errors import InputError, JackrfError
from jackrf.lan.digest import respond
from jackrf.rtp.sdp import Offer, SdpError, parse
from jackrf.rtsp.messages import (
    OF_A_SERVER,
    Frame,
    MalformedError,
    Reader,
    Response,
    write_frame,
    write_request,
)
from jackrf.rtsp.transport import asked, granted_channels

DEFAULT_PORT: Final = 554
"""Of RTSP (section 3.2), where a URL names none."""
TIMEOUT: Final = 60.0
"""Seconds that a session lives without a sign of life, where its server names none."""
AGENT: Final = "jackrf"

_TIMEOUT: Final = re.compile(r"timeout\s*=\s*(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Target:
    """What a ``rtsp://`` URL names.

    Attributes:
        url: for the server, without user and PIN.
        host: name or address.
        port: TCP.
        user: '' for none.
        pin: '' for none.
        over_tcp: whether the audio comes on the connection itself.
    """

    url: str
    host: str
    port: int
    user: str = ""
    pin: str = ""
    over_tcp: bool = False


def parse_target(url: str) -> Target:
    """Return what a ``rtsp://HOST:PORT/MIX`` names; ``rtspt://`` asks for audio over TCP.

    Raises:
        InputError: it is no such URL.
    """
    allowed = "allowed is rtsp://[USER:PIN@]HOST[:PORT]/MIX, or rtspt:// for TCP"
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORT
    except ValueError as error:
        raise InputError(f"{url!r} is no address ({error}): {allowed}") from None
    if parts.scheme not in ("rtsp", "rtspt") or not parts.hostname or not parts.path.strip("/"):
        raise InputError(f"{url!r} names no mix: {allowed}")
    plain = url.partition("://")[2].rpartition("@")[2]
    if not plain.isascii() or not plain.isprintable() or " " in plain:
        raise InputError(f"{url!r} has characters that no URL has: {allowed}")
    user, pin = unquote(parts.username or ""), unquote(parts.password or "")
    return Target(f"rtsp://{plain}", parts.hostname, port, user, pin, parts.scheme == "rtspt")


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done after something has come.

    Attributes:
        say: octets to write.
        frame: an interleaved one, for the receiver.
    """

    say: bytes = b""
    frame: Frame | None = None


class Dialogue:
    """One listener's connection to one server.

    Attributes:
        offer: what the server's SDP says of the stream; None before it has come.
        playing: whether the server has begun to send.
        channels: of RTP and RTCP, where they are interleaved; None over UDP.
        timeout: seconds within which the server wants a sign of life.

    Args:
        target: what is to be heard.
        local_port: our UDP port for RTP, with the one above it for RTCP; None for interleaved.
    """

    def __init__(self, target: Target, local_port: int | None) -> None:
        self.offer: Offer | None = None
        self.playing = False
        self.channels: tuple[int, int] | None = None
        self.timeout = TIMEOUT
        self._target = target
        self._local_port = local_port
        self._reader = Reader(OF_A_SERVER)
        self._cseq = 0
        self._asked: tuple[str, str] = ("", "")
        self._waiting = False
        self._challenges: list[str] = []
        self._shown = False
        self._session = ""
        self._base = target.url

    def begin(self) -> bytes:
        """Return the first request."""
        return self._ask("DESCRIBE", self._target.url)

    def keep_alive(self) -> bytes:
        """Return a sign of life; nothing while a request waits for its answer."""
        return b"" if self._waiting else self._ask("GET_PARAMETER", self._base)

    def leave(self) -> bytes:
        """Return the request that ends the session; nothing without one."""
        return self._ask("TEARDOWN", self._base) if self._session else b""

    def report(self, data: bytes) -> bytes:
        """Return an RTCP packet as it goes to the server where RTP is interleaved."""
        return b"" if self.channels is None else write_frame(self.channels[1], data)

    def feed(self, data: bytes) -> None:
        """Take in octets; call :meth:`next` until it returns None afterwards."""
        self._reader.feed(data)

    def next(self) -> Step | None:
        """Return what is to be done about the next whole thing; None until there is one.

        Raises:
            InputError: the server has no such mix, or wants another PIN.
            JackrfError: it refuses, or is no RTSP server.
        """
        try:
            item = self._reader.next()
        except MalformedError as error:
            raise JackrfError(f"{self._where} speaks no RTSP ({error})") from None
        if item is None:
            return None
        if isinstance(item, Frame):
            return Step(frame=item)
        if not isinstance(item, Response) or item.header("cseq") != str(self._cseq):
            # A server's own requests, and answers to what is not asked any more.
            return Step()
        self._waiting = False
        return Step(self._answered(item))

    @property
    def _where(self) -> str:
        return f"{self._target.host} port {self._target.port}"

    def _ask(self, method: str, url: str, *headers: tuple[str, str]) -> bytes:
        self._cseq += 1
        self._asked, self._waiting = (method, url), True
        told = [("CSeq", str(self._cseq)), ("User-Agent", AGENT), *headers]
        if self._session:
            told.append(("Session", self._session))
        user, pin = self._target.user, self._target.pin
        if self._challenges and (user or pin):
            answer = respond(self._challenges, user, pin, method, url)
            told += [] if answer is None else [("Authorization", answer)]
        return write_request(method, url, told)

    def _answered(self, response: Response) -> bytes:
        method, url = self._asked
        if response.status == 401:
            return self._show_pin(response)
        if method in {"GET_PARAMETER", "TEARDOWN"} and response.status != 454:
            # Any answer to a sign of life is one; servers that do not know it say so.
            return b""
        if response.status != 200:
            raise self._refusal(response)
        self._shown = False
        if method == "DESCRIBE":
            return self._set_up(response, url)
        if method == "SETUP":
            return self._start(response)
        self.playing = True
        return b""

    def _show_pin(self, response: Response) -> bytes:
        stale = any("stale=true" in one.lower() for one in response.all("www-authenticate"))
        user, pin = self._target.user, self._target.pin
        if not (user or pin):
            raise InputError(
                f"{self._target.url} wants a PIN: write rtsp://MIX:PIN@...; `jackrf pin MIX` "
                "makes one"
            )
        if self._shown and not stale:
            raise InputError(
                f"{self._target.url} takes another PIN than this: write rtsp://MIX:PIN@..., the "
                "mix's id before the PIN"
            )
        self._challenges, self._shown = response.all("www-authenticate"), True
        if respond(self._challenges, user, pin, *self._asked) is None:
            raise JackrfError(f"{self._where} asks for a PIN in a way that jackrf does not know")
        method, url = self._asked
        headers = [self._transport] if method == "SETUP" else []
        return self._ask(method, url, *headers)

    def _refusal(self, response: Response) -> JackrfError:
        mended = {
            403: ": jackrf status there says what mends it",
            453: ": it has as many listeners as it takes",
            461: ": try rtspt://, audio over TCP" * (self._local_port is not None),
            503: ": its JACK server is away",
        }
        text = f"{self._target.url}: {response.status} {response.reason}"
        if response.status == 404:
            return InputError(f"{text}: there is no such mix; jackrf status there shows them")
        return JackrfError(text + mended.get(response.status, ""))

    @property
    def _transport(self) -> tuple[str, str]:
        encrypted = self.offer is not None and self.offer.crypto is not None
        return "Transport", asked(self._local_port, encrypted=encrypted)

    def _set_up(self, response: Response, url: str) -> bytes:
        try:
            self.offer = parse(response.body.decode(errors="replace"))
        except SdpError as error:
            raise InputError(f"{self._target.url}: {error}") from None
        if self.offer.crypto is not None and self._local_port is None:
            raise InputError(f"{self._target.url} is encrypted, and goes over UDP: write rtsp://")
        # Section C.1.1: what stands before relative names, in this order.
        known = (response.header("content-base"), response.header("content-location"), url)
        self._base = next(one for one in known if one)
        control = self.offer.control
        stream = self._base if control in ("", "*") else joined(self._base, control)
        return self._ask("SETUP", stream, self._transport)

    def _start(self, response: Response) -> bytes:
        session, _, rest = (response.header("session") or "").partition(";")
        if not session.strip():
            raise JackrfError(f"{self._where} names no session")
        self._session = session.strip()
        found = _TIMEOUT.search(rest)
        self.timeout = max(2.0, float(found[1])) if found else TIMEOUT
        if self._local_port is None:
            self.channels = granted_channels(response.header("transport") or "")
            if self.channels is None:
                raise JackrfError(f"{self._where} grants no audio over TCP")
        return self._ask("PLAY", self._base, ("Range", "npt=now-"))


def joined(base: str, control: str) -> str:
    """Return the URL of a stream: its ``a=control``, absolute or below the base."""
    if "://" in control:
        return control
    # urljoin knows the scheme http, and takes rtsp for one without relative names.
    whole = urljoin(base.replace("rtsp://", "http://", 1), control)
    return whole.replace("http://", "rtsp://", 1)
