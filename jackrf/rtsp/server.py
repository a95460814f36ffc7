"""RTSP's sockets: TCP on the asyncio loop. What is said on them is `jackrf.rtsp.conversation`.

Each turn of the loop answers one request of a connection, and reads no more of it before the answer
has gone out, so that nobody makes others wait. Who is connected and hears nothing gives way to who
comes later: idle connections, however many, keep no listener out.
"""

import asyncio
import contextlib
import errno
import math
import socket
import time
from collections.abc import Callable
from typing import Final

from jackrf.desk import Desk
from jackrf.errors import InputError
from jackrf.lan.networks import attached_networks
from jackrf.reminder import Reminder
from jackrf.rtsp.admission import Admission
from jackrf.rtsp.conversation import Conversation
from jackrf.rtsp.line import Line
from jackrf.rtsp.refusals import Reason
from jackrf.rtsp.seats import Stalls

ACCEPTS_PER_TURN: Final = 16
BACKLOG: Final = 1024
"""Connections that wait to be accepted: whoever finds this full tries again only a second later."""
READ_BYTES: Final = 4096
"""Taken in at once; nothing more before all of it has been answered."""
SPARE: Final = 16
"""Connections of those who have not tuned in yet: beside as many as there may be listeners."""
TICK_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 2.0
"""How long it is believed which networks this machine is on."""
EXHAUSTED: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
"""This machine has nothing left for one connection more."""


class RtspServer:
    """Joins conversations to the network, and to the desk.

    Args:
        desk: whose mixes are heard.
        admission: who may hear them.
        listen: numeric address to bind.
        port: TCP.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        desk: Desk,
        admission: Admission,
        listen: str,
        port: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.listen = listen
        self.port = port
        self._desk = desk
        self._admission = admission
        self._clock = clock
        self._socket: socket.socket | None = None
        self._open: dict[Connection, Stalls] = {}
        self._reminder = Reminder(self._tick)
        self._resting = Reminder(self._attend)
        self._looked_at = -math.inf

    def serve(self, desk: Desk) -> None:
        """Go on with a desk that takes the place of the one before: nobody is hung up on."""
        self._desk = desk
        for house in self._open.values():
            house.serve(desk)

    @property
    def connections(self) -> int:
        """How many there are now, of listeners and of those who only ask."""
        return len(self._open)

    async def start(self) -> None:
        """Listen; call :meth:`close` afterwards, whatever happens.

        Raises:
            InputError: the port is in use, or this machine has no such address.
        """
        self._socket = self._bound()
        self.port = self._socket.getsockname()[1]
        self._attend()

    def _attend(self) -> None:
        """Have those who come accepted."""
        if self._socket is not None:
            asyncio.get_running_loop().add_reader(self._socket, self._accept)

    def _rest(self) -> None:
        """Let those who come wait for a while: there is nothing left to accept them with."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
        self._resting.within(TICK_SECONDS)

    def _bound(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.listen else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_STREAM)
        try:
            bound.setblocking(False)
            # Connections of a jackrf that has just ended do not keep the port.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            bound.bind((self.listen, self.port))
            bound.listen(BACKLOG)
        except OSError as error:
            bound.close()
            raise InputError(
                f"RTSP cannot listen on {self.listen} port {self.port} ({error.strerror}): "
                "stop what does, such as another jackrf, or give this session another port "
                "under [listen]"
            ) from None
        return bound

    async def close(self) -> None:
        """Stop listening, and hang up on everybody. Harmless when called again."""
        if self._socket is None:
            return
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        self._socket = None
        for connection in list(self._open):
            connection.end()
        for reminder in (self._reminder, self._resting):
            reminder.drop()

    def _accept(self) -> None:
        for _ in range(ACCEPTS_PER_TURN):
            if self._socket is None:
                return
            try:
                plain, _ = self._socket.accept()
            except OSError as error:  # nobody more, or one who has gone again
                if error.errno in EXHAUSTED:
                    self._rest()
                return
            plain.setblocking(False)
            try:
                line = Line(plain, self._desk.audience)
            except OSError:
                plain.close()
                continue
            self._welcome(line)

    def _welcome(self, line: Line) -> None:
        now = self._clock()
        if now - self._looked_at > LOOK_SECONDS:
            self._admission.networks, self._looked_at = attached_networks(), now
        if not self._admission.is_heard(line.host) or not self._make_room(line.host):
            line.socket.close()
            return
        with contextlib.suppress(OSError):
            line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        house = Stalls(self._desk, line, self._admission)
        conversation = Conversation(line.host, house, self._admission, now)
        connection = Connection(line, conversation, self._clock, self._open.pop)
        self._open[connection] = house
        connection.start()
        self._reminder.within(TICK_SECONDS)

    def _make_room(self, host: str) -> bool:
        """Hang up on who came first and hears nothing, if there are too many."""
        limits = self._admission
        here = [one for one in self._open if one.line.host == host]
        if len(here) >= limits.most_per_host + SPARE:
            crowd, reason = here, Reason.HOST_FULL
        elif len(self._open) >= limits.most + SPARE:
            crowd, reason = list(self._open), Reason.FULL
        else:
            return True
        idle = next((one for one in crowd if one.conversation.seat is None), None)
        limits.refuse(host, reason)
        if idle is not None:
            idle.end()
        return idle is not None

    def _tick(self) -> None:
        """Look at the clock, once a second and only while somebody is connected."""
        for connection in list(self._open):
            connection.tick()
        if self._open:
            self._reminder.within(TICK_SECONDS)


