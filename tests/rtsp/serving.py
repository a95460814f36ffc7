"""An RTSP server on loopback before a desk that an offline callback sends from, and its clients."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import closing
from typing import Self, TypeVar

import numpy as np

from jackrf.desk import Desk
from jackrf.rtsp.admission import Admission
from jackrf.rtsp.messages import OF_A_SERVER, Frame, Item, Reader, Response
from jackrf.rtsp.server import RtspServer
from jackrf.running.tending import Tending
from jackrf.testing import OfflineClient
from tests.offline import desk as offline_desk
from tests.osc.desks import small_desk
from tests.rtsp.exchange import admission

Result = TypeVar("Result")

SILENCE = np.zeros((3, 64), np.float32)
PERIOD_SECONDS = 0.004


class Theatre:
    """A server, the desk behind it, and the callback that sends.

    Args:
        found: who may hear what.
        listen: address.

    Attributes:
        late: seconds that the server's clock is ahead.
    """

    def __init__(self, found: Admission | None = None, listen: str = "127.0.0.1") -> None:
        self.admission = found or admission()
        self.desk: Desk = small_desk()
        self.offline: OfflineClient = offline_desk(inputs=3, mixes=2)
        self.late = 0.0
        self.tending = Tending(self.desk.audience)
        self.server = RtspServer(self.desk, self.admission, listen, 0, self._now)

    def _now(self) -> float:
        return asyncio.get_running_loop().time() + self.late

    def play_to(self, client: Callable[[int], Result]) -> Result:
        """Serve in this thread, and run a client in another until it returns."""

        async def send() -> None:
            while True:
                self.offline.process(SILENCE)
                await asyncio.sleep(PERIOD_SECONDS)

        async def serve() -> Result:
            self.desk.audience.start(self.offline.engine)
            self.tending.start()
            await self.server.start()
            sending = asyncio.create_task(send())
            try:
                return await asyncio.to_thread(client, self.server.port)
            finally:
                await self.server.close()
                await self.server.close()
                await asyncio.sleep(3 * PERIOD_SECONDS)
                self.tending.close()
                sending.cancel()

        with closing(self.desk):
            return asyncio.run(serve())


class Player:
    """A client by hand, on a socket that waits for its answers.

    Args:
        port: of the server.
        host: of the server.
    """

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection((host, port), 5.0)
        self.session = ""
        self.frames: list[Frame] = []
        self._reader = Reader(OF_A_SERVER)
        self._cseq = 0

    def __enter__(self) -> Self:
        """Be used."""
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, method: str, path: str = "/drums", **headers: str) -> Response:
        """Send a request and return the response; frames before it are kept."""
        self._cseq += 1
        lines = [f"{method} {path} RTSP/1.0", f"CSeq: {self._cseq}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"Session: {self.session}"] * bool(self.session)
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        found = self.response()
        assert found.header("cseq") == str(self._cseq)
        return found

    def response(self) -> Response:
        """Return the next response; frames before it are kept."""
        while True:
            item = self.item()
            if isinstance(item, Response):
                return item
            assert isinstance(item, Frame), item
            self.frames.append(item)

    def item(self) -> Item:
        """Return the next whole thing."""
        while (item := self._reader.next()) is None:
            data = self.socket.recv(4096)
            assert data, "it hung up"
            self._reader.feed(data)
        return item

    def set_up(self, transport: str, path: str = "/drums") -> Response:
        """Set up, and remember the session."""
        found = self.ask("SETUP", path, Transport=transport)
        self.session = (found.header("session") or "").partition(";")[0]
        return found

    def is_hung_up_on(self) -> bool:
        """Whether the server ends the connection within the socket's patience."""
        try:
            while self.socket.recv(4096):
                pass
        except TimeoutError:
            return False
        except OSError:
            return True
        return True
