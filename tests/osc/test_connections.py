"""Surfaces that come by TCP, as the server's protocol object sees them."""

import asyncio
import socket
import struct
import time
from collections.abc import Callable
from typing import Self

import pytest

from jackrf.osc import connections
from jackrf.osc.admission import Source
from jackrf.osc.connections import (
    MOST_OF_A_HOST,
    UNFINISHED_SECONDS,
    WORK_SECONDS,
    Connection,
    Connections,
)
from jackrf.osc.messages import encode, of
from jackrf.osc.telling import Outgoing
from tests.waiting import until

PING = encode(of("/ping"))
INFO = encode(of("/info"))


def counted(packet: bytes) -> bytes:
    """A packet as OSC 1.0 frames it."""
    return struct.pack(">I", len(packet)) + packet


class Peer:
    """The other end of a connection: a plain socket in the running loop."""

    def __init__(self, plain: socket.socket) -> None:
        self.socket = plain

    async def send(self, data: bytes) -> None:
        """Send bytes."""
        await asyncio.get_running_loop().sock_sendall(self.socket, data)

    async def read(self) -> bytes:
        """Return what comes next; nothing when it was hung up on."""
        try:
            async with asyncio.timeout(5.0):
                return await asyncio.get_running_loop().sock_recv(self.socket, 65536)
        except ConnectionResetError:
            return b""


class Served:
    """Connections behind a listening socket of the running loop."""

    def __init__(self, is_heard: Callable[[str], bool] = lambda _: True) -> None:
        self.packets: list[tuple[Source, bytes]] = []
        self.ended: list[Source] = []
        self.connections = Connections(
            lambda source, packet: self.packets.append((source, packet)),
            is_heard,
            self.ended.append,
        )
        self._peers: list[Peer] = []
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self.connections), "127.0.0.1", 0
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.connections.abort()
        for peer in self._peers:
            peer.socket.close()
        await self._server.wait_closed()

    async def connect(self, receive_buffer: int = 0) -> Peer:
        """Open a connection."""
        assert self._server is not None
        plain = socket.socket()
        plain.setblocking(False)
        if receive_buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        peer = Peer(plain)
        self._peers.append(peer)
        address = self._server.sockets[0].getsockname()
        await asyncio.get_running_loop().sock_connect(plain, address)
        return peer


def test_packets_come_from_their_connection() -> None:
    """And what is sent to it arrives in its framing."""

    async def talk() -> None:
        async with Served() as served:
            peer = await served.connect()
            await peer.send(counted(PING) * 100)
            await until(lambda: len(served.packets) == 100)
            (source,) = {source for source, _ in served.packets}
            assert (source.host, source.transport) == ("127.0.0.1", "tcp")
            assert {packet for _, packet in served.packets} == {PING}
            served.connections.send(Outgoing(source, PING))
            assert await peer.read() == counted(PING)
            peer.socket.close()
            await until(lambda: served.ended == [source])
            served.connections.send(Outgoing(source, PING))

    asyncio.run(talk())


def test_what_is_no_osc_is_hung_up_on_and_counted() -> None:
    """By a packet that is none."""

    async def talk() -> None:
        async with Served() as served:
            peer = await served.connect()
            await peer.send(b"GET / HTTP/1.1\r\n\r\n")
            assert await peer.read() == b""
            assert [packet for _, packet in served.packets] == [b""]

    asyncio.run(talk())


def test_a_host_that_is_not_heard_is_hung_up_on() -> None:
    """Before it has said a word; and it is no surface that ended."""

    async def talk() -> None:
        async with Served(lambda _: False) as served:
            peer = await served.connect()
            assert await peer.read() == b""
            assert [packet for _, packet in served.packets] == [b""]
            assert served.ended == []

    asyncio.run(talk())


def test_a_host_has_so_many_connections() -> None:
    """One more is hung up on, and the others stay."""

    async def talk() -> None:
        async with Served() as served:
            for _ in range(MOST_OF_A_HOST):
                await (await served.connect()).send(counted(PING))
            await until(lambda: len(served.packets) == MOST_OF_A_HOST)
            late = await served.connect()
            assert await late.read() == b""
            assert served.ended == []

    asyncio.run(talk())


def test_a_packet_that_only_drips_in_is_not_waited_for() -> None:
    """Ten seconds, however steadily its bytes come; a whole packet starts the time anew."""

    async def talk() -> None:
        async with Served() as served:
            peer = await served.connect()
            await peer.send(counted(PING) + b"\0")
            await until(lambda: served.packets)
            connection = next(iter(served.connections._open.values()))
            served.connections.tick(100.0)
            for second in range(1, 10):
                connection.data_received(b"\0" if second < 3 else b"")
                served.connections.tick(100.0 + second)
            assert served.ended == []
            served.connections.tick(100.1 + UNFINISHED_SECONDS)
            assert await peer.read() == b""

    asyncio.run(talk())


def test_who_does_nothing_for_an_hour_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who says something, or is told something, stays."""
    monkeypatch.setattr(connections, "IDLE_SECONDS", 60.0)

    async def talk() -> None:
        async with Served() as served:
            peer = await served.connect()
            await peer.send(counted(PING))
            await until(lambda: served.packets)
            source = served.packets[0][0]
            for minute in range(5):
                served.connections.send(Outgoing(source, PING))
                served.connections.tick(minute * 59.0)
                await asyncio.sleep(0)
            assert served.ended == []
            served.connections.tick(4 * 59.0 + 61.0)
            await until(lambda: served.ended)

    asyncio.run(talk())


def test_who_does_not_read_is_spared_meters_and_then_hung_up_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its backlog is bounded."""
    monkeypatch.setattr(connections, "MOST_BACKLOG", 64 * 1024)

    async def talk() -> None:
        async with Served() as served:
            peer = await served.connect(receive_buffer=4096)
            await peer.send(counted(PING))
            await until(lambda: served.packets)
            source = served.packets[0][0]
            packet = encode(of("/text", "x" * 1300))
            for _ in range(20_000):
                served.connections.send(Outgoing(source, packet))
                if served.connections.is_congested(source):
                    break
            (connection,) = served.connections._open.values()
            backlog = connection.backlog
            served.connections.send(Outgoing(source, packet, meter=True))
            assert connection.backlog == backlog
            for _ in range(200):
                served.connections.send(Outgoing(source, packet))
            await until(lambda: served.ended == [source])
            assert not served.connections.is_congested(source)

    asyncio.run(talk())


def test_a_busy_connection_has_its_turn_and_no_more() -> None:
    """Packets of all connections are handled one of each in turn, for some time of each turn of the
    loop: who sends a thousand that take long holds up neither the others nor the loop.
    """

    async def talk() -> None:
        async with Served() as served:

            def handle(source: Source, packet: bytes) -> None:
                time.sleep(0.004)
                served.packets.append((source, packet))

            served.connections.packet = handle
            busy, other = await served.connect(), await served.connect()
            await busy.send(counted(PING) * 400)
            await until(lambda: served.packets)
            await other.send(counted(INFO))
            last, longest = time.monotonic(), 0.0
            while INFO not in [packet for _, packet in served.packets]:
                await asyncio.sleep(0)
                last, longest = time.monotonic(), max(longest, time.monotonic() - last)
            assert len(served.packets) < 100
            assert longest < 3 * WORK_SECONDS

    asyncio.run(talk())
