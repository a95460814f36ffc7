"""Frames of one length from packets of any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.fanout.frames import LONGEST_SILENCE, Assembler, Block, Form, samples_of
from jackrf.rtp.packet import Packet

L16 = Form(2, 2, 48000)
STEP = 1 / (1 << 15)


def packet(timestamp: int, frames: int, first: int | None = None, ssrc: int = 1) -> Packet:
    """Frames that are numbered on the left, and the negative of it on the right."""
    begin = timestamp if first is None else first
    numbers = np.arange(begin, begin + frames) % 30000
    stereo = np.stack([numbers, -numbers], axis=1).astype(">i2")
    return Packet(96, 0, timestamp % 2**32, ssrc, stereo.tobytes())


def numbers(blocks: list[Block]) -> list[int]:
    """The numbers of all frames, from the left; 0 is silence."""
    every = np.concatenate([block.samples for block in blocks]) if blocks else np.zeros((0, 2))
    assert np.array_equal(every[:, 0], -every[:, 1])
    return [round(one / STEP) for one in every[:, 0]]


@given(st.lists(st.integers(1, 317), min_size=1, max_size=40), st.sampled_from([120, 240, 480]))
def test_every_frame_is_there_once_and_in_order(sizes: list[int], length: int) -> None:
    """Whatever the packets' lengths."""
    assembler, blocks, place = Assembler(L16, length), list[Block](), 100
    for size in sizes:
        blocks += assembler.take(packet(place, size))
        place += size
    assert numbers(blocks) == list(range(100, 100 + sum(sizes) // length * length))
    assert {len(block.samples) for block in blocks} <= {length}
    assert [block.begins for block in blocks] == [n == 0 for n in range(len(blocks))]
    assert {block.skipped for block in blocks} <= {0}
    assert (assembler.late, assembler.silent, assembler.broken) == (0, 0, 0)


def test_what_is_missing_is_silence_of_its_length() -> None:
    """So that the next packet stands in its place."""
    assembler = Assembler(L16, 100)
    blocks = [*assembler.take(packet(1, 100)), *assembler.take(packet(151, 150))]
    assert numbers(blocks) == [*range(1, 101), *([0] * 50), *range(151, 301)]
    assert assembler.silent == 50


def test_what_comes_late_or_twice_is_given_up() -> None:
    """Its place has gone out already."""
    assembler = Assembler(L16, 100)
    blocks = list(assembler.take(packet(101, 100)))
    for timestamp in (1, 101):
        blocks += assembler.take(packet(timestamp, 100))
    blocks += assembler.take(packet(201, 100))
    assert numbers(blocks) == list(range(101, 301))
    assert assembler.late == 2


def test_a_long_gap_is_left_out() -> None:
    """The block after it says how long it was, with what was begun before and is not whole."""
    assembler = Assembler(L16, 100)
    list(assembler.take(packet(0, 130)))
    gap = round(LONGEST_SILENCE * 48000) + 1
    (block,) = assembler.take(packet(130 + gap, 100))
    assert (block.begins, block.skipped) == (True, gap + 30)
    assert assembler.silent == 0


def test_another_stream_begins_anew() -> None:
    """As after its sender was started again: also where its time goes back by hours."""
    assembler = Assembler(L16, 100)
    list(assembler.take(packet(10_000_000, 100)))
    for new in (packet(5, 100, ssrc=2), packet(3_000_000_000, 100, first=1, ssrc=2)):
        (block,) = assembler.take(new)
        assert block.begins


def test_time_goes_round() -> None:
    """Past 2**32 the next packet still follows on."""
    assembler = Assembler(L16, 100)
    blocks = [
        *assembler.take(packet(2**32 - 50, 100, first=1)),
        *assembler.take(packet(50, 100, first=101)),
    ]
    assert numbers(blocks) == list(range(1, 201))


def test_l24_and_channels() -> None:
    """All 24 bits; of one channel both sides, of six the first two; no whole frames are none."""
    payload = bytes.fromhex("400001 c00000 7fffff")
    mono = samples_of(payload, Form(3, 1, 48000))
    assert mono is not None
    assert mono.shape == (3, 2)
    assert mono[0].tolist() == pytest.approx([0.5 + 2**-23] * 2, abs=1e-9)
    assert mono[1].tolist() == [-0.5, -0.5]
    six = samples_of(np.arange(12, dtype=">i2").tobytes(), Form(2, 6, 48000))
    assert six is not None
    assert (six / STEP).tolist() == [[0, 1], [6, 7]]
    assert samples_of(payload, Form(3, 2, 48000)) is None
    assert samples_of(b"", L16) is None
    assembler = Assembler(L16, 100)
    assert list(assembler.take(Packet(96, 0, 0, 1, b"odd"))) == []
    assert assembler.broken == 1
