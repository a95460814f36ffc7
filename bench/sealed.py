"""What encryption costs: CPU time of the relay for each packet, and how late a packet is by it.

Packets of a period go into the sockets that the audio thread has, all at once, period by period;
what comes out is read with the time at which the kernel had it.
"""

import os
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import numpy as np

from bench.listening import Sealed, SealedCase
from jackrf.audience.sealing import Sealer
from jackrf.audience.sockets import open_listener
from jackrf.destinations import parse_url
from jackrf.rtp.crypto import KEY_BYTES
from tests.system.ages import SO_TIMESTAMPNS

PERIOD = 128
RATE = 48000
COUNTS = (1, 32)
ROUNDS, SECONDS = 5, 3.0
SETTLE_SECONDS = 0.5


class Room:
    """So many listeners of encrypted mixes; made by `open_room`."""

    def __init__(self, count: int, stack: ExitStack) -> None:
        self.sealer = Sealer()
        stack.callback(self.sealer.close)
        self.ears, self.listeners = [], []
        self.sent: dict[int, int] = {}
        for _ in range(count):
            ear = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            ear.bind(("127.0.0.1", 0))
            ear.setblocking(False)
            ear.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            url = f"udp://127.0.0.1:{ear.getsockname()[1]}"
            listener = self.sealer.seal(open_listener(0, parse_url(url)), os.urandom(KEY_BYTES))
            stack.callback(listener.close)
            self.ears.append(ear)
            self.listeners.append(listener)

    def hear(self) -> list[float]:
        """Return how many us after it was sent each packet came that has come by now."""
        late = []
        for ear in self.ears:
            try:
                while True:
                    packet, ((_, _, stamp),), _, _ = ear.recvmsg(2048, 128)
                    seconds, nanoseconds = struct.unpack("ll", stamp)
                    # RTP's header is in the clear.
                    sent = self.sent[int.from_bytes(packet[4:8])]
                    late.append((seconds * 10**9 + nanoseconds - sent) / 1000.0)
            except BlockingIOError:
                continue
        return late

    def play(self, seconds: float) -> tuple[float, list[float]]:
        """Return the us of CPU time for each packet, and how late each was."""
        relay = self.sealer.relay.pid
        if relay is None:
            raise OSError("the relay has ended")
        clock = (~relay << 3) | 2
        periods, late = round(seconds * RATE / PERIOD), []
        began, cpu = time.monotonic(), time.clock_gettime(clock)
        for number in range(periods):
            time.sleep(max(0.0, began + number * PERIOD / RATE - time.monotonic()))
            timestamp = len(self.sent) * PERIOD
            packet = struct.pack(">BBHII", 0x80, 96, 0, timestamp, 7) + bytes(4 * PERIOD)
            self.sent[timestamp] = time.time_ns()
            for one in self.listeners:
                with suppress(BlockingIOError):
                    one.socket.send(packet)
            time.sleep(PERIOD / RATE / 2)
            late += self.hear()
        return 1e6 * (time.clock_gettime(clock) - cpu) / len(late), late


@contextmanager
def open_room(count: int) -> Iterator[Room]:
    """Make a room, for the length of a ``with`` block."""
    with ExitStack() as stack:
        yield Room(count, stack)


def measure_sealed(say: Callable[[str], None]) -> Sealed:
    """Have packets sealed, for one listener and for many."""
    cases = []
    for count in COUNTS:
        with open_room(count) as room:
            room.play(SETTLE_SECONDS)
            rounds = [room.play(SECONDS) for _ in range(ROUNDS)]
        each = [round(us, 2) for us, _ in rounds]
        p50, p99 = np.quantile([us for _, late in rounds for us in late], (0.5, 0.99))
        say(f"sealed: {count} listeners: {np.median(each):.1f} us of CPU time for each packet")
        late = {"late_p50_us": round(float(p50), 1), "late_p99_us": round(float(p99), 1)}
        cases.append(SealedCase(listeners=count, packet_us=each, **late))
    return Sealed(period=PERIOD, cases=cases)
