"""Datagrams that nobody should send."""

import numpy as np
from numpy.typing import NDArray

from tests.realtime.simulation import Sender

Octets = NDArray[np.uint8]
Numbers = NDArray[np.int64]


def mutate(good: Sender, count: int, seed: int, *, spare_stream: bool) -> tuple[Octets, Numbers]:
    """Return datagrams and their sizes: noise, cut packets, and packets with other bytes.

    Args:
        spare_stream: whether none of them has the stream's SSRC and could be played.
    """
    random = np.random.default_rng(seed)
    room = good.datagrams.shape[1]
    bad = good.datagrams[random.integers(0, len(good.datagrams), count)].copy()
    rows = np.arange(count)
    for _ in range(4):
        places = np.where(random.random(count) < 0.7, random.integers(0, 28, count), 0)
        bad[rows, places] = random.integers(0, 256, count)
    noise = random.random(count) < 0.3
    bad[noise] = random.integers(0, 256, (int(noise.sum()), room))
    if spare_stream:
        bad[:, 8] ^= random.integers(1, 256, count).astype(np.uint8) * (bad[:, 11] == 9)
    sizes = np.where(random.random(count) < 0.4, random.integers(0, room + 1, count), room)
    sizes = np.where(random.random(count) < 0.02, 50_000, sizes)
    return bad, sizes.astype(np.int64)


def among(good: Sender, bad: Octets, sizes: Numbers, seed: int) -> tuple[Octets, Numbers, Numbers]:
    """Return packets, arrivals and sizes of the good ones with the bad ones among them."""
    random = np.random.default_rng(seed)
    packets = np.concatenate([good.datagrams, bad])
    start, end = int(good.sent[0]) + 300_000_000, int(good.sent[-1])
    arrivals = np.concatenate([good.sent + 100_000, random.integers(start, end, len(bad))])
    lengths = np.concatenate([np.full(len(good.sent), good.datagrams.shape[1]), sizes])
    return packets, arrivals, lengths
