"""Pages without a browser: WebSockets that take what comes, and say how they are as a page does."""

import base64
import json
import os
import selectors
import socket
import threading
import time
from collections.abc import Sequence
from typing import Self
from urllib.parse import urlsplit

PING_SECONDS = 2.0
PATIENCE = 5.0


def _frame(what: object) -> bytes:
    """Return a text message of a client (RFC 6455 section 5.2), masked with zeros."""
    text = json.dumps(what).encode()
    return bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text


def _opened(link: str, host: str) -> socket.socket:
    """Open a WebSocket by a link from a host of loopback, and show its token."""
    to = urlsplit(link)
    key = base64.b64encode(os.urandom(16)).decode()
    place = to.hostname or "", to.port or 80
    page = socket.create_connection(place, PATIENCE, source_address=(host, 0))
    page.sendall(
        f"GET /ws/listen HTTP/1.1\r\nHost: {to.netloc}\r\nOrigin: http://{to.netloc}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    answer = page.recv(4096)
    if b" 101 " not in answer:
        raise OSError(answer.split(b"\r\n")[0].decode())
    page.sendall(_frame({"token": to.fragment.removeprefix("t=")}))
    return page


class Crowd:
    """So many pages, which hear in turns of the links; closed at the end of a ``with`` block.

    Args:
        links: of mixes.
        pages: how many.
        hosts: of loopback, on which they are in turns.
        pause: seconds between looks at what has come: TCP acknowledges what is read.
    """

    def __init__(
        self,
        links: list[str],
        pages: int,
        hosts: Sequence[str] = ("127.0.0.1",),
        pause: float = 0.002,
    ) -> None:
        self._pause = pause
        self._pages = [
            _opened(links[number % len(links)], hosts[number % len(hosts)])
            for number in range(pages)
        ]
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._take, daemon=True)

    def _take(self) -> None:
        with selectors.DefaultSelector() as ready:
            for page in self._pages:
                ready.register(page, selectors.EVENT_READ)
            pinged = 0.0
            while not self._ending.is_set():
                if time.monotonic() - pinged > PING_SECONDS:
                    pinged = time.monotonic()
                    for page in self._pages:
                        page.sendall(_frame({"ping": pinged}))
                for key, _ in ready.select(0.1):
                    key.fileobj.recv(1 << 16)  # type: ignore[union-attr]
                # What a page reads at once is one system call: thirty do not take the machine.
                time.sleep(self._pause)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        for page in self._pages:
            page.close()


def osc_trip(port: int) -> float:
    """Return how many seconds jackrf takes to answer ``/ping``.

    Raises:
        TimeoutError: it does not.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as surface:
        surface.settimeout(PATIENCE)
        surface.connect(("127.0.0.1", port))
        began = time.monotonic()
        surface.send(b"/ping\0\0\0,\0\0\0")
        answer = surface.recv(4096)
        trip = time.monotonic() - began
    if not answer.startswith(b"/pong"):
        raise OSError(f"/ping was answered with {answer!r}")
    return trip
