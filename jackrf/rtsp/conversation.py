"""One RTSP connection as a server sees it (RFC 2326): sans-IO, and time is an argument.

    conversation.feed(octets)
    while (turn := conversation.next(now)) is not None:
        write(turn.reply)
        if turn.play is not None:
            turn.play.play()

A session belongs to the connection that set it up, and ends with it: a listener whose player is
gone is sent nothing. It hears one mix. Its audio goes to the host at the other end of the
connection, which TCP's handshake has proved, and to no other.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Final

from jackrf.lan.digest import new_nonce
from jackrf.rtsp.admission import Admission
from jackrf.rtsp.house import Headers, House, RefusedError, Seat, mix_of
from jackrf.rtsp.messages import (
    Frame,
    Item,
    MalformedError,
    Reader,
    Request,
    Response,
    write_response,
)
from jackrf.rtsp.refusals import Reason
from jackrf.rtsp.transport import granted, offered

SESSION_SECONDS: Final = 60
"""A session of which nothing is heard for so long is over (section 12.37)."""
REQUEST_SECONDS: Final = 10.0
"""Within which a request that has begun must be whole, and who is connected must ask for one."""
METHODS: Final = (
    "OPTIONS",
    "DESCRIBE",
    "SETUP",
    "PLAY",
    "PAUSE",
    "TEARDOWN",
    "GET_PARAMETER",
    "SET_PARAMETER",
)

_CSEQ: Final = re.compile(r"[0-9]{1,10}")

Answer = tuple[Headers, bytes]
"""Headers and body of a response that says 200."""

METHODS_TOLD: Final[Headers] = [("Public", ", ".join(METHODS))]


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be done after one message.

    Attributes:
        reply: octets to write; none for some messages.
        play: the seat that begins to hear once the reply is on its way.
    """

    reply: bytes = b""
    play: Seat | None = None


