"""What a running desk says of itself: its status, and the SDP of a mix."""

import math
from collections.abc import Sequence
from typing import Any

from jackrf.desk import Desk
from jackrf.engine import MixMeters, decibels
from jackrf.errors import InputError
from jackrf.parameters import Place
from jackrf.patchbay.ports import OwnPort
from jackrf.rtp.crypto import Crypto
from jackrf.rtp.sdp import Description, serialise
from jackrf.rtp.stream import PAYLOADS, identify


def status(desk: Desk) -> dict[str, Any]:
    """Return what ``jackrf status --json`` prints, but for the client's name without a server."""
    client, engine = desk.client, desk.engine
    levels = desk.levels()
    return {
        "client": client.name if client else None,
        "state": desk.state,
        "session": desk.name,
        "samplerate": client.samplerate if client else 0,
        "period": client.period if client else 0,
        "cycles": engine.cycles if engine else 0,
        "xruns": desk.xruns,
        "load": round(client.load, 2) if client else 0.0,
        "callback_us": engine.callback_microseconds() if engine else {},
        "refused_periods": engine.refused_periods if engine else 0,
        "inputs": [_strip(desk, number, peak) for number, peak in enumerate(levels.inputs)],
        "mixes": {
            desk.mixer.mixes[number].id: _mix(desk, number, meters)
            for number, meters in enumerate(levels.mixes)
        },
    }


def _strip(desk: Desk, number: int, peak: float) -> dict[str, Any]:
    strip, engine = desk.mixer.strips[number], desk.engine
    [port] = _connected(desk, desk.patchbay.inputs[number : number + 1])
    return {
        "id": strip.id,
        "name": strip.name,
        "peak_db": decibels(peak),
        "bad_samples": engine.bad_samples(number) if engine else 0,
    } | port


def _connected(desk: Desk, ports: Sequence[OwnPort]) -> list[dict[str, Any]]:
    """Return what is to be said of some ports of the desk."""
    client, wishes = desk.client, desk.patchbay.wishes
    found = []
    for port in ports:
        connected = client.connections(port.short) if client else []
        missing = wishes.missing(port, connected)
        offers = wishes.offers(client) if client and missing else {}
        here = [(peer, offers.get((port.wished, peer))) for peer in missing]
        found.append(
            {
                "port": f"{client.name}:{port.short}" if client else port.short,
                "connections": connected,
                "missing": missing,
                "offered": {peer: offer for peer, offer in here if offer is not None},
            }
        )
    return found


def _mix(desk: Desk, number: int, meters: MixMeters) -> dict[str, Any]:
    mix = desk.mixer.mixes[number]
    encoding = desk.plans[mix.id].encoding
    samplerate = desk.client.samplerate if desk.client else 48000
    bytes_per_millisecond = samplerate * 2 * PAYLOADS[encoding].sample_bytes / 1000
    return {
        "name": mix.name,
        "gain": mix.gain if math.isfinite(mix.gain) else None,
        "peak_db": [decibels(meters.left), decibels(meters.right)],
        "limit_db": decibels(meters.limiter),
        "encoding": encoding,
        "encrypted": desk.plans[mix.id].key is not None,
        "ports": _connected(desk, desk.patchbay.outputs[2 * number : 2 * number + 2]),
        "listeners": [
            listener.report(bytes_per_millisecond)
            for listener in desk.audience.listeners
            if listener.mix == number
        ],
    }


def describe(
    desk: Desk, mix: str, listener: int = 0, *, version: int = 1, with_key: bool = False
) -> str:
    """Return the SDP with which other players hear a mix where it is sent to.

    Args:
        desk: a running one; its client says rate and period.
        mix: its id.
        listener: which of its destinations, from 0.
        version: counted up where the description of a stream has changed (RFC 8866 section 5.2).
        with_key: whoever reads it may hear an encrypted mix.

    Raises:
        InputError: there is no such mix, it is sent nowhere, there is no JACK server, or it is
            encrypted and `with_key` is false.
    """
    desk.mixer.value(Place(mix, None, "gain"))
    number = desk.mixer.mix_number[mix]
    everybody = desk.audience.listeners
    hearing = [(one, one.destination) for one in everybody if one.mix == number and one.destination]
    if not hearing:
        raise InputError(f"mix {mix!r} is sent nowhere: add to its send_to")
    if not 0 <= listener < len(hearing):
        known, number = len(hearing), listener + 1
        raise InputError(f"mix {mix!r} is sent to {known} places, there is no number {number}")
    if desk.client is None:
        raise InputError("there is no JACK server, so the sample rate is not known yet")
    key = desk.plans[mix].key
    if key is not None and not with_key:
        raise InputError(f"mix {mix!r} is encrypted: its key is told by RTSP, to who has its PIN")
    chosen, wanted = hearing[listener]
    host, port = chosen.address
    return serialise(
        Description(
            name=f"{desk.name}: {desk.mixer.mixes[number].name}",
            identifier=identify(desk.stream_name, mix)[0],
            origin=chosen.sender,
            destination=host if wanted.is_multicast else chosen.sender,
            port=port,
            payload=PAYLOADS[desk.plans[mix].encoding],
            samplerate=desk.client.samplerate,
            packet_frames=desk.client.period,
            version=version,
            ttl=wanted.ttl,
            crypto=None if key is None else Crypto(key),
            plain=desk.plans[mix].plain,
        )
    )
