"""A control surface that speaks OSC over UDP, as the engineer of this machine."""

import socket

from jackrf.osc.guard import Message, parse
from jackrf.osc.messages import encode, of


class Surface:
    """An engineer's surface on this machine.

    Args:
        port: of jackrf.
    """

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))
        self._socket.settimeout(10.0)

    def ask(self, path: str, *args: str | float) -> Message:
        """Send a message; return the first that is answered."""
        self.send(path, *args)
        return parse(self._socket.recv(65536))[0]

    def send(self, path: str, *args: str | float) -> None:
        """Send a message."""
        self._socket.send(encode(of(path, *args)))

    def wait_for(self, path: str, *args: str | float) -> None:
        """Wait until this is told, by itself or in a bundle."""
        while of(path, *args) not in parse(self._socket.recv(65536)):
            pass

    def close(self) -> None:
        """Close it."""
        self._socket.close()
