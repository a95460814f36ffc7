"""The receive side as Python sees it: the compiled callback's memory, its socket, its counters."""

import errno
import ipaddress
import socket
import struct
from typing import Any

import numpy as np

from jackrf.destinations import Destination
from jackrf.engine import decibels
from jackrf.errors import InputError
from jackrf.realtime import receive as compiled
from jackrf.realtime.context import address
from jackrf.realtime.memory import lay_out
from jackrf.realtime.reception import (
    EARLINESS,
    PACKET_ROOM,
    PLAYING,
    RECEPTION,
    RING,
    TAIL,
    WAITING,
)

RECEIVE_BUFFER = 1 << 18
"""Bytes of SO_RCVBUF: packets that come while the JACK server stands still are late, not lost."""

COUNTERS = ("packets", "late", "duplicate", "alien", "streams", "shifts", "concealed")


class Receiver:
    """Memory of one compiled receive callback.

    Args:
        samplerate: Hz, of the stream and of JACK.
        descriptor: of a non-blocking datagram socket that is bound.
        sample_bytes: 2 or 3, or 0 to go by the payload type.
        margin: frames to stay behind the latest packet beyond the least that was needed.
    """

    callback = compiled.receive

    def __init__(
        self, samplerate: int, descriptor: int, sample_bytes: int = 0, margin: int = 0
    ) -> None:
        self._arrays = lay_out(
            {
                "reception": (RECEPTION, (1,)),
                "packet_at": (np.uint8, (PACKET_ROOM,)),
                "decoded_at": (np.float32, (2, PACKET_ROOM // 4)),
                "history_at": (np.float32, (2, TAIL)),
                "fading_at": (np.float32, (2, TAIL)),
                "earliness_at": (np.int32, (EARLINESS,)),
                "stamps_at": (np.uint32, (RING,)),
                "ring_at": (np.float32, (2, RING)),
            }
        )
        # No timestamp ever falls on a place that differs from it in the lowest bit.
        self._arrays["stamps_at"][:] = np.arange(RING, dtype=np.uint32) ^ np.uint32(1)
        self.reception = self._arrays["reception"]
        for name in self._arrays.keys() & set(RECEPTION.names or ()):
            self.reception[name] = address(self._arrays[name])
        self.reception["samplerate"] = samplerate
        self.reception["socket"] = descriptor
        self.reception["sample_bytes"] = sample_bytes
        self.reception["margin"] = margin
        self.reception["tail"] = TAIL

    @property
    def context_address(self) -> int:
        """The callback's ``arg``."""
        return address(self.reception)

    def report(self) -> dict[str, Any]:
        """Return state, counters and levels; counters only ever count up."""
        row = self.reception[0]
        state = {WAITING: "waiting", PLAYING: "playing"}.get(int(row["locked"]), "locking")
        if row["quiet"] > row["samplerate"] and state == "playing":
            state = "silent"
        report: dict[str, Any] = {"state": state}
        report |= {name: int(row[name]) for name in COUNTERS}
        report["in_hand"] = int(row["in_hand"])
        report["peak_db"] = [decibels(float(row["left_peak"])), decibels(float(row["right_peak"]))]
        return report


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
