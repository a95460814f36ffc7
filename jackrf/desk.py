"""The running desk: the mixer's model joined to JACK, to the compiled engine, and to the listeners.

The desk outlives the JACK client: when a server goes and comes back, a new client and a new engine
take over its levels, its listeners with their sockets and counters, and the streams' SSRCs.
"""

import contextlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jackrf.client import Event, JackClient, PortName
from jackrf.destinations import parse_url
from jackrf.engine import Engine, Stream, decibels, wait_until
from jackrf.errors import InputError
from jackrf.listeners import Listener, open_listener
from jackrf.mixer import Mix, Mixer, Send, Strip
from jackrf.rtp.sdp import Description, serialise
from jackrf.rtp.stream import PAYLOADS, Encoding, identify
from jackrf.units import GAIN_MAX_DB, db_to_amplitude

FADE_OUT_PATIENCE = 0.5
"""Seconds to wait for 20 ms of fading out, in case the server has stopped calling."""


@dataclass(frozen=True, slots=True)
class MixPlan:
    """How one mix leaves the desk.

    Attributes:
        send_to: URLs.
        encoding: L16 or L24.
        ceiling: of the limiter in dBFS, None for no limiter.
    """

    send_to: Sequence[str]
    encoding: Encoding
    ceiling: float | None


