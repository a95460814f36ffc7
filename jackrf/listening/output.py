"""Where a receiver plays: a JACK client, or a sound card without JACK. One way to use both."""

import contextlib
import queue
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from jackrf.client import JackClient, PortName
from jackrf.errors import JackrfError, JackServerError
from jackrf.graph.opening import dies_without_a_word
from jackrf.graph.watchdog import Health, Watchdog
from jackrf.listening.card import Card, card_samplerate, look_again
from jackrf.listening.source import Source
from jackrf.listening.tap import Tap
from jackrf.patchbay.patience import Patience
from jackrf.receiver import Receiver

PORTS = ("out_1", "out_2")
CLOSE_SECONDS = 5.0


class Output(Protocol):
    """A place that plays a receiver, until it goes away or is closed."""

    receiver: Receiver
    tap: Tap
    name: str
    kind: str

    def start(self) -> list[str]:
        """Begin to play; return what could not be connected, one line each."""
        ...

    def is_there(self) -> bool:
        """Take in what happened; return whether it still plays."""
        ...

    def peers(self) -> list[tuple[str, str]]:
        """Return what its ports are connected to: own short name, full name of the other."""
        ...

    def figures(self) -> dict[str, Any]:
        """Return period and sample rate, what was missed, and what the output adds in ms."""
        ...

    def close(self) -> None:
        """Stop playing. The callback is done with the receiver then."""
        ...


@dataclass(frozen=True, slots=True)
class JackPlace:
    """Which JACK client plays.

    Attributes:
        name: of the client.
        server: JACK server name, None for the default one.
        connect: ports for out_1 and out_2; None for the first two of the sound card.
        what: it is called, where it went away.
        gone: what `open` raises as long as it is not back.
        retry_seconds: how often it is looked for then.
    """

    what: ClassVar[str] = "JACK"
    gone: ClassVar[tuple[type[Exception], ...]] = (JackServerError,)
    retry_seconds: ClassVar[float] = 0.1

    name: str
    server: str | None
    connect: Sequence[str] | None

    def open(self, source: Source, peers: Sequence[tuple[str, str]] = ()) -> Output:
        """Open the client; nothing plays yet.

        Args:
            source: what is played.
            peers: connections to make again, as `JackOutput.peers` tells.

        Raises:
            JackServerError: there is no such server.
            InputError: the name is taken.
        """
        return JackOutput(self, source, peers)

    def look_again(self) -> None:
        """Do nothing: a JACK server is found when it is there."""


@dataclass(frozen=True, slots=True)
class CardPlace:
    """Which sound card plays: its number or part of its name, and frames per period (0: any)."""

    what: ClassVar[str] = "the sound card"
    gone: ClassVar[tuple[type[Exception], ...]] = (JackrfError,)
    retry_seconds: ClassVar[float] = 1.0

    device: str
    period: int

    def open(self, source: Source, peers: Sequence[tuple[str, str]] = ()) -> Output:
        """Open the card; nothing plays yet.

        Raises:
            InputError: there is no such card, or it refuses.
            JackrfError: PortAudio is not installed.
        """
        del peers
        wished = None if source.offer is None else source.offer.samplerate
        return CardOutput(self, source, card_samplerate(self.device, wished))

    def look_again(self) -> None:
        """See which cards there are now: PortAudio looks by itself only once."""
        look_again()


