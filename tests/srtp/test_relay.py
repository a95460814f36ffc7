"""The relay, as the process that it is."""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from jackrf.rtp.crypto import Crypto
from jackrf.rtp.packet import parse
from jackrf.rtsp.ports import pair
from jackrf.srtp.counters import Counters, make_memory
from jackrf.srtp.library import Opener
from tests.srtp.test_library import KEY, PACKET
from tests.system.instruments import wait_for


class Run:
    """A relay, and who orders."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        stack.callback(self.orders.close)
        memory = make_memory()
        with theirs, os.fdopen(memory):
            self.counters = Counters(memory)
            passed = (theirs.fileno(), memory)
            command = [sys.executable, "-m", "jackrf.srtp.relay", *map(str, passed)]
            self.process = subprocess.Popen(command, pass_fds=passed)
        stack.callback(self.process.wait, 5.0)
        stack.callback(self.orders.close)

    def order(self, what: dict[str, object], *sockets: socket.socket) -> None:
        """Order something."""
        numbers = [one.fileno() for one in sockets]
        socket.send_fds(self.orders, [json.dumps(what).encode()], numbers)

    def seal(self, slot: int) -> tuple[socket.socket, list[socket.socket]]:
        """Have a stream sealed; return where its packets go in, and where they come out."""
        kind = (socket.AF_UNIX, socket.SOCK_SEQPACKET)
        packets, reports = (socket.socketpair(*kind) for _ in range(2))
        ears, outs = pair("127.0.0.1"), pair("127.0.0.1")
        for ear, out in zip(ears, outs, strict=True):
            out.connect(ear.getsockname())
            ear.settimeout(5.0)
            self._stack.callback(ear.close)
        passed = (packets[1], reports[1], *outs)
        self.order({"do": "seal", "slot": slot, "key": KEY.hex()}, *passed)
        for one in passed:
            one.close()
        self._stack.callback(packets[0].close)
        self._stack.callback(reports[0].close)
        return packets[0], list(ears)


@pytest.fixture
def run() -> Iterator[Run]:
    """One that runs."""
    with ExitStack() as stack:
        yield Run(stack)


def test_streams_are_sealed_each_by_itself(run: Run) -> None:
    """One ends with its socket, the others go on; a slot is used again."""
    ways = [run.seal(slot) for slot in (0, 5)]
    for inside, ears in ways:
        inside.send(PACKET)
        found = Opener(Crypto(KEY)).packet(ears[0].recv(2048))
        assert parse(found or b"").payload == PACKET[12:]
    ways[0][0].close()
    ways[1][0].send(PACKET)
    assert ways[1][1][0].recv(2048)
    again, ears = run.seal(0)
    again.send(PACKET)
    assert ears[0].recv(2048)
    # Counted just after it was sent.
    for slot in (0, 5):
        wait_for(lambda slot=slot: run.counters.slot(slot).read("sent") == 2)  # type: ignore[misc]


def test_a_stream_goes_on_by_other_sockets(run: Run) -> None:
    """With the number that comes next; an order for a stream that is not there is passed over."""
    opener = Opener(Crypto(KEY))
    inside, ears = run.seal(1)
    inside.send(PACKET)
    first = parse(opener.packet(ears[0].recv(2048)) or b"")
    outs = pair("127.0.0.1")
    place = outs[0].getsockname()
    for ear, out in zip(ears, outs, strict=True):
        out.connect(ear.getsockname())
    run.order({"do": "turn", "slot": 7}, *outs)
    run.order({"do": "turn", "slot": 1}, *outs)
    for out in outs:
        out.close()
    # The order and the packet come by different sockets: the packet may be first.
    found, count = ears[0].getsockname(), 0
    while found != place:
        inside.send(struct.pack(">BBHII", 0x80, 96, 0, count, 9) + b"x")
        data, found = ears[0].recvfrom(2048)
        count += 1
    second = parse(opener.packet(data) or b"")
    assert second.ssrc == first.ssrc


def test_it_ends_when_nobody_orders_any_more(run: Run) -> None:
    """Ctrl-C, which all of a terminal's processes get, does not end it."""
    inside, ears = run.seal(0)
    inside.send(PACKET)
    ears[0].recv(2048)
    run.process.send_signal(signal.SIGINT)
    inside.send(PACKET)
    wait_for(lambda: run.counters.slot(0).read("sent") == 2)
    assert run.process.poll() is None
    run.orders.close()
    assert run.process.wait(5.0) == 0
