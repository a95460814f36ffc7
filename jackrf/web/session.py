"""One browser by WebTransport: a connection of QUIC, a session of HTTP/3 in it, and what is said.

Whoever is refused before the session is open tries the WebSocket, which has a sentence for each
reason. What is open has one stream, which the page opens, with a line of JSON for each thing that
is said (`jackrf.web.talk`).
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3Connection
from aioquic.h3.events import DataReceived, H3Event, HeadersReceived, WebTransportStreamDataReceived
from aioquic.quic.connection import QuicConnection
from aioquic.quic.events import ConnectionTerminated, ProtocolNegotiated, QuicEvent, StreamReset

from jackrf.web.datagrams import DatagramWay
from jackrf.web.feed import Feed
from jackrf.web.gate import Gate, pages_of
from jackrf.web.listener import Listener
from jackrf.web.plan import Plan
from jackrf.web.talk import (
    FIRST_WORD_SECONDS,
    MOST_SAID,
    TOO_MUCH,
    admitted,
    answer,
    hello,
    understood,
)

PATH: Final = "/wt/listen"
IDLE_SECONDS: Final = 30.0
"""A page that says nothing for so long has gone; it says how it is each two seconds."""
GOODBYE_SECONDS: Final = 0.5
_STATUS: Final = {"limited": b"429", "full": b"503"}


@dataclass(slots=True)
class Site:
    """What all sessions share.

    Attributes:
        plan: what there is.
        gate: decides who is let in.
        feeds: by mix id.
        sessions: those that are open.
    """

    plan: Plan
    gate: Gate
    feeds: Mapping[str, Feed]
    sessions: "set[Session]" = field(default_factory=set)


class Http(H3Connection):
    """HTTP/3 with the settings by which Safari, too, knows that sessions can be had."""

    def _get_local_settings(self) -> dict[int, int]:
        # SETTINGS_WT_MAX_SESSIONS of draft 7, and of draft 13 and later; more than one session in
        # a connection would need flow control of their own.
        return super()._get_local_settings() | {0xC671706A: 1, 0x14E9CD29: 1}


class Session(QuicConnectionProtocol):
    """One browser.

    Attributes:
        host: where it is.

    Args:
        quic: of its connection.
        site: that it came to.
        host: where it is.
    """

    def __init__(self, quic: QuicConnection, site: Site, host: str) -> None:
        super().__init__(quic)
        self.host = host
        self._site = site
        self._http: Http | None = None
        self._number: int | None = None
        self._stream: int | None = None
        self._said = b""
        self._heard: tuple[Feed, Listener, DatagramWay] | None = None
        self._is_leaving = False
        self._patience = self._loop.call_later(FIRST_WORD_SECONDS, self._fall_silent, "silent")

    def quic_event_received(self, event: QuicEvent) -> None:
        """Take in what happens in the connection."""
        if isinstance(event, ConnectionTerminated):
            self._leave()
        elif isinstance(event, ProtocolNegotiated):
            self._http = Http(self._quic, enable_webtransport=True)
        elif isinstance(event, StreamReset) and event.stream_id in (self._number, self._stream):
            self._end()
        elif self._http is not None and not self._is_leaving:
            for one in self._http.handle_event(event):
                self._take(self._http, one)

    def _take(self, http: Http, event: H3Event) -> None:
        if isinstance(event, HeadersReceived):
            self._open(http, event)
        elif isinstance(event, WebTransportStreamDataReceived):
            self._listen_to(event)
        elif isinstance(event, DataReceived) and event.stream_ended:
            self._end()

    def _open(self, http: Http, asked: HeadersReceived) -> None:
        said = {name.decode("latin-1"): value.decode("latin-1") for name, value in asked.headers}
        status = b"400" if self._number is not None else self._refused(said)
        if status is not None:
            http.send_headers(asked.stream_id, [(b":status", status)], end_stream=True)
            self._end_soon()
            return
        self._number = asked.stream_id
        self._site.sessions.add(self)
        draft = (b"sec-webtransport-http3-draft", b"draft02")
        http.send_headers(asked.stream_id, [(b":status", b"200"), draft])

    def _refused(self, said: Mapping[str, str]) -> bytes | None:
        """Return the status with which a request is refused, None if it is not."""
        wish = (said.get(":method"), said.get(":protocol"), said.get(":path"))
        if wish != ("CONNECT", "webtransport", PATH):
            return b"404"
        gate, plan, named = self._site.gate, self._site.plan, said.get(":authority", "")
        pages = pages_of(named, plan.port, plan.https_port)
        why = gate.request(self.host, named, self._loop.time())
        why = why or gate.upgrade(self.host, pages, said.get("origin"))
        return None if why is None else _STATUS.get(why, b"403")

    def _listen_to(self, event: WebTransportStreamDataReceived) -> None:
        is_theirs = event.session_id == self._number and event.stream_id % 4 == 0
        if not is_theirs or self._stream not in (None, event.stream_id):
            self._end()
            return
        self._stream = event.stream_id
        *lines, self._said = (self._said + event.data).split(b"\n")
        for line in lines:
            if len(line) <= MOST_SAID and not self._is_leaving:
                self._hear(understood(line))
        if len(self._said) > MOST_SAID or any(len(line) > MOST_SAID for line in lines):
            self.bye(TOO_MUCH)
        if event.stream_ended:
            self._end()

    def _hear(self, said: dict[str, Any]) -> None:
        self._patience.cancel()
        self._patience = self._loop.call_later(IDLE_SECONDS, self._fall_silent, "idle")
        now = self._loop.time()
        if self._heard is not None:
            answered = answer(self._heard[1], said, now)
            if answered is not None:
                self._say(answered)
            return
        feed = admitted(said, self._site.gate, self._site.feeds)
        if isinstance(feed, int) or self._http is None or self._number is None:
            self.bye(feed if isinstance(feed, int) else TOO_MUCH)
            return
        transport = cast("asyncio.WriteTransport", self._transport)
        way = DatagramWay(self, self._http, self._number, transport)
        listener = Listener(self.host, feed.plan.id, way, feed.clock)
        self._say(hello(feed, now))
        self._heard = feed, listener, way
        feed.join(listener)

    def _say(self, what: dict[str, Any], *, last: bool = False) -> None:
        if self._stream is not None:
            line = json.dumps(what).encode() + b"\n"
            self._quic.send_stream_data(self._stream, line, end_stream=last)
            self._transmit_soon()

    def bye(self, code: int) -> None:
        """Send a page away, with a code that it has a sentence for."""
        if not self._is_leaving:
            self._say({"bye": code}, last=True)
            self._end_soon()

    def _fall_silent(self, why: Any) -> None:
        self._site.gate.refuse(why)
        self._end()

    def _end_soon(self) -> None:
        self._leave()
        self._patience = self._loop.call_later(GOODBYE_SECONDS, self.close)
        self._transmit_soon()

    def _end(self) -> None:
        self._leave()
        self.close()

    def _leave(self) -> None:
        self._is_leaving = True
        self._patience.cancel()
        if self in self._site.sessions:
            self._site.sessions.discard(self)
            self._site.gate.leave(self.host)
        if self._heard is not None:
            feed, listener, way = self._heard
            self._heard = None
            way.ended = True
            feed.leave(listener)
