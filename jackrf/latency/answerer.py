"""The end that hears, of a measurement between two machines; `jackrf.latency.between` says how."""

import contextlib
import json
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

from jackrf.errors import InputError
from jackrf.lan.networks import attached_networks, is_neighbour
from jackrf.latency.chirps import find_chirps
from jackrf.latency.frame_clock import FrameClock
from jackrf.latency.instruments import Recorder
from jackrf.latency.measuring import require_port

MOST_SECONDS = 60.0
MOST_BYTES = 1 << 14
"""Of a datagram: 400 chirps, when each was heard, and the receiver's figures."""
LOOK_SECONDS = 0.05
"""From one look at the clocks to the next."""


class Answerer:
    """The end that hears: answers pings, records when it is asked to, and tells what it heard.

    Args:
        server: JACK server name, None for the default one.
        sink: full name of the port to hear.
        port: UDP.
        figures: of the receiver whose port that is.

    Raises:
        InputError: the port is taken, or there is no such JACK port.
    """

    def __init__(
        self,
        server: str | None,
        sink: str,
        port: int,
        figures: Callable[[], Mapping[str, Any] | None] = lambda: None,
    ) -> None:
        self._figures = figures
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        try:
            self._socket.bind(("0.0.0.0", port))  # noqa: S104 - who is answered is looked at
        except OSError as error:
            self._socket.close()
            raise InputError(
                f"port {port} cannot be listened on ({error.strerror}): name another with --port"
            ) from None
        try:
            self._recorder = Recorder(server, [sink], name="jackrf-latency-answer")
            require_port(self._recorder, sink)
        except BaseException:
            self._socket.close()
            raise
        self._clock = FrameClock(self._recorder)
        self._ends: float | None = None
        self._heard: list[int] | None = None
        self._told: Mapping[str, Any] | None = None

    @property
    def port(self) -> int:
        """The UDP port."""
        return int(self._socket.getsockname()[1])

    def serve(self, seconds: float) -> None:
        """Answer whoever asks, for so long."""
        until = time.monotonic() + seconds
        while (patience := until - time.monotonic()) > 0.0:
            self._socket.settimeout(min(patience, LOOK_SECONDS))
            try:
                data, peer = self._socket.recvfrom(MOST_BYTES)
            except TimeoutError:
                data, peer = b"", None
            came = time.monotonic_ns()
            if peer is not None and is_neighbour(peer[0], attached_networks()):
                self._answer(data, peer, came)
            if self._ends is not None:
                self._clock.look()
            self._finish()

    def _answer(self, data: bytes, peer: Any, came: int) -> None:
        question = decode(data)
        wanted = question.get("do")
        answer: dict[str, Any] = {"n": question.get("n")}
        if wanted == "ping":
            answer |= {"came": came, "left": time.monotonic_ns()}
        elif wanted == "listen" and _is_span(question.get("seconds")):
            self._begin(float(min(question["seconds"], MOST_SECONDS)))
        elif wanted == "heard":
            answer |= {"heard": self._heard, "figures": self._told}
        else:
            return
        # Whom an answer does not reach may ask again.
        with contextlib.suppress(OSError):
            self._socket.sendto(json.dumps(answer).encode(), peer)

    def _begin(self, seconds: float) -> None:
        if self._ends is None:
            self._heard = None
            self._recorder.connect()
            # What was an hour ago says nothing of now.
            self._clock = FrameClock(self._recorder)
            self._recorder.begin(seconds)
            self._ends = time.monotonic() + seconds

    def _finish(self) -> None:
        """When it has recorded for long enough, look for the chirps."""
        if self._ends is None or time.monotonic() < self._ends:
            return
        take = self._recorder.end()
        self._ends = None
        self._told = self._figures()
        self._heard = [
            round(self._clock.at(take.start + place)) for place in find_chirps(take.audio[0])
        ]

    def close(self) -> None:
        """Leave JACK and close the socket."""
        self._recorder.client.close()
        self._socket.close()


def _is_span(seconds: object) -> bool:
    """Say whether it is a number of seconds for which one may record; NaN and -1 are none."""
    return isinstance(seconds, int | float) and seconds > 0.0


def decode(data: bytes) -> Mapping[str, Any]:
    """Return what a datagram says; an empty table when it is no JSON of ours."""
    try:
        message = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}
