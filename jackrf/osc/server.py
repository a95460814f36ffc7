"""The sockets of the OSC server: UDP, and TCP on the same port number, on the asyncio loop.

What is used of python-osc, and what is not: its writers of arguments build every packet
(`jackrf.osc.messages`), its SLIP codec frames OSC 1.1 over TCP (`jackrf.osc.framing`). Its servers
and its dispatcher are not used, not even with ``strict_timing=False``. A bundle element of length
-4 keeps its parser in a loop for ever, and a bundle nested 400 deep or a string that is no UTF-8
ends in an exception that its servers do not catch (1.10.2), so `jackrf.osc.guard` has to read every
datagram first. What the guard returns are the messages themselves, already read: to have python-osc
parse the same bytes again, and match each address by a regular expression, would only add work.
Nothing here sleeps until a time tag, because time tags are read over.

Each turn of the loop takes a few datagrams only: a flood leaves time for the flush, for the control
socket, and for signals. Nothing here is near the audio thread.
"""

import asyncio
import collections
import contextlib
import math
import socket
import time
from collections.abc import Callable
from typing import Final

from jackrf.errors import InputError
from jackrf.lan.networks import attached_networks, drain, network_changes, parse_host
from jackrf.osc.admission import Admission, Source
from jackrf.osc.connections import Connection, Connections
from jackrf.osc.relayed import Relayed
from jackrf.osc.surfaces import FLUSH_SECONDS, Surfaces
from jackrf.osc.telling import Outgoing
from jackrf.reminder import Reminder

DATAGRAMS_PER_TURN: Final = 16
READ_SECONDS: Final = 0.01
"""Of each turn of the loop, for datagrams that take longer."""
LARGEST_DATAGRAM: Final = 65536
RECEIVE_BUFFER: Final = 1 << 20
"""Bytes of SO_RCVBUF, as far as the kernel allows: what a flood may fill while Python is busy."""
MOST_QUEUED: Final = 1024
"""Datagrams that wait for the socket; then the oldest goes, and a refresh makes up for it."""
LOOK_SECONDS: Final = 1.0
"""From one look at this machine's networks to the next, where the kernel tells of no change."""
QUIET_SECONDS: Final = 2.0
"""After the last packet; what a limit holds back is done with by then."""


