"""The running desk: the mixer's model joined to JACK, to the compiled engine, and to the listeners.

The desk outlives the JACK client: when a server goes and comes back, a new client and a new engine
take over its levels, its listeners with their sockets and counters, and the streams' SSRCs.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from jackrf.audience.opening import Wanted, open_audience
from jackrf.audience.sockets import DSCP
from jackrf.client import Event, JackClient
from jackrf.engine import Engine, MixMeters, Stream, wait_until
from jackrf.graph.joining import join, part
from jackrf.graph.states import FADING, FREEWHEEL, RUNNING, WAITING
from jackrf.history import History
from jackrf.mixer import Mixer
from jackrf.parameters import Place, Value, checked
from jackrf.patchbay.patchbay import Patchbay
from jackrf.rtp.stream import PAYLOADS, Encoding, identify
from jackrf.rtp.timeline import Timeline
from jackrf.units import db_to_amplitude

Watcher = Callable[[Mapping[Place, Value], str], None]

MOST_SINGLE_SENDS = 64
"""A change of more sends than this is one swap of the whole matrix, as every scene is."""
FADE_OUT_PATIENCE = 0.5
"""Seconds to wait for 20 ms of fading out, in case the server has stopped calling."""


@dataclass(frozen=True, slots=True)
class MixPlan:
    """How one mix leaves the desk.

    Attributes:
        send_to: URLs.
        encoding: L16 or L24.
        ceiling: of the limiter in dBFS, None for no limiter.
        dscp: how routers are asked to treat its packets, 0 to 63; 0 asks for nothing.
        plain: whether packets have no header extension.
        key: of what the session sends of an encrypted mix; None for one that is not.
    """

    send_to: Sequence[str]
    encoding: Encoding
    ceiling: float | None
    dscp: int = DSCP
    plain: bool = False
    key: bytes | None = None


@dataclass(frozen=True, slots=True)
class Levels:
    """What the meters read, as amplitudes.

    Attributes:
        inputs: peaks after the trim, in port order.
        mixes: in port order.
    """

    inputs: Sequence[float]
    mixes: Sequence[MixMeters]


class Desk:
    """All of a session that runs.

    Args:
        name: the session's; SSRCs are derived from it, and stay over a handover (`stream_name`).
        mixer: the model.
        wanted: full names of the ports to connect to, by `jackrf.patchbay.ports.OwnPort.wished`.
        plans: by mix id.
        clock: monotonic seconds.

    Attributes:
        patchbay: its ports, their names and connections.

    Raises:
        InputError: a destination cannot be reached; no socket stays open then.
    """

    def __init__(
        self,
        name: str,
        mixer: Mixer,
        wanted: Mapping[Place, Sequence[str]],
        plans: Mapping[str, MixPlan],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = self.stream_name = name
        self.mixer = mixer
        self.plans = plans
        self.state = WAITING
        self.timeline = Timeline()
        self.client: JackClient | None = None
        self.engine: Engine | None = None
        self.xruns = 0
        self.revision = 0
        self._watchers: list[Watcher] = []
        self._history = History()
        self._held: dict[Place, set[str]] = {}
        self._clock = clock
        found = [(number, plans[mix.id]) for number, mix in enumerate(mixer.mixes)]
        self.audience = open_audience(Wanted(n, p.send_to, p.dscp, p.key) for n, p in found)
        self.patchbay = Patchbay(mixer, wanted, lambda names: self.change(names, by="JACK"))

    @property
    def pretty(self) -> str:
        """What people read in place of the client's name."""
        return f"jackrf {self.name}"

    def open(self, client_name: str, server: str | None) -> JackClient:
        """Open the JACK client, show its ports, start mixing and sending, and connect.

        Raises:
            JackServerError: no server.
            InputError: the client's name is taken.
        """
        client = JackClient(client_name, server, self.pretty)
        try:
            streams = [self._stream(mix.id) for mix in self.mixer.mixes]
            engine = Engine(len(self.mixer.strips), streams, client.samplerate)
            self._register(client, engine)
            client.events.follow_freewheel(engine.freewheel_address)
            engine.set_gains(self.mixer.matrix())
            client.install(engine.callback, engine.context_address, engine)
            client.activate()
            join(self.timeline, client, engine)
            self.audience.start(engine)
        except BaseException:
            client.close()
            self.audience.stop()
            raise
        self.client, self.engine, self.state = client, engine, RUNNING
        self.patchbay.wishes.grant(client)
        return client

    def _stream(self, mix: str) -> Stream:
        plan = self.plans[mix]
        form = PAYLOADS[plan.encoding]
        ssrc, offset = identify(self.stream_name, mix)
        return Stream(ssrc, offset, form.payload_type, form.sample_bytes, plan.ceiling, plan.plain)

    def _register(self, client: JackClient, engine: Engine) -> None:
        engine.context["client"] = client.pointer
        engine.context["clock"] = client.clock
        for port, pointer in self.patchbay.register(client):
            if port.is_input:
                engine.inputs["port"][port.number - 1] = pointer
            else:
                engine.mixes[f"{port.side}_port"][port.number - 1] = pointer

    def hear(self, event: Event) -> None:
        """Take in what JACK told. A shutdown is for the caller, who closes and opens again."""
        client, engine = self.client, self.engine
        if client is None or engine is None:
            return
        if event.kind == "xrun":
            # Nothing is late while nothing is live.
            self.xruns += self.state != FREEWHEEL
        elif event.kind == "freewheel" and self.state in (RUNNING, FREEWHEEL):
            self.state = FREEWHEEL if event.value else RUNNING
        else:
            self.patchbay.hear(event, client, self._clock())

    def settle(self) -> float | None:
        """Do what is due after what JACK told; return in how many seconds more will be."""
        return self.patchbay.settle(self.client, self._clock())

    def watch(self, watcher: Watcher) -> None:
        """Have every later change told, after it was made: places with values, and who made it."""
        self._watchers.append(watcher)

    def change(
        self,
        values: Mapping[Place, object],
        *,
        by: str = "",
        seconds: float = 0.0,
        as_one: bool = False,
    ) -> dict[Place, Value]:
        """Change values together: all of them, or, where one is wrong, none.

        Gains glide over `seconds`, at least 20 ms, and a gain that rises by more than 12 dB rises
        no faster than 60 dB/s: nothing that anybody sends jumps into an ear.

        Args:
            values: by place.
            by: who makes the change; told to those who watch.
            seconds: of the glide.
            as_one: all gains begin to move in the same period, as those of a scene do; a fader
                that is on its way is spared the copy of the whole matrix that this takes.

        Returns:
            What is different now.

        Raises:
            InputError: an unknown place, or a value that is not allowed.
        """
        wanted = {place: checked(place, value) for place, value in values.items()}
        changed = {p: value for p, value in wanted.items() if self.mixer.value(p) != value}
        self._history.record({p: self.mixer.value(p) for p in changed}, self._clock())
        self._put(changed, by, seconds, as_one=as_one)
        return changed

    def _put(
        self, changed: Mapping[Place, Value], by: str, seconds: float, *, as_one: bool = False
    ) -> None:
        for place, value in changed.items():
            self.mixer.put(place, value)
        self._glide(changed, seconds, as_one=as_one)
        self.patchbay.show(changed, self.client)
        if changed:
            self.revision += 1
            for watcher in self._watchers:
                watcher(changed, by)

    def undo(self, mix: str | None, *, by: str = "", seconds: float = 0.0) -> dict[Place, Value]:
        """Take back the last burst of changes of a mix, or of the input strips.

        Args:
            mix: its id; None for the input strips.
            by: who asks; told to those who watch.
            seconds: of the glide.

        Returns:
            What is different now.
        """
        before = self._history.take_back(mix)
        changed = {p: value for p, value in before.items() if self.mixer.value(p) != value}
        self._put(changed, by, seconds)
        return changed

    def hold(self, place: Place, by: str) -> None:
        """Note that somebody's finger is on a control: recalling a scene leaves it alone."""
        self._held.setdefault(place, set()).add(by)

    def release(self, place: Place, by: str) -> None:
        """Note that the finger is off again."""
        holders = self._held.get(place, set())
        holders.discard(by)
        if not holders:
            self._held.pop(place, None)

    def is_held(self, place: Place) -> bool:
        """Return whether any finger is on a control."""
        return place in self._held

    def levels(self) -> Levels:
        """Return what the meters read now."""
        engine = self.engine
        if engine is None:
            silent = MixMeters(0.0, 0.0, 1.0)
            return Levels([0.0] * len(self.mixer.strips), [silent] * len(self.mixer.mixes))
        trims = (db_to_amplitude(strip.trim) for strip in self.mixer.strips)
        inputs = [engine.input_peak(number) * trim for number, trim in enumerate(trims)]
        return Levels(inputs, [engine.meters(number) for number in range(len(self.mixer.mixes))])

    def _glide(self, changed: Iterable[Place], seconds: float, *, as_one: bool) -> None:
        engine, mixer = self.engine, self.mixer
        gently = any(place.name in ("gain", "trim") for place in changed)
        moved = mixer.affected(changed)
        if engine is None or not moved:
            return
        if as_one or len(moved) > MOST_SINGLE_SENDS:
            engine.set_gains(mixer.matrix(), None, seconds, gently=gently)
            return
        soloing = {mix: mixer.mixes[mix].soloing for mix, _ in moved}
        pairs = [
            mixer.send_amplitudes(mixer.mixes[mix], mixer.strips[strip], soloing=soloing[mix])
            for mix, strip in moved
        ]
        engine.glide_sends(list(moved), np.array(pairs, np.float32), seconds, gently=gently)

    def leave_jack(self) -> None:
        """Close the client, for good or until there is a server again; the rest stays."""
        part(self.timeline, self.engine)
        if self.client is not None:
            self.client.close()
        self.audience.stop()
        self.patchbay.wishes.leave()
        self.client, self.engine, self.state = None, None, WAITING

    def fade_out(self) -> None:
        """Close every mix over 20 ms and wait for it."""
        if (engine := self.engine) is None:
            return
        self.state = FADING
        engine.fade_out()
        wait_until(lambda: engine.faded_out, FADE_OUT_PATIENCE)

    def close(self) -> None:
        """Leave JACK and close every socket."""
        self.leave_jack()
        self.audience.close()
