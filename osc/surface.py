"""What the scripts beside this need of OSC: one socket, by python-osc, that talks with jackrf.

Nothing of jackrf itself is imported: they run on any machine with ``pip install python-osc rich``.
"""

import argparse
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any, NoReturn

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import build_msg
from pythonosc.osc_packet import OscPacket

RENEW_SECONDS = 4.0
RETRY_SECONDS = 0.5
"""How often it is tried until the first answer."""
PATIENCE_SECONDS = 3.0


class Surface:
    """A control surface without a face.

    Args:
        host: of jackrf.
        port: of its OSC.
        prefix: what is subscribed to: ``/mix/drums``.
        pin: from ``jackrf pin``; empty where none is needed.

    Attributes:
        heard: when something came last, monotonic seconds.
    """

    def __init__(self, host: str, port: int, prefix: str, pin: str = "") -> None:
        self.heard = time.monotonic()
        self._where = f"{host} port {port}"
        self._prefix = prefix
        self._renewed = 0.0
        self._pause = RETRY_SECONDS
        try:
            family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
            self._socket = socket.socket(family, kind)
            self._socket.connect(address)
        except OSError as error:
            fail(
                f"{host}: {error.strerror or error}: name the machine that jackrf runs on by --host"
            )
        if pin:
            self.send("/pair", pin)

    def send(self, path: str, *args: float | str) -> None:
        """Send a message; of a jackrf that is away it is not heard."""
        try:
            self._socket.send(build_msg(path, list(args)).dgram)
        except OSError:
            return

    def messages(self, seconds: float) -> Iterator[OscMessage]:
        """Yield what comes within so many seconds, and keep the subscription alive.

        Whatever jackrf refuses ends the script with its words.
        """
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until:
            if now - self._renewed >= self._pause:
                self._renewed = now
                self.send("/subscribe", self._prefix, self._socket.getsockname()[1])
            if now - self.heard > PATIENCE_SECONDS:
                fail(f"no answer from {self._where}: is jackrf running, and does it listen there?")
            self._socket.settimeout(max(min(until - now, 0.5), 0.001))
            try:
                packet = OscPacket(self._socket.recv(65536))
            except OSError:  # nothing came, or the host says that nobody listens
                continue
            self.heard, self._pause = time.monotonic(), RENEW_SECONDS
            for timed in packet.messages:
                yield from self._taken(timed.message)

    def _taken(self, message: OscMessage) -> Iterator[OscMessage]:
        if message.address == "/challenge":
            port = self._socket.getsockname()[1]
            self.send("/subscribe", self._prefix, port, *message.params)
        elif message.address == "/error":
            fail(f"{message.params[0]}: {message.params[2]}")
        else:
            yield message

    def ask(self) -> Any:
        """Return the value of the one address that is subscribed to."""
        end = f"/{self._prefix.rpartition('/')[2]}"
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            # What asks may get lost, and so may what answers; the answer has numbers for ids.
            self.send(self._prefix)
            for message in self.messages(RETRY_SECONDS):
                if message.address.endswith(end) and message.params:
                    return message.params[0]
        return fail(f"no answer to {self._prefix} from {self._where}")


def options(description: str) -> argparse.ArgumentParser:
    """Return a parser with the options that every script has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--host", default="127.0.0.1", help="where jackrf runs (%(default)s)")
    parser.add_argument("--port", type=int, default=9955, help="of its OSC (%(default)s)")
    parser.add_argument("--mix", required=True, help="id or number of a mix")
    parser.add_argument("--pin", default="", help="from `jackrf pin`, if this machine needs one")
    return parser


def fail(line: str) -> NoReturn:
    """End with one line and exit code 1."""
    print(line, file=sys.stderr)
    sys.exit(1)
