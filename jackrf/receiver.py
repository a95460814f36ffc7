"""The receive side as Python sees it: the compiled callback's memory, its socket, its counters."""

import errno
import ipaddress
import socket
import struct
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jackrf.destinations import Destination
from jackrf.engine import decibels
from jackrf.errors import InputError
from jackrf.realtime import receive as compiled
from jackrf.realtime.context import VECTOR, address
from jackrf.realtime.lateness import LEAST_COVER_SECONDS
from jackrf.realtime.memory import lay_out
from jackrf.realtime.reception import (
    BATCH,
    LEARNING,
    LOG,
    LOOKBACK,
    MEMORY,
    PACKET_ROOM,
    PLAYING,
    RATES,
    RECEPTION,
    RING,
    WAITING,
)
from jackrf.realtime.resample import design, taps_for
from jackrf.rtp.statistics import Reception

RECEIVE_BUFFER = 1 << 18
"""Bytes of SO_RCVBUF: packets that come while the JACK server stands still are late, not lost."""

COUNTERS = (
    "packets",
    "late",
    "duplicate",
    "reordered",
    "alien",
    "streams",
    "shifts",
    "concealed",
    "silent",
    "dropped",
    "skipped",
    "refused_periods",
)
"""That only count up, as `jackrf.realtime.reception` describes them."""

MAX_DELAY_MS = 20.0
MOST_DELAY_MS = 300.0
STAMPS = 35
"""SO_TIMESTAMPNS (socket(7)): the kernel says when each packet came."""
STATES = {WAITING: "waiting", LEARNING: "locking", PLAYING: "playing"}


@dataclass(frozen=True, slots=True)
class Format:
    """What a stream is; 0 where the payload type says it, or the packets' own pace.

    Attributes:
        sample_bytes: 2 = L16, 3 = L24.
        channels: 1 or more; the first two are played, one alone on both sides.
        rate: Hz.
    """

    sample_bytes: int = 0
    channels: int = 0
    rate: int = 0