class OscServer:
    """Joins `Surfaces` to the network.

    Args:
        surfaces: that are served.
        admission: whose networks are kept up to date.
        listen: numeric address to bind.
        port: UDP and TCP.
        clock: monotonic seconds.
        changed: is called when this machine is in other networks than before.
    """

    def __init__(
        self,
        surfaces: Surfaces,
        admission: Admission,
        listen: str,
        port: int,
        clock: Callable[[], float] = time.monotonic,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.listen = listen
        self.port = port
        self._surfaces = surfaces
        self._admission = admission
        self._clock = clock
        self._changed = changed
        self._family = socket.AF_INET6 if ":" in listen else socket.AF_INET
        self._udp: socket.socket | None = None
        self._tcp: asyncio.Server | None = None
        self._connections = Connections(self._take, admission.is_heard, surfaces.disconnected)
        self.relayed = Relayed(self._take, admission, surfaces.disconnected, self._woken)
        self._queue: collections.deque[tuple[Source, bytes]] = collections.deque(maxlen=MOST_QUEUED)
        self._reminder = Reminder(self._tick)
        self._heard_at = -math.inf
        self._changes: socket.socket | None = None
        self._looked_at = -math.inf

    async def start(self) -> None:
        """Listen; call :meth:`close` afterwards, whatever happens.

        Raises:
            InputError: the port is in use, or this machine has no such address.
        """
        with contextlib.ExitStack() as opened:
            udp = opened.enter_context(self._bound(socket.SOCK_DGRAM))
            tcp = opened.enter_context(self._bound(socket.SOCK_STREAM))
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            opened.pop_all()
        loop = asyncio.get_running_loop()
        self._udp = udp
        self._changes = network_changes()
        if self._changes is not None:
            loop.add_reader(self._changes, self._networks_changed)
        self._look_around()
        self._tcp = await loop.create_server(self._welcome, sock=tcp)
        loop.add_reader(udp, self._read)
        self.wake()

    def _bound(self, kind: socket.SocketKind) -> socket.socket:
        bound = socket.socket(self._family, kind)
        try:
            bound.setblocking(False)
            if kind == socket.SOCK_STREAM:
                # Connections of a jackrf that has just ended do not keep the port.
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if self._family == socket.AF_INET6:
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            bound.bind((self.listen, self.port))
            if kind == socket.SOCK_STREAM:
                bound.listen()
        except OSError as error:
            bound.close()
            name = "UDP" if kind == socket.SOCK_DGRAM else "TCP"
            raise InputError(
                f"OSC cannot listen on {self.listen} port {self.port} ({name}: "
                f"{error.strerror}): stop what does, such as another jackrf, or give this session "
                "another port under [osc]"
            ) from None
        return bound

    def _welcome(self) -> Connection:
        self._woken()
        return Connection(self._connections)

    def _woken(self) -> None:
        self._heard_at = self._clock()
        self.wake()

    async def close(self) -> None:
        """Stop listening. Harmless when called again."""
        await self.relayed.close()
        self._reminder.drop()
        if self._tcp is not None:
            self._tcp.close()
            self._connections.abort()
            await self._tcp.wait_closed()
            self._tcp = None
        if self._changes is not None:
            asyncio.get_running_loop().remove_reader(self._changes)
            self._changes.close()
            self._changes = None
        if self._udp is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._udp)
            loop.remove_writer(self._udp)
            self._udp.close()
            self._udp = None

    def _networks_changed(self) -> None:
        if self._changes is not None:
            drain(self._changes)
            self._look_around()

    def _look_around(self) -> None:
        self._looked_at = self._clock()
        networks = attached_networks()
        if networks != self._admission.networks:
            self._admission.networks = networks
            self._surfaces.forget_hosts()
            self._changed()

    def _tick(self) -> None:
        now = self._clock()
        # Without a surface, and with nothing heard that may still be held back by a limit, Python
        # sleeps until it hears something: the CPU is for the music.
        brought = self.relayed.connections
        awake = not (self._surfaces.none and self._connections.none and brought.none)
        if awake or now - self._heard_at <= QUIET_SECONDS:
            self.wake()
        if self._changes is None and now - self._looked_at >= LOOK_SECONDS:
            self._look_around()
        self._connections.tick(now)
        brought.tick(now)
        for one in self._surfaces.tick(now, self._is_congested):
            self._send(one)

    def wake(self) -> None:
        """Look at the clock at a surface's pace, from now on and while there is any need to."""
        if self._udp is not None:
            self._reminder.within(FLUSH_SECONDS)

    def _take(self, source: Source, packet: bytes) -> None:
        now = self._clock()
        for one in self._surfaces.receive(source, packet, now):
            self._send(one)
        self._heard_at = now
        self.wake()

    def _is_congested(self, to: Source) -> bool:
        if to.transport == "tcp":
            return self._connections.is_congested(to)
        if to.transport == "web":
            return self.relayed.connections.is_congested(to)
        return bool(self._queue)

    def _read(self) -> None:
        end = self._clock() + READ_SECONDS
        for _ in range(DATAGRAMS_PER_TURN):
            if self._udp is None or self._clock() >= end:
                return
            try:
                datagram, address = self._udp.recvfrom(LARGEST_DATAGRAM)
            except OSError:  # nothing more, or an ICMP error about something that was sent
                return
            self._take(Source(_plain(address[0]), address[1]), datagram)

    def _send(self, one: Outgoing) -> None:
        if one.to.transport == "tcp":
            self._connections.send(one)
        elif one.to.transport == "web":
            self.relayed.connections.send(one)
        elif not self._queue:
            if not self._sent(one.to, one.datagram) and not one.meter:
                self._enqueue(one)
        elif not one.meter:
            self._enqueue(one)

    def _enqueue(self, one: Outgoing) -> None:
        if self._udp is not None:
            self._queue.append((one.to, one.datagram))
            asyncio.get_running_loop().add_writer(self._udp, self._write)

    def _write(self) -> None:
        while self._queue:
            if not self._sent(*self._queue[0]):
                return
            self._queue.popleft()
        if self._udp is not None:
            asyncio.get_running_loop().remove_writer(self._udp)

    def _sent(self, to: Source, datagram: bytes) -> bool:
        """Hand a datagram to the kernel; return False when it has no room for it now."""
        if self._udp is None:
            return True
        try:
            self._udp.sendto(datagram, (self._written(to.host), to.port))
        except BlockingIOError:
            return False
        except OSError:  # its host is out of reach: what it misses the refresh tells once more
            return True
        return True

    def _written(self, host: str) -> str:
        """Return a host as our socket's family writes it."""
        mapped = self._family == socket.AF_INET6 and ":" not in host
        return f"::ffff:{host}" if mapped else host


def _plain(host: str) -> str:
    """Return an IPv4 address as such where a socket for IPv6 has it mapped."""
    if not host.startswith("::ffff:"):
        return host
    address = parse_host(host)
    return host if address is None else str(address)
