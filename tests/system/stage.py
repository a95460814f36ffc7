"""A running desk of one mix in this process, and those who hear it over links of any kind."""

import socket
from contextlib import ExitStack

import numpy as np

from jackrf.audience.listener import Listener
from jackrf.audience.sockets import open_listener, take_stream
from jackrf.desk import Desk, MixPlan
from jackrf.destinations import parse_url
from jackrf.mixer import Mix, Mixer, Send, Strip
from jackrf.testing import DummyJack
from tests.system.ages import Hearer, ages
from tests.system.links import Link


class Stage:
    """A running desk of one mix, L16, and who hears it."""

    def __init__(self, server: DummyJack, stack: ExitStack) -> None:
        sends = {"kick": Send(0.0)}
        mixer = Mixer([Strip("kick", "Kick")], [Mix("drums", "Drums", sends=sends)])
        self.desk = Desk("Links", mixer, {}, {"drums": MixPlan([], "L16", None)})
        stack.callback(self.desk.close)
        self._stack = stack
        self.desk.open("jackrf-links", server.name)
        self.reference = self.udp("127.0.0.1", socket.socket(type=socket.SOCK_DGRAM), bind=True)

    def hearer(self, ear: socket.socket) -> Hearer:
        """Somebody who takes what comes."""
        return self._stack.enter_context(Hearer(ear))

    def udp(self, host: str, ear: socket.socket, *, bind: bool = False) -> Hearer:
        """Let somebody hear over UDP."""
        if bind:
            ear.bind((host, 0))
        place = parse_url(f"udp://{host}:{ear.getsockname()[1]}")
        self.desk.audience.join(open_listener(0, place))
        return self.hearer(ear)

    def tcp(self, link: Link, budget: float = 5.0, room: int = 0) -> tuple[Listener, socket.socket]:
        """Let somebody hear over TCP, who does not read yet."""
        near, far = link.tcp()
        with near:
            listener = take_stream(0, near, "tcp", "test", budget=budget)
        if room:
            listener.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)
        self.desk.audience.join(listener)
        return listener, far

    @property
    def period_ms(self) -> float:
        """How long a period is."""
        assert self.desk.client is not None
        return 1000.0 * self.desk.client.period / self.desk.client.samplerate

    def counts(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The histogram of the callback's durations."""
        assert self.desk.engine is not None
        return np.array(self.desk.engine._arrays["durations_at"])

    def xruns(self) -> int:
        """How many there were since the last call."""
        assert self.desk.client is not None
        count = 0
        while not self.desk.client.events.empty():
            count += self.desk.client.events.get_nowait().kind == "xrun"
        return count

    def milliseconds(self, heard: Hearer) -> list[float]:
        """The ages of what somebody heard."""
        return [1000.0 * age for _, age in ages(heard.arrivals, self.reference.arrivals)]