class Receiver:
    """Memory of one compiled receive callback.

    Args:
        samplerate: Hz, of the ports that it plays on.
        descriptor: of a non-blocking datagram socket that is bound.
        format_: of the stream, as far as it is known beforehand.
        clock: which clock drives the ports, by `jackrf.clocks.identify_clock`; 0 = another one
            than that of any sender.
        margin: frames to stay behind the latest packet beyond the least that was needed.
    """

    callback = compiled.receive

    def __init__(
        self,
        samplerate: int,
        descriptor: int,
        format_: Format = Format(),
        *,
        clock: int = 0,
        margin: int = 0,
    ) -> None:
        if format_.rate not in (0, samplerate, *RATES):
            known = ", ".join(map(str, RATES))
            raise InputError(f"a stream at {format_.rate} Hz cannot be played: known are {known}")
        self._arrays = lay_out(MEMORY)
        self.reception = self._arrays["reception"]
        for name in self._arrays.keys() & set(RECEPTION.names or ()):
            self.reception[name] = address(self._arrays[name])
        self.reception["samplerate"] = samplerate
        self.reception["socket"] = descriptor
        self.reception["sample_bytes"] = format_.sample_bytes
        self.reception["channels"] = format_.channels
        self.reception["stream_rate"] = format_.rate
        self.reception["clock"] = clock
        self.reception["margin"] = margin
        self._prepare(samplerate)
        self.set_delay(None, MAX_DELAY_MS)
        self._read = 0

    def _prepare(self, samplerate: int) -> None:
        # No timestamp ever falls on a place that differs from it in the lowest bit.
        self._arrays["stamps_at"][:] = np.arange(RING, dtype=np.uint32) ^ np.uint32(1)
        for place, rate in enumerate((*RATES, samplerate)):
            self._arrays["taps_at"][place] = taps_for(rate, samplerate)
            self._arrays["tables_at"][place] = design(rate, samplerate)
        messages, vectors = self._arrays["messages_at"], self._arrays["vectors"]
        for number in range(BATCH):
            vectors["base"][number] = address(self._arrays["packet_at"][number])
            messages["name_at"][number] = address(self._arrays["name_at"][number])
            messages["control_at"][number] = address(self._arrays["control_at"][number])
            messages["vectors_at"][number] = address(vectors) + number * VECTOR.itemsize
        vectors["bytes"] = PACKET_ROOM
        messages["vectors"] = 1
        # Before the first stream there is silence to look back to, in a gap that began long ago.
        row = self.reception
        row["rate"], row["table"], row["taps"] = samplerate, len(RATES), 32
        row["slope"] = row["ratio"] = row["pitch"] = 1
        row["repaired"] = row["read"] = LOOKBACK
        row["gap"] = 1 << 30

    @property
    def context_address(self) -> int:
        """The callback's ``arg``."""
        return address(self.reception)

    def set_delay(self, milliseconds: float | None, most: float = MAX_DELAY_MS) -> None:
        """Choose the playout delay, at any time: it glides there.

        Args:
            milliseconds: from a frame's own time to its being played; None for the least that the
                packets allow. Never less than the two periods and the resampler need.
            most: ms that it never exceeds, but for the same least.

        Raises:
            InputError: it is no delay, or longer than the buffer.
        """
        if not 0 < most <= MOST_DELAY_MS or not 0 <= (milliseconds or 0) <= most:
            raise InputError(
                f"a delay of {milliseconds or 'auto'} and at most {most:g} ms cannot be kept: "
                f"allowed are auto or 0 to the maximum, and a maximum up to {MOST_DELAY_MS:g} ms"
            )
        self.reception["max_delay"] = most
        self.reception["wanted_delay"] = milliseconds or 0.0

    def report(self) -> dict[str, Any]:
        """Return state, delay, counters and levels; counters only ever count up.

        Delays are in frames of the ports: `now` from a frame's own time to its being played, of
        which `jitter` covers the network, `resampler` its filter, and `queue` is what was in hand
        beyond the last frame played; `goal` is where it goes, and `most` what it never exceeds.
        """
        row = self.reception[0]
        state = STATES[int(row["locked"])]
        if row["quiet"] > row["samplerate"] and state == "playing":
            state = "silent"
        report: dict[str, Any] = {"state": state, "settled": bool(row["settled"])}
        report |= {name: int(row[name]) for name in COUNTERS}
        statistics = self.statistics()
        lost = 0 if statistics is None else max(0, statistics.lost)
        report["lost"] = int(row["lost_before"]) + lost
        report["delay"] = {
            "now": round(float(row["delay"]), 1),
            "goal": round(float(row["goal"]), 1),
            "most": round(self._most_delay(), 1),
            "jitter": round(float(row["need"]), 1),
            "resampler": 0 if row["same_clock"] else int(row["taps"]) // 2,
            "queue": int(row["in_hand"]),
        }
        report["same_clock"] = bool(row["same_clock"])
        report["drift_ppm"] = round(1e6 * float(row["drift"]), 2)
        report["ratio"] = float(row["ratio"])
        report["stream"] = {
            "ssrc": int(row["ssrc"]),
            "payload_type": int(row["payload_type"]),
            "sample_bytes": int(row["width"]),
            "channels": int(row["stream_channels"]),
            "rate": int(row["rate"]),
        }
        report["peak_db"] = [decibels(float(row["left_peak"])), decibels(float(row["right_peak"]))]
        return report

    def _most_delay(self) -> float:
        """Return the frames that the delay never exceeds, as `realtime.lateness` has it."""
        row = self.reception[0]
        ahead = 0.5 * float(row["taps"]) * float(row["samplerate"]) / float(row["rate"])
        least = float(row["longest"]) + ahead + float(row["margin"])
        rate = 1e-3 * float(row["samplerate"])
        return max(float(row["max_delay"]) * rate, least + LEAST_COVER_SECONDS * 1e3 * rate)

    def statistics(self) -> Reception | None:
        """Return what a receiver report tells of the stream under way; None before the first."""
        row = self.reception[0]
        if row["received"] == 0:
            return None
        first, received = int(row["base_sequence"]), int(row["received"])
        # Extended numbers begin anew at 2**32.
        lost = (int(row["highest"]) - first + 1 - received + 2**31) % 2**32 - 2**31
        return Reception(
            first=first,
            highest=first + received - 1 + lost,
            received=received,
            jitter=float(row["rtp_jitter"]),
        )

    def log(self) -> NDArray[Any]:
        """Return the rows of the log (LOG_ROW) since the last call, oldest first.

        The callback writes one each 50 ms; call this at least once a minute, or some are gone.
        """
        end = int(self.reception["logged"][0])
        first = max(self._read, end - LOG // 2)
        self._read = end
        rows: NDArray[Any] = self._arrays["log_at"][np.arange(first, end) % LOG]
        return rows

    def peer(self) -> tuple[str, int] | None:
        """Return address and port that the stream comes from; None before the first packet."""
        octets = self._arrays["peer_at"].tobytes()
        family = int.from_bytes(octets[:2], sys.byteorder)
        port = int.from_bytes(octets[2:4], "big")
        if family == socket.AF_INET:
            return socket.inet_ntop(family, octets[4:8]), port
        if family == socket.AF_INET6:
            return socket.inet_ntop(family, octets[8:24]), port
        return None


def open_socket(source: Destination) -> socket.socket:
    """Return a non-blocking UDP socket that hears an address of this machine, or a group.

    Args:
        source: a unicast address of this machine, 0.0.0.0 for all of them, or a multicast group.

    Raises:
        InputError: the port is in use, or the address is not this machine's.
    """
    try:
        found = socket.getaddrinfo(source.host, source.port, type=socket.SOCK_DGRAM)
    except OSError as error:
        raise InputError(
            f"{source.url}: host {source.host!r} is not known ({error.strerror}): "
            "name an address of this machine, 0.0.0.0 for all, or a multicast group"
        ) from None
    family, kind, protocol, _, place = found[0]
    hearing = socket.socket(family, kind, protocol)
    try:
        hearing.setblocking(False)
        hearing.setsockopt(socket.SOL_SOCKET, STAMPS, 1)
        hearing.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        if ipaddress.ip_address(place[0]).is_multicast:
            hearing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            hearing.bind(place)
            _join(hearing, family, place)
        else:
            hearing.bind(place)
    except OSError as error:
        hearing.close()
        raise InputError(
            f"{source.url} cannot be listened on ({error.strerror}): {_remedy(source, error)}"
        ) from None
    return hearing


def _remedy(source: Destination, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        known = f"`ss -ulpn sport = :{source.port}` names it"
        return f"stop the program that uses the port ({known}), or name another one"
    if error.errno == errno.EACCES:
        return "name a port from 1024 up"
    return "name an address of this machine, 0.0.0.0 for all, or a multicast group"


def _join(hearing: socket.socket, family: int, group: tuple[Any, ...]) -> None:
    if family == socket.AF_INET6:
        interface = struct.pack("@I", group[3])
        request = socket.inet_pton(family, group[0]) + interface
        hearing.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request)
    else:
        request = socket.inet_aton(group[0]) + struct.pack("@I", socket.INADDR_ANY)
        hearing.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
