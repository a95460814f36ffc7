"""Tunes in to a mix by RTSP, and hands out the sockets on which it is heard.

A thread of its own holds the connection: it gives signs of life, and when the server has gone it
comes back as soon as there is one again, with the same sockets, so that whoever receives notices
nothing but silence. Audio that comes on the connection itself is passed on by datagrams over
loopback.
"""

import contextlib
import selectors
import socket
import sys
import threading
import time
from typing import Final

from jackrf.errors import JackrfError
from jackrf.rtp.sdp import Offer
from jackrf.rtsp.dialogue import Dialogue, Target
from jackrf.rtsp.ports import pair
from jackrf.rtsp.unsealing import Unsealing
from jackrf.srtp.library import check_library

PATIENCE: Final = 5.0
"""Seconds to wait for an answer, and for the connection."""
RETRY_SECONDS: Final = 0.5
READ_BYTES: Final = 65536
SIGN_SECONDS: Final = 10.0
"""Between signs of life, where the server wants none earlier: unanswered, it is gone."""
LEAVE_SECONDS: Final = 0.3
"""How long the server's goodbye is waited for."""


class Tuner:
    """One mix that is heard.

    Attributes:
        hearing: its RTP comes here; bound and non-blocking.
        reports: its RTCP; bound and non-blocking.

    Args:
        target: what is to be heard.

    Raises:
        InputError: there is no such mix, or the PIN is another one.
        JackrfError: nobody answers there, or refuses.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._stop, self._stopped = socket.socketpair()
        self._passing: tuple[socket.socket, socket.socket] | None = None
        self._unsealing: Unsealing | None = None
        self._encrypted: bool | None = None
        self._told = False
        with contextlib.ExitStack() as opened:
            opened.callback(self._stop.close)
            opened.callback(self._stopped.close)
            self._server = opened.enter_context(_reached(target))
            here = "127.0.0.1" if target.over_tcp else self._server.getsockname()[0]
            self.hearing, self.reports = pair(here)
            self._port = self.hearing.getsockname()[1]
            opened.callback(self.hearing.close)
            opened.callback(self.reports.close)
            if target.over_tcp:
                self._passing = pair(here)
                for near, far in zip(self._passing, (self.hearing, self.reports), strict=True):
                    opened.callback(near.close)
                    near.connect(far.getsockname())
            self._dialogue = self._begun()
            opened.pop_all()
        for plain in (self.hearing, self.reports):
            plain.setblocking(False)
        self._thread = threading.Thread(target=self._live, name="jackrf-tuner", daemon=True)
        self._thread.start()

    @property
    def offer(self) -> Offer | None:
        """What the server said of the stream when it was tuned in to last."""
        return self._dialogue.offer

    def _begun(self) -> Dialogue:
        """Talk until the server sends."""
        port = None if self._target.over_tcp else self._port
        dialogue = Dialogue(self._target, port)
        self._server.settimeout(PATIENCE)
        try:
            self._server.sendall(dialogue.begin())
            while not dialogue.playing:
                data = self._server.recv(READ_BYTES)
                if not data:
                    raise JackrfError(f"{self._target.url}: the server hung up")
                self._take(dialogue, data)
        except OSError as error:
            why = error.strerror or "no answer"
            raise JackrfError(f"{self._target.url}: {why}") from None
        self._open(dialogue.offer)
        return dialogue

    def _open(self, offer: Offer | None) -> None:
        """Put what opens an encrypted stream before the sockets, or tell it the new key."""
        if offer is None or offer.crypto is None:
            return
        if self._unsealing is not None:
            self._unsealing.turn(offer.crypto)
            return
        check_library(self._target.url)
        self._unsealing = Unsealing(offer.crypto, self.hearing, self.reports)
        self.hearing, self.reports = self._unsealing.hearing, self._unsealing.reports

    def _take(self, dialogue: Dialogue, data: bytes) -> None:
        dialogue.feed(data)
        while (step := dialogue.next()) is not None:
            self._check(dialogue.offer)
            if step.say:
                self._server.sendall(step.say)
            if step.frame is not None and self._passing is not None and dialogue.channels:
                self._pass_on(dialogue.channels, step.frame.channel, step.frame.data)

    def _check(self, offer: Offer | None) -> None:
        """Look whether what comes back can be heard as what was heard before.

        Who plays a stream in the clear would take an encrypted one for audio, and play noise.

        Raises:
            JackrfError: it cannot.
        """
        if offer is None:
            return
        encrypted = offer.crypto is not None
        if self._encrypted is None:
            self._encrypted = encrypted
        if encrypted == self._encrypted:
            return
        told = "is encrypted now" if encrypted else "is not encrypted any more"
        line = f"{self._target.url} {told}: start this anew to hear it"
        if not self._told:
            self._told = True
            print(f"jackrf: {line}", file=sys.stderr, flush=True)
        raise JackrfError(line)

    def _pass_on(self, channels: tuple[int, int], channel: int, data: bytes) -> None:
        if self._passing is not None and channel in channels:
            # Whoever does not take it now has lost it, as on any network.
            with contextlib.suppress(OSError):
                self._passing[channels.index(channel)].send(data)

    def _live(self) -> None:
        """Follow the connection, and make it anew, until `close`."""
        while True:
            with contextlib.suppress(OSError, JackrfError):
                if self._follow():
                    return
            self._server.close()
            while True:
                if self._is_stopped(RETRY_SECONDS):
                    return
                try:
                    self._server = _reached(self._target)
                    self._dialogue = self._begun()
                except JackrfError:
                    self._server.close()
                    continue
                break

    def _is_stopped(self, seconds: float) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self._stopped, selectors.EVENT_READ)
            return bool(selector.select(seconds))

    def _follow(self) -> bool:
        """Pass on what comes and give signs of life; return whether it was stopped."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._stopped, selectors.EVENT_READ)
            selector.register(self._server, selectors.EVENT_READ)
            if self._passing is not None:
                selector.register(self._passing[1], selectors.EVENT_READ)
            pause = min(SIGN_SECONDS, self._dialogue.timeout / 2)
            due = time.monotonic() + pause
            while True:
                ready = [key.fileobj for key, _ in selector.select(max(0, due - time.monotonic()))]
                if self._stopped in ready:
                    self._say_goodbye()
                    return True
                if self._server in ready:
                    data = self._server.recv(READ_BYTES)
                    if not data:
                        return False
                    self._take(self._dialogue, data)
                if self._passing is not None and self._passing[1] in ready:
                    self._server.sendall(self._dialogue.report(self._passing[1].recv(2048)))
                if time.monotonic() >= due:
                    sign = self._dialogue.keep_alive()
                    if not sign:
                        return False
                    due = time.monotonic() + pause
                    self._server.sendall(sign)

    def _say_goodbye(self) -> None:
        with contextlib.suppress(OSError):
            self._server.settimeout(LEAVE_SECONDS)
            self._server.sendall(self._dialogue.leave())

    def close(self) -> None:
        """Leave the mix. The two sockets of the audio are closed by whoever took them over."""
        self._stop.send(b".")
        self._thread.join(PATIENCE)
        self._server.close()
        if self._unsealing is not None:
            self._unsealing.close()
        for plain in (self._stop, self._stopped, *(self._passing or ())):
            plain.close()


def ask(target: Target) -> Offer:
    """Return what a server says of a mix, which is not heard for that.

    Raises:
        InputError: there is no such mix, or the PIN is another one.
        JackrfError: nobody answers there, or refuses.
    """
    dialogue = Dialogue(target, None if target.over_tcp else 0)
    with _reached(target) as server:
        server.settimeout(PATIENCE)
        try:
            server.sendall(dialogue.begin())
            while True:
                data = server.recv(READ_BYTES)
                if not data:
                    raise JackrfError(f"{target.url}: the server hung up")
                dialogue.feed(data)
                while (step := dialogue.next()) is not None:
                    # What comes after the description is its request to send.
                    if dialogue.offer is not None:
                        return dialogue.offer
                    server.sendall(step.say)
        except OSError as error:
            raise JackrfError(f"{target.url}: {error.strerror or 'no answer'}") from None


def _reached(target: Target) -> socket.socket:
    try:
        return socket.create_connection((target.host, target.port), PATIENCE)
    except OSError as error:
        why = error.strerror or "no answer"
        raise JackrfError(
            f"{target.url}: nobody answers on {target.host} port {target.port} ({why}): "
            "is jackrf running there, and [listen] address open to this machine?"
        ) from None
