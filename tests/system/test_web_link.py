"""A page at the end of a link that is too narrow for its mix: it hears less, and never the past."""

import asyncio
import socket
import struct
import threading
import time
from dataclasses import dataclass

import numpy as np
import pytest

from jackrf.web.listener import Listener
from jackrf.web.packets import framed
from jackrf.web.plan import Clock
from tests.system.links import Link

pytestmark = pytest.mark.system

CLOCK = Clock(48000, 128)
SECONDS = 8.0
TURNS = 3
"""The best of these counts: this machine may be busy."""
PACKET = 536


@dataclass(frozen=True, slots=True)
class Heard:
    """How old packets were when they arrived, in ms, and how many were dropped."""

    p50: float
    p99: float
    dropped: int
    arrived: int


def read(far: socket.socket, ages: list[float]) -> None:
    """Note how old each packet is that arrives; there is one length of frame alone."""
    size, waiting = len(framed(bytes(PACKET))), b""
    while data := _received(far):
        waiting += data
        now = time.monotonic_ns()
        while len(waiting) >= size:
            ages.append((now - struct.unpack_from("<Q", waiting, 4)[0]) / 1e6)
            waiting = waiting[size:]


def _received(far: socket.socket) -> bytes:
    try:
        return far.recv(65536)
    except ConnectionResetError:
        return b""


async def offer(near: socket.socket, listener_of: list[Listener]) -> None:
    """Offer packets at the pace of sound."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_accepted_socket(asyncio.Protocol, near)
    plain = transport.get_extra_info("socket")
    listener = Listener("far", "drums", transport, plain, CLOCK)
    listener_of.append(listener)
    began, sent = time.monotonic(), 0
    while (now := time.monotonic()) - began < SECONDS:
        while sent * 128 / 48000 <= now - began:
            stamped = struct.pack("<Q", time.monotonic_ns()) + bytes(PACKET - 8)
            listener.offer(framed(stamped), 128, now)
            sent += 1
        await asyncio.sleep(0.001)
    transport.abort()
    await asyncio.sleep(0)


def hear(number: int) -> Heard:
    """Hear a mix of 1.6 Mbit/s for some seconds over 1 Mbit/s that could hold 1 MB."""
    ages: list[float] = []
    made: list[Listener] = []
    with Link(number) as link:
        link.limit("1mbit", burst=3000, limit=1_000_000)
        near, far = link.tcp()
        with far:
            far.settimeout(10.0)
            reader = threading.Thread(target=read, args=(far, ages))
            reader.start()
            asyncio.run(offer(near, made))
            reader.join(10.0)
    settled = ages[len(ages) // 4 :]
    p50, p99 = np.percentile(settled, [50, 99])
    return Heard(float(p50), float(p99), made[0].report()["dropped"], len(ages))


def test_what_a_narrow_link_delivers_is_young() -> None:
    """p50 <= 25 ms, p99 <= 40 ms; without the budget it is seconds, as the queue has room for 8."""
    turns: list[Heard] = []
    for number in range(TURNS):
        turns.append(hear(200 + number))
        if turns[-1].p50 <= 25.0 and turns[-1].p99 <= 40.0:
            break
    best = min(turns, key=lambda one: one.p99)
    print(best)
    assert best.p50 <= 25.0, turns
    assert best.p99 <= 40.0, turns
    assert best.dropped > 500
    assert best.arrived > 1000