class Conversation:
    """One connection.

    Attributes:
        closing: whether it is to be closed once what is written has gone out.
        seat: of its session; None without one.

    Args:
        host: numeric address of the other end.
        house: where the mixes are.
        admission: who may hear what.
        now: monotonic seconds.
    """

    def __init__(self, host: str, house: House, admission: Admission, now: float) -> None:
        self.closing = False
        self.seat: Seat | None = None
        self._host = host
        self._house = house
        self._admission = admission
        self._reader = Reader()
        self._nonce = new_nonce()
        self._session = ""
        self._mix = ""
        self._url = ""
        self._playing = False
        self._heard_at = now
        self._begun_at: float | None = None

    def feed(self, data: bytes) -> None:
        """Take in octets; call :meth:`next` until it returns None afterwards."""
        self._reader.feed(data)

    def next(self, now: float) -> Turn | None:
        """Return what is to be done after the next whole message; None until there is one.

        Args:
            now: monotonic seconds.
        """
        if self.closing:
            return None
        try:
            item = self._reader.next()
        except MalformedError as error:
            self._admission.refuse(self._host, Reason.MALFORMED, str(error))
            self.closing = True
            return Turn(write_response(400, None, [("Connection", "close")]))
        if item is None:
            if self._begun_at is None and self._reader.unfinished:
                self._begun_at = now
            return None
        self._heard_at, self._begun_at = now, None
        return self._turn(item, now)

    def tick(self, now: float) -> None:
        """Look whether it is over: a request that drips in, or nothing heard for too long."""
        patience = SESSION_SECONDS if self.seat is not None else REQUEST_SECONDS
        dripping = self._begun_at is not None and now - self._begun_at > REQUEST_SECONDS
        over = self.seat is not None and self.seat.is_over
        if over or dripping or now - self._heard_at > patience:
            self.closing = True

    def close(self) -> None:
        """End its session. Harmless when called again."""
        if self.seat is not None:
            self.seat.close()
            self._admission.stand_up(self._host)
        self.seat, self._playing = None, False

    def _turn(self, item: Item, now: float) -> Turn:
        if isinstance(item, Frame | Response):
            if isinstance(item, Frame) and self.seat is not None:
                self.seat.hear(item.channel, item.data)
            return Turn()
        cseq = item.header("cseq")
        if cseq is None or _CSEQ.fullmatch(cseq) is None:
            self._admission.refuse(self._host, Reason.MALFORMED, "no CSeq")
            return Turn(write_response(400, None))
        began = self._playing
        try:
            self._check(item)
            headers, body = self._answer(item, now)
        except RefusedError as error:
            return Turn(write_response(error.status, cseq, error.headers))
        if self.seat is not None:
            session = ("Session", f"{self._session};timeout={SESSION_SECONDS}")
            headers = [*headers, session]
        play = self.seat if self._playing and not began else None
        return Turn(write_response(200, cseq, headers, body), play)

    def _check(self, request: Request) -> None:
        """Raise where a request is for nobody, whatever its method."""
        if request.version != (1, 0):
            raise RefusedError(505)
        if required := request.all("require") + request.all("proxy-require"):
            raise RefusedError(551, [("Unsupported", ", ".join(required)[:256])])
        if request.method not in METHODS:
            raise RefusedError(501, METHODS_TOLD)
        named = request.header("session")
        if named is not None and not self._is_ours(named):
            raise RefusedError(454)

    def _answer(self, request: Request, now: float) -> Answer:
        match request.method:
            case "OPTIONS":
                answer: Answer = METHODS_TOLD, b""
            case "DESCRIBE":
                answer = self._describe(request, now)
            case "SETUP":
                answer = self._setup(request, now)
            case "PLAY":
                answer = self._play(request)
            case "PAUSE":
                answer = self._pause(request)
            case "TEARDOWN":
                answer = self._teardown(request)
            case _:
                answer = self._parameter(request)
        return answer

    def _is_ours(self, named: str) -> bool:
        given = named.partition(";")[0].strip().encode()
        return self.seat is not None and secrets.compare_digest(given, self._session.encode())

    def _parameter(self, request: Request) -> Answer:
        # Without a body it says that somebody is there (section 10.8); we have no parameters.
        if request.body:
            raise RefusedError(451)
        return [], b""

    def _admitted(self, request: Request, now: float) -> str:
        """Return the mix that a request is for, and that it may hear."""
        mix = mix_of(request.url)
        if mix is None or not self._admission.knows(mix, self._host):
            raise RefusedError(404)
        shown = request.header("authorization")
        method, url = request.method, request.url
        found = self._admission.look(self._host, mix, method, url, shown, self._nonce, now)
        if found.status != 200:
            told = [("WWW-Authenticate", one) for one in found.challenges]
            raise RefusedError(found.status, told)
        return mix

    def _describe(self, request: Request, now: float) -> Answer:
        mix = self._admitted(request, now)
        accepted = request.header("accept")
        if accepted is not None and not re.search(r"application/(sdp|\*)|\*/\*", accepted):
            raise RefusedError(406)
        text = self._house.describe(mix)
        base = request.url if request.url.endswith("/") else f"{request.url}/"
        return [("Content-Base", base), ("Content-Type", "application/sdp")], text.encode()

    def _setup(self, request: Request, now: float) -> Answer:
        mix = self._admitted(request, now)
        if self._playing:
            raise RefusedError(455)
        wanted = offered(request.header("transport") or "")
        if not wanted:
            self._admission.refuse(self._host, Reason.TRANSPORT, mix, mix)
            raise RefusedError(461)
        chosen = wanted[0]
        if chosen.destination not in (None, self._host):
            self._admission.refuse(self._host, Reason.ELSEWHERE, mix, mix)
            raise RefusedError(403)
        # A player that changes its mind sets up once more, before it plays.
        self.close()
        if not self._admission.sit(self._host, mix):
            raise RefusedError(453)
        try:
            self.seat = self._house.seat(mix, chosen)
        except RefusedError:
            self._admission.stand_up(self._host)
            raise
        self._session, self._mix, self._url = secrets.token_hex(8), mix, request.url
        header = granted(chosen, self.seat.server_port, self.seat.ssrc)
        return [("Transport", header)], b""

    def _seated(self, request: Request) -> Seat:
        """Return the seat of the session that a request names."""
        if request.header("session") is None or self.seat is None:
            raise RefusedError(454)
        if mix_of(request.url) != self._mix:
            raise RefusedError(404)
        return self.seat

    def _play(self, request: Request) -> Answer:
        seat = self._seated(request)
        self._playing = True
        sequence, timestamp = seat.begins_at()
        told = "" if sequence is None else f";seq={sequence}"
        where = f"url={self._url}{told};rtptime={timestamp}"
        return [("Range", "npt=now-"), ("RTP-Info", where)], b""

    def _pause(self, request: Request) -> Answer:
        self._seated(request).pause()
        self._playing = False
        return [], b""

    def _teardown(self, request: Request) -> Answer:
        self._seated(request)
        self.close()
        return [], b""
