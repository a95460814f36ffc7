"""One who tunes in to a mix by RTSP, with nothing of jackrf's."""

import contextlib
import queue
import socket
import threading
from typing import Self


class Caller:
    """A connection on which a mix is asked for; what is heard on it is kept.

    Args:
        port: of the RTSP server, on loopback.
        mix: its id.
        transport: how it is to be heard, as RTSP writes it.

    Attributes:
        sequences: sequence numbers of the RTP packets that came on the connection itself.
        over: whether the other end has hung up.
    """

    def __init__(self, port: int, mix: str, transport: str) -> None:
        self.sequences: list[int] = []
        self.over = False
        self._url = f"rtsp://127.0.0.1:{port}/{mix}"
        self._transport = transport
        self._asked = 0
        self._session = ""
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._stream = self._socket.makefile("rb")
        self._thread = threading.Thread(target=self._read)

    def ask(self, method: str, *headers: str) -> str:
        """Send a request, and return the head of the response, which is to be a success."""
        self._asked += 1
        lines = [f"{method} {self._url} RTSP/1.0", f"CSeq: {self._asked}", *headers]
        lines += [f"Session: {self._session}"] * bool(self._session)
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = self._answers.get(timeout=10.0)
        assert answer.startswith("RTSP/1.0 200"), answer
        return answer

    def _read(self) -> None:
        while first := self._stream.read(1):
            if first == b"$":
                channel, high, low = self._stream.read(3)
                packet = self._stream.read(256 * high + low)
                if channel == 0:
                    self.sequences.append(int.from_bytes(packet[2:4], "big"))
                continue
            head = first
            while not head.endswith(b"\r\n\r\n") and (line := self._stream.readline()):
                head += line
            self._answers.put(head.decode())
        self.over = True

    def call(self) -> None:
        """Ask to hear the mix, and begin to."""
        answer = self.ask("SETUP", f"Transport: {self._transport}")
        [line] = [one for one in answer.splitlines() if one.startswith("Session: ")]
        self._session = line.removeprefix("Session: ").split(";")[0]
        self.ask("PLAY")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # who was hung up on
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._stream.close()
        self._socket.close()