class Desk:
    """All of a session that runs.

    Args:
        name: the session's; SSRCs are derived from it.
        mixer: the model.
        wishes: by strip id, the full names of ports to connect to its input.
        plans: by mix id.

    Raises:
        InputError: a destination cannot be reached; no socket stays open then.
    """

    def __init__(
        self,
        name: str,
        mixer: Mixer,
        wishes: Mapping[str, Sequence[str]],
        plans: Mapping[str, MixPlan],
    ) -> None:
        self.name = name
        self.mixer = mixer
        self.plans = plans
        self.state = "waiting for JACK"
        self.client: JackClient | None = None
        self.engine: Engine | None = None
        self.xruns = 0
        self._wishes = {
            f"in_{number + 1:02d}": list(wishes.get(strip.id, ()))
            for number, strip in enumerate(mixer.strips)
        }
        self.listeners = self._open_listeners()

    def _open_listeners(self) -> list[Listener]:
        with contextlib.ExitStack() as stack:
            opened: list[Listener] = []
            for number, mix in enumerate(self.mixer.mixes):
                for url in self.plans[mix.id].send_to:
                    listener = open_listener(number, parse_url(url))
                    stack.callback(listener.close)
                    opened.append(listener)
            stack.pop_all()
        return opened

    def open(self, client_name: str, server: str | None) -> JackClient:
        """Open the JACK client, show its ports, start mixing and sending, and connect.

        Raises:
            JackServerError: no server.
            InputError: the client's name is taken.
        """
        client = JackClient(client_name, server, pretty=f"jackrf {self.name}")
        try:
            engine = Engine(len(self.mixer.strips), self._streams(), client.samplerate)
            self._register(client, engine)
            engine.set_gains(self.mixer.matrix())
            engine.publish([listener.row for listener in self.listeners])
            client.install(engine.callback, engine.context_address, engine)
            client.activate()
        except BaseException:
            client.close()
            raise
        self.client, self.engine, self.state = client, engine, "running"
        self.grant_wishes()
        return client

    def _streams(self) -> list[Stream]:
        streams = []
        for mix in self.mixer.mixes:
            plan = self.plans[mix.id]
            payload = PAYLOADS[plan.encoding]
            ssrc, offset = identify(self.name, mix.id)
            streams.append(
                Stream(ssrc, offset, payload.payload_type, payload.sample_bytes, plan.ceiling)
            )
        return streams

    def _register(self, client: JackClient, engine: Engine) -> None:
        engine.context["client"] = client.pointer
        for number, strip in enumerate(self.mixer.strips):
            name = PortName(strip.name, number + 1, "Inputs")
            engine.inputs["port"][number] = client.add_input(f"in_{number + 1:02d}", name)
        for number, mix in enumerate(self.mixer.mixes):
            group = f"Mix {number + 1} {mix.name}"
            for place, side in enumerate(("left", "right")):
                short = f"mix_{number + 1:02d}_{side[0]}"
                order = len(self.mixer.strips) + 2 * number + place + 1
                port = client.add_output(short, PortName(f"{mix.name} {side}", order, group))
                engine.mixes[f"{side}_port"][number] = port

    def grant_wishes(self) -> None:
        """Connect every input to the ports that it wants and that are there."""
        if self.client is None:
            return
        for short, peers in self._wishes.items():
            for peer in peers:
                if self.client.has_port(peer):
                    self.client.connect(peer, f"{self.client.name}:{short}")

    def hear(self, event: Event) -> None:
        """Take in what JACK told. A shutdown is for the caller, who closes and opens again."""
        if self.engine is None:
            return
        if event.kind == "xrun":
            self.xruns += 1
        elif event.kind == "freewheel":
            self.engine.set_freewheel(bool(event.value))
        elif event.kind == "port" and event.value:
            (name,) = event.text
            if any(name in peers for peers in self._wishes.values()):
                self.grant_wishes()
        self.engine.collect()

    def change(self, mix: str | None, strip: str | None, values: Mapping[str, Any]) -> None:
        """Change levels: of a send (both named), a mix (no strip) or a strip (no mix).

        Args:
            mix: its id.
            strip: its id.
            values: any of gain, pan, mute, solo for a send; gain, mute for a mix; trim, mute for a
                strip. Gains in dB, None or -inf for off.

        Raises:
            InputError: an unknown name or a value out of range; nothing is changed then.
        """
        target, allowed = self._find(mix, strip)
        checked = {key: _checked(key, value, allowed) for key, value in values.items()}
        for key, value in checked.items():
            setattr(target, key, value)
        if self.engine is None:
            return
        for number, one in enumerate(self.mixer.mixes):
            if mix is None or mix == one.id:
                self.engine.set_gains(self.mixer.amplitudes(one), number)

    def _find(
        self, mix: str | None, strip: str | None
    ) -> tuple[Send | Mix | Strip, tuple[str, ...]]:
        if mix is not None and mix not in self.mixer.mix_number:
            raise InputError(f"no mix {mix!r}: there are {', '.join(self.mixer.mix_number)}")
        if strip is not None and strip not in self.mixer.strip_number:
            raise InputError(f"no input {strip!r}: there are {', '.join(self.mixer.strip_number)}")
        if mix is not None:
            found = self.mixer.mixes[self.mixer.mix_number[mix]]
            if strip is None:
                return found, ("gain", "mute")
            return found.send(strip), ("gain", "pan", "mute", "solo")
        if strip is None:
            raise InputError("name a mix, an input, or both")
        return self.mixer.strips[self.mixer.strip_number[strip]], ("trim", "mute")

    def describe(self, mix: str, listener: int = 0) -> str:
        """Return the SDP with which other players hear a mix where it is sent to.

        Args:
            mix: its id.
            listener: which of its destinations, from 0.

        Raises:
            InputError: there is no such mix, or it is sent nowhere.
        """
        self._find(mix, None)
        number = self.mixer.mix_number[mix]
        hearing = [one for one in self.listeners if one.mix == number]
        if not 0 <= listener < len(hearing):
            raise InputError(f"mix {mix!r} is sent to {len(hearing)} places: add to its send_to")
        if self.client is None:
            raise InputError("there is no JACK server, so the sample rate is not known yet")
        chosen = hearing[listener]
        host, port = chosen.address
        payload = PAYLOADS[self.plans[mix].encoding]
        description = Description(
            name=f"{self.name}: {self.mixer.mixes[number].name}",
            identifier=identify(self.name, mix)[0],
            origin=chosen.sender,
            destination=host if chosen.destination.is_multicast else chosen.sender,
            port=port,
            payload=payload,
            samplerate=self.client.samplerate,
            packet_frames=self.client.period,
        )
        return serialise(description)

    def status(self) -> dict[str, Any]:
        """Return what ``jackrf status --json`` prints."""
        client, engine = self.client, self.engine
        report: dict[str, Any] = {
            "client": client.name if client else None,
            "state": self.state,
            "session": self.name,
            "samplerate": client.samplerate if client else 0,
            "period": client.period if client else 0,
            "cycles": engine.cycles if engine else 0,
            "xruns": self.xruns,
            "load": round(client.load, 2) if client else 0.0,
            "callback_us": engine.callback_microseconds() if engine else {},
            "oversized": engine.oversized if engine else 0,
        }
        report["inputs"] = [self._strip_report(number) for number in range(len(self._wishes))]
        report["mixes"] = {
            mix.id: self._mix_report(number) for number, mix in enumerate(self.mixer.mixes)
        }
        return report

    def _strip_report(self, number: int) -> dict[str, Any]:
        strip, client, engine = self.mixer.strips[number], self.client, self.engine
        short = f"in_{number + 1:02d}"
        connected = client.connections(short) if client else []
        peak = engine.input_peak(number) * db_to_amplitude(strip.trim) if engine else 0.0
        return {
            "id": strip.id,
            "name": strip.name,
            "port": f"{client.name}:{short}" if client else short,
            "peak_db": decibels(peak),
            "bad_samples": engine.bad_samples(number) if engine else 0,
            "connections": connected,
            "missing": [peer for peer in self._wishes[short] if peer not in connected],
        }

    def _mix_report(self, number: int) -> dict[str, Any]:
        mix, engine = self.mixer.mixes[number], self.engine
        meters = engine.meters(number) if engine else None
        encoding = self.plans[mix.id].encoding
        rate = self.client.samplerate if self.client else 48000
        bytes_per_millisecond = rate * 2 * PAYLOADS[encoding].sample_bytes / 1000
        return {
            "name": mix.name,
            "gain": mix.gain if math.isfinite(mix.gain) else None,
            "peak_db": [decibels(meters.left), decibels(meters.right)] if meters else [None, None],
            "limit_db": decibels(meters.limiter) if meters else 0.0,
            "encoding": encoding,
            "listeners": [
                listener.report(bytes_per_millisecond)
                for listener in self.listeners
                if listener.mix == number
            ],
        }

    def leave_jack(self) -> None:
        """Close the client, for good or until there is a server again; the rest stays."""
        if self.client is not None:
            self.client.close()
        if self.engine is not None:
            self.engine.collect(stopped=True)
        self.client, self.engine, self.state = None, None, "waiting for JACK"

    def fade_out(self) -> None:
        """Close every mix over 20 ms and wait for it."""
        engine = self.engine
        if engine is None:
            return
        self.state = "fading"
        engine.fade_out()
        wait_until(lambda: engine.faded_out, FADE_OUT_PATIENCE)

    def close(self) -> None:
        """Leave JACK and close every socket."""
        self.leave_jack()
        for listener in self.listeners:
            listener.close()


def _checked(key: str, value: Any, allowed: tuple[str, ...]) -> Any:
    if key not in allowed:
        raise InputError(f"{key!r} cannot be set here: allowed are {', '.join(allowed)}")
    if key in ("mute", "solo"):
        if not isinstance(value, bool):
            raise InputError(f"{key} = {value!r}: allowed are true and false")
        return value
    if value is None and key == "gain":
        return -math.inf
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise InputError(f"{key} = {value!r}: allowed is a number")
    low, high = (-1.0, 1.0) if key == "pan" else (-math.inf, GAIN_MAX_DB)
    if not low <= value <= high:
        raise InputError(f"{key} = {value:g}: allowed is {low:g} to {high:g}")
    return float(value)
