"""Clients that talk TCP as nobody should, run as a program: port, seed, how many packets."""

import contextlib
import random
import socket
import struct
import sys
import threading
import time

from pythonosc import slip

from jackrf.osc.framing import LONGEST_PACKET
from tests.osc.fuzzing import traffic

CLIENTS = 8


def nuisances(port: int, seed: int, packets: int) -> None:
    """Let some loose on a server, and wait until each has sent its packets."""
    some = [
        Nuisance(port, f"127.0.0.{2 + n}", seed + n, packets // CLIENTS) for n in range(CLIENTS)
    ]
    for one in some:
        one.start()
    for one in some:
        one.join()


class Nuisance(threading.Thread):
    """A client that talks TCP as nobody should.

    Args:
        port: of the server.
        host: of this machine, to come from.
        seed: decides what it does.
        packets: how many it sends.
    """

    def __init__(self, port: int, host: str, seed: int, packets: int) -> None:
        super().__init__()
        self._to = ("127.0.0.1", port)
        self._host = host
        self._chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self._traffic = traffic(seed, packets)
        self.connections = 0

    def run(self) -> None:
        """Connect again and again until all is sent."""
        waiting = True
        while waiting:
            self.connections += 1
            with socket.socket() as plain, contextlib.suppress(OSError):
                plain.bind((self._host, 0))
                plain.settimeout(1.0)
                plain.connect(self._to)
                waiting = self._talk(plain)

    def _talk(self, plain: socket.socket) -> bool:
        """Send packets in one framing until one of them breaks it; return whether any is left."""
        framed = self._chance.choice([_counted, slip.encode])
        for packet in self._traffic:
            data = framed(packet)
            kind = self._chance.random()
            if kind < 0.01:
                plain.sendall(self._spoiled(data))
                return True
            if kind < 0.02:  # a slow sender, who may have gone in the middle
                for at in range(min(len(data), 8)):
                    plain.sendall(data[at : at + 1])
                    time.sleep(0.001)
                if kind < 0.015:
                    return True
                data = data[8:]
            plain.sendall(data)
            if kind < 0.5:
                self._read(plain)
        return False

    def _spoiled(self, data: bytes) -> bytes:
        lengths = (0, 1, -1, -(2**31), 2**31 - 1, LONGEST_PACKET + 1, len(data), len(data) + 4)
        false = struct.pack(">i", self._chance.choice(lengths)) + data[4:]
        noise = self._chance.randbytes(self._chance.randrange(1, 2000))
        return self._chance.choice([false, noise, slip.END + slip.ESC + b"x", data[:-1]])

    @staticmethod
    def _read(plain: socket.socket) -> None:
        plain.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            plain.recv(65536)
        plain.settimeout(1.0)


def _counted(packet: bytes) -> bytes:
    return struct.pack(">I", len(packet)) + packet


if __name__ == "__main__":
    nuisances(*map(int, sys.argv[1:]))
