"""How the radio stream of each mix fares, as the tablet that mixes shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from jackrf.audience.listener import Listener
from jackrf.desk import Desk
from jackrf.rtp.stream import PAYLOADS

_BEST_FIRST = ("sending", "waiting", "full", "refused", "unreachable")


@dataclass(frozen=True, slots=True)
class Health:
    """One mix's stream in the last second.

    Attributes:
        state: of the listener that fares worst; "off" without any.
        loss: packets that did not leave, 0..1 of all, or that a receiver misses, if that is more.
        delay: what waits to be sent, in ms; the largest of the listeners.
        jitter: of the packets' arrival, in ms, as receivers tell; the largest.
        listeners: how many are being sent to.
    """

    state: str = "off"
    loss: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0
    listeners: int = 0


class StreamHealth:
    """Watches the listeners of a desk; `sample` is called once a second."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._before: dict[int, tuple[int, int]] = {}
        self._latest: dict[int, Health] = {}

    def of(self, mix: int) -> Health:
        """Return how a mix, by its number, fared when last sampled."""
        return self._latest.get(mix, Health())

    def sample(self) -> None:
        """Look at all listeners, and count from the last look on."""
        listeners = self._desk.audience.listeners
        by_mix: dict[int, list[Listener]] = {}
        for listener in listeners:
            by_mix.setdefault(listener.mix, []).append(listener)
        self._latest = {mix: self._health(mix, those) for mix, those in by_mix.items()}
        self._before = {id(one.row): _counters(one) for one in listeners}

    def _health(self, mix: int, listeners: Sequence[Listener]) -> Health:
        sent = dropped = 0
        for one in listeners:
            counters = _counters(one)
            before = self._before.get(id(one.row), counters)
            sent += counters[0] - before[0]
            dropped += counters[1] - before[1]
        states = [one.state() for one in listeners]
        heard = [one.heard for one in listeners if one.heard is not None]
        left_out = dropped / (sent + dropped) if dropped else 0.0
        return Health(
            state=max(states, key=_badness),
            loss=max([left_out, *(one.loss for one in heard)]),
            delay=max(one.queued_bytes() for one in listeners) / self._bytes_per_millisecond(mix),
            jitter=max((one.jitter_ms for one in heard), default=0.0),
            listeners=states.count("sending"),
        )

    def _bytes_per_millisecond(self, mix: int) -> float:
        desk = self._desk
        samplerate = desk.client.samplerate if desk.client else 48000
        encoding = desk.plans[desk.mixer.mixes[mix].id].encoding
        return samplerate * 2 * PAYLOADS[encoding].sample_bytes / 1000


def _counters(listener: Listener) -> tuple[int, int]:
    return listener.sent, sum(listener.dropped().values())


def _badness(state: str) -> int:
    return _BEST_FIRST.index(state) if state in _BEST_FIRST else len(_BEST_FIRST)
