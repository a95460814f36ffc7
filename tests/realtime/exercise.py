"""Everything that the kernels do with memory, at every kind of length; run with bounds checks.

`test_bounds.py` runs it in a process of its own with NUMBA_BOUNDSCHECK=1. There an index out of
bounds ends the callback before it has counted its cycle, and is told on the error output.
"""

import itertools
import sys

import numpy as np

from jackrf.audience.row import new_row
from jackrf.receiver import Format
from jackrf.rtp.stream import Encoding
from jackrf.testing import OfflineClient
from tests.offline import PERIODS, Ear, Wire, desk, noise
from tests.realtime import simulation
from tests.realtime.hostile import among, mutate
from tests.realtime.simulation import Hearing, Sending, hear, sine
from tests.realtime.stream import Road, packet

ENCODINGS: tuple[Encoding, ...] = ("L16", "L24")


def send(encoding: Encoding, inputs: int, mixes: int, period: int) -> None:
    """Mix, glide, limit, meter, clean, fade, convert and send, twice at one length."""
    client = desk(inputs, mixes, encoding=encoding, ceiling=-6.0)
    random = np.random.default_rng(period)
    with Ear() as ear, Ear(mixes - 1, room=0) as full:
        client.engine.publish([ear.row, full.row])
        for turn in range(4):
            rows = random.uniform(0.0, 3.0, (2 * mixes, inputs)).astype(np.float32)
            client.engine.set_gains(rows * (rows > turn - 1))
            sound = noise(turn, inputs, period, peak=2.0)
            sound[0, -1] = np.nan
            client.engine.identify(0, on=turn < 2)
            client.process(sound)
            ear.datagrams()
            if turn == 2:
                client.engine.fade_out()
    expect(client, 4)


def expect(client: OfflineClient, cycles: int) -> None:
    """End with an error when a callback did not come to its end."""
    if client.engine.cycles != cycles:
        sys.exit(f"{client.engine.cycles} of {cycles} periods came to their end")


def listen(period: int, sender: int) -> None:
    """Take, store, conceal and play packets of which some are lost, late, double, or none."""
    with Wire(frame_time=2**32 - 20_000, margin=period // 3) as wire:
        road = Road(wire, sender)
        random = np.random.default_rng(period)
        cycles = 4_000 // period + 12
        for cycle in range(cycles):
            wire.send(*[random.bytes(int(random.integers(1, 1500))) for _ in range(3)])
            wire.send(
                packet(10**6 * (cycle % 7), 1), b"\x9f" + bytes(40), bytes(2040), b"\xb0" * 20
            )
            road.run(period, 1, lambda n: [(), (0,), (1, 1), (2,), (30,)][n % 5])
        done = int(wire.receiver.reception["cycles"][0])
        if done != cycles:
            sys.exit(f"{done} of {cycles} received periods came to their end")


def follow(period: int, rate: int) -> None:
    """Follow another clock, convert its rate, and take hostile packets and gaps among its own."""
    good = simulation.send(sine(1.5, rate=rate), Sending(ppm=300.0, period=64, rate=rate))
    bad, sizes = mutate(good, 2000, period, spare_stream=bool(period % 2))
    packets, arrivals, lengths = among(good, bad, sizes, period)
    kept = np.random.default_rng(period).random(len(arrivals)) > 0.1
    how = Hearing(period=period, format_=Format(rate=rate))
    heard = hear(packets[kept], arrivals[kept], 1.4, how, lengths[kept])
    done = int(heard.receiver.reception["cycles"][0])
    if done != len(heard.delays):
        sys.exit(f"{done} of {len(heard.delays)} followed periods came to their end")


def break_a_rule() -> None:
    """Send a mix that is not there: with bounds checks the period must not come to its end."""
    client = desk(1, 1)
    with Ear() as ear:
        client.engine.publish([new_row(5, ear.socket.fileno(), 0)])
        client.process(np.zeros((1, 16), np.float32))
    if client.engine.cycles:
        sys.exit("bounds are not checked")


if __name__ == "__main__":
    if "--break" in sys.argv:
        break_a_rule()
    else:
        for coding, ports, length in itertools.product(
            ENCODINGS, ((1, 1), (9, 2), (64, 3)), PERIODS
        ):
            send(coding, *ports, length)
        for pair in (
            (1, 1),
            (16, 64),
            (64, 17),
            (128, 128),
            (441, 128),
            (1024, 1024),
            (8192, 8192),
        ):
            listen(*pair)
        for beat, hertz in ((1, 48000), (17, 192000), (128, 44100), (1024, 96000), (8192, 32000)):
            follow(beat, hertz)
        print("done")