class Connection:
    """One connection: its line, and the conversation on it.

    Args:
        line: owned from here on.
        conversation: that is had on it.
        clock: monotonic seconds.
        ended: is told when it is over.
    """

    def __init__(
        self,
        line: Line,
        conversation: Conversation,
        clock: Callable[[], float],
        ended: Callable[["Connection"], object],
    ) -> None:
        self.line = line
        self.conversation = conversation
        self._clock = clock
        self._ended = ended
        self._over = False

    def start(self) -> None:
        """Begin to read."""
        asyncio.get_running_loop().add_reader(self.line.socket, self._read)

    def _read(self) -> None:
        try:
            data = self.line.socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.end()
            return
        self.conversation.feed(data)
        asyncio.get_running_loop().remove_reader(self.line.socket)
        self._go_on()

    def _go_on(self) -> None:
        """Answer one message, and come back for the next; read on when there is none."""
        if self._over:
            return
        loop = asyncio.get_running_loop()
        turn = self.conversation.next(self._clock())
        if turn is None:
            if self.conversation.closing:
                self._finish()
            else:
                loop.add_reader(self.line.socket, self._read)
            return
        self.line.write(turn.reply)
        if turn.play is not None:
            turn.play.play()
        if self.line.broken:
            self.end()
        elif self.line.waiting and not self.line.lent:
            loop.add_writer(self.line.socket, self._write)
        else:
            loop.call_soon(self._go_on)

    def _write(self) -> None:
        self.line.flush()
        if self.line.broken:
            self.end()
        elif not self.line.waiting:
            asyncio.get_running_loop().remove_writer(self.line.socket)
            self._go_on()

    def _finish(self) -> None:
        """Hang up once what was said last has gone out, which is at once but for a slow reader."""
        self.line.flush()
        self.end()

    def tick(self) -> None:
        """Hang up where it is over: nothing heard for too long, or nobody there any more.

        Where the audio thread gave back what a slow link had not taken, that goes out here.
        """
        self.conversation.tick(self._clock())
        self.line.flush()
        listener = self.line.listener
        gone = self.line.broken or (listener is not None and listener.is_gone)
        if self.conversation.closing or gone:
            self.end()

    def end(self) -> None:
        """Hang up. Harmless when called again."""
        if self._over:
            return
        self._over = True
        loop = asyncio.get_running_loop()
        loop.remove_reader(self.line.socket)
        loop.remove_writer(self.line.socket)
        self.conversation.close()
        self.line.socket.close()
        self._ended(self)
