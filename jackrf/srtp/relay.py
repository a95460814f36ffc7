"""The relay of sealed mixes: the process between the audio thread's sockets and the network.

Encrypting in the audio thread would have it call a library that promises nothing about time. So the
audio thread sends plain packets into a socket that never leaves this machine, and this process
seals them and sends them on. It is started by `jackrf.audience.seal`, and told over a socket
what to seal; it ends when that socket does.
"""

import contextlib
import gc
import json
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Final

from jackrf.descriptors import allow
from jackrf.rtp.crypto import Crypto
from jackrf.srtp.counters import Counters
from jackrf.srtp.sealing import Sealing

SOCKETS: Final = 4
"""Of each stream: plain packets, plain RTCP, packets, RTCP."""
LONGEST: Final = 4096
MOST_SOCKETS: Final = 16384
"""Of all streams."""


class Relay:
    """All streams that are sealed.

    Args:
        orders: socket that says what to seal.
        counters: shared with whoever orders.
    """

    def __init__(self, orders: socket.socket, counters: Counters) -> None:
        self._orders = orders
        self._counters = counters
        self._streams: dict[int, Sealing] = {}
        self._selector = selectors.EpollSelector()
        self._goes_on = True
        self._watch(orders, self._take_order)

    def run(self) -> None:
        """Work until the orders end."""
        while self._goes_on:
            for key, _ in self._selector.select():
                key.data()

    def _watch(self, one: socket.socket, what: Callable[[], None]) -> None:
        self._selector.register(one, selectors.EVENT_READ, what)

    def _take_order(self) -> None:
        data, descriptors, _, _ = socket.recv_fds(self._orders, LONGEST, SOCKETS)
        if not data:
            self._goes_on = False
            return
        order = json.loads(data)
        sockets = [socket.socket(fileno=number) for number in descriptors]
        for one in sockets:
            one.setblocking(False)
        number = int(order["slot"])
        if order["do"] == "seal":
            self._seal(number, Crypto(bytes.fromhex(order["key"])), sockets)
        else:
            self._turn(number, sockets)

    def _seal(self, number: int, crypto: Crypto, sockets: list[socket.socket]) -> None:
        if number in self._streams:
            self._end(number)
        stream = Sealing(crypto, self._counters.slot(number), sockets)
        self._streams[number] = stream
        self._watch(stream.inside, lambda: self._pass_out(number))
        self._watch(stream.reports, lambda: self._tell(number))
        self._watch(stream.outside_reports, stream.hear)

    def _turn(self, number: int, sockets: list[socket.socket]) -> None:
        """Send a stream on by other sockets, and go on with its numbers."""
        stream = self._streams.get(number)
        if stream is None:
            for one in sockets:
                one.close()
            return
        self._selector.unregister(stream.outside_reports)
        stream.outside.close()
        stream.outside_reports.close()
        stream.outside, stream.outside_reports = sockets
        self._watch(stream.outside_reports, stream.hear)

    def _pass_out(self, number: int) -> None:
        stream = self._streams.get(number)
        if stream is not None and not stream.pass_out(time.monotonic()):
            self._end(number)

    def _tell(self, number: int) -> None:
        stream = self._streams.get(number)
        if stream is not None and not stream.tell():
            self._end(number)

    def _end(self, number: int) -> None:
        stream = self._streams.pop(number)
        # The last thing that was said may be goodbye.
        stream.tell()
        for one in (stream.inside, stream.reports, stream.outside_reports):
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(one)
        stream.close()


def main() -> None:
    """Be the relay: the descriptors of orders and of shared memory are our arguments."""
    # Ctrl-C in a terminal is for the main process, which ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    allow(MOST_SOCKETS)
    orders = socket.socket(fileno=int(sys.argv[1]))
    relay = Relay(orders, Counters(int(sys.argv[2])))
    gc.collect()
    gc.freeze()
    relay.run()


if __name__ == "__main__":
    main()