class JackOutput:
    """A receiver in JACK."""

    kind = "JACK"

    def __init__(
        self, place: JackPlace, source: Source, peers: Sequence[tuple[str, str]] = ()
    ) -> None:
        self._connect = place.connect
        self._wanted = list(peers)
        self._watchdog = Watchdog(wordless=dies_without_a_word())
        self._xruns = 0
        self.client = JackClient(place.name, place.server, pretty="jackrf listen")
        self.name = self.client.name
        self.receiver = make_receiver(source, self.client.samplerate, self.client.clock)
        self.tap = Tap(self.receiver)
        reception = self.receiver.reception
        reception["client"] = self.client.pointer
        for order, side in enumerate(("left", "right"), 1):
            port = PortName(f"Heard {side}", order, "Heard")
            reception[f"{side}_port"] = self.client.add_output(f"out_{order}", port)
        callback, owned = self.receiver.callback, (self.receiver, self.tap, source)
        self.client.install(callback, self.receiver.context_address, *owned)

    def start(self) -> list[str]:
        """Begin to play; return what could not be connected, one line each."""
        self.client.activate()
        if not self._wanted:
            named = self.client.playback_ports() if self._connect is None else self._connect
            pairs = zip(PORTS, named, strict=False)
            self._wanted = [(own, peer) for own, peer in pairs if peer]
        return [
            f"{self.name}:{own} could not be connected to {peer}"
            for own, peer in self._wanted
            if not self.client.connect(f"{self.name}:{own}", peer)
        ]

    def peers(self) -> list[tuple[str, str]]:
        """Return what our ports are, or wait to be, connected to: own short name, full name."""
        return list(self._wanted)

    def is_there(self) -> bool:
        """Take in what JACK told; return whether the server is still there, and calls us.

        It never calls a client that came during a DAW's export, not afterwards either. Looked at
        whenever somebody asks, at least 1.1 s apart: twice in vain, and the answer is no.
        """
        there = True
        with contextlib.suppress(queue.Empty):
            while True:
                event = self.client.events.get_nowait()
                there = there and event.kind != "shutdown"
                self._xruns += event.kind == "xrun"
                if event.kind == "connection":
                    self._note(*event.text, made=bool(event.value))
                elif event.kind == "port" and event.value:
                    self._welcome(*event.text)
                elif event.kind == "missed":
                    self._look_again()
        return there and not self._is_forgotten()

    def _is_forgotten(self) -> bool:
        now, graph_time = time.monotonic(), self.client.graph_time
        cycles = int(self.receiver.reception["cycles"][0])
        self._watchdog.doubt(cycles, graph_time, now)
        if self._watchdog.due is None or now < self._watchdog.due:
            return False
        return self._watchdog.look(cycles, graph_time, now) is Health.FORGOTTEN

    def _look_again(self) -> None:
        """Make up for what was not heard: keep what is connected in mind, connect what is not."""
        there = [(own, peer) for own in PORTS for peer in self.client.connections(own)]
        self._wanted += [pair for pair in there if pair not in self._wanted]
        for _, peer in self._wanted:
            self._welcome(peer)

    def _note(self, source: str, peer: str, *, made: bool) -> None:
        """Keep in mind what somebody connected or disconnected, for when JACK comes back."""
        client, _, own = source.partition(":")
        pair = (own, peer)
        if client != self.name:
            return
        if made and pair not in self._wanted:
            self._wanted.append(pair)
        elif not made and pair in self._wanted:
            self._wanted.remove(pair)

    def _welcome(self, port: str) -> None:
        """Connect to a port that we want and that has come."""
        for own, peer in self._wanted:
            if peer == port:
                self.client.connect(f"{self.name}:{own}", peer)

    def figures(self) -> dict[str, Any]:
        """Return period and sample rate, what was missed, and what the output adds in ms."""
        rate = self.client.samplerate
        return {"samplerate": rate, "period": self.client.period, "xruns": self._xruns}

    def close(self) -> None:
        """Leave JACK: after the server has died, too, before the next client.

        A server that hangs is not waited for: a recording is to be finished.
        """
        Patience(CLOSE_SECONDS).ask(self.client.close, None)


class CardOutput:
    """A receiver on a sound card without JACK."""

    kind = "card"

    def __init__(self, place: CardPlace, source: Source, samplerate: int) -> None:
        self.receiver = make_receiver(source, samplerate)
        self.tap = Tap(self.receiver)
        self._samplerate = samplerate
        self._source = source
        self._card = Card(self.receiver, place.device, place.period)
        self.name = self._card.name

    def start(self) -> list[str]:
        """Begin to play."""
        self._card.start()
        return []

    def peers(self) -> list[tuple[str, str]]:
        """Return nothing: a card has no ports."""
        return []

    def is_there(self) -> bool:
        """Return whether the card still takes audio."""
        return self._card.playing

    def figures(self) -> dict[str, Any]:
        """Return period and sample rate, what was missed, and what the output adds in ms."""
        return {
            "samplerate": self._samplerate,
            "period": self._card.period,
            "xruns": self._card.underflows,
            "output_ms": round(1000.0 * self._card.latency, 2),
        }

    def close(self) -> None:
        """Stop playing."""
        self._card.close()


def make_receiver(source: Source, samplerate: int, clock: int = 0) -> Receiver:
    """Return the compiled receiver of a source.

    Args:
        source: what is played.
        samplerate: Hz, of the output.
        clock: that drives the output, if a sender may have it too.
    """
    receiver = Receiver(samplerate, source.hearing.fileno(), source.form, clock=clock)
    receiver.set_delay(source.delay_ms, source.max_delay_ms)
    return receiver
