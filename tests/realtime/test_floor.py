"""The quickest packets know the drift where their floor is sharp, and are not asked elsewhere."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from jackrf.realtime.floor import FEWEST, note_floor
from jackrf.realtime.loop import drift_of, observe, slope_of, start_loop
from jackrf.realtime.reception import CELLS
from jackrf.receiver import Receiver
from tests.offline import RATE

STEP = 128
MS = RATE / 1000

Late = Callable[[np.random.Generator, int], NDArray[np.float64]]


def even(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """0 to 5 ms late, evenly."""
    return random.uniform(0.0, 5.0 * MS, count)


def queued(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Late as in a queue: 3 ms in the mean, and seldom very much."""
    return random.exponential(3.0 * MS, count)


def normal(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Early and late by 5 ms: no floor at all."""
    return random.normal(0.0, 5.0 * MS, count)


def followed(late: Late, ppm: float, seconds: float, seed: int) -> Receiver:
    """Show the loop and the floor packets of a clock, as they come."""
    receiver = Receiver(RATE, -1)
    row = receiver.reception[0]
    count = int(seconds * RATE / STEP)
    frames = np.arange(count) * float(STEP)
    came = frames / (1.0 + ppm * 1e-6) + late(np.random.default_rng(seed), count)
    start_loop(row, float(came[0]), 0.0, 1.0)
    row["noise"] = 1.25 * MS
    for position, stream in zip(came.tolist(), frames.tolist(), strict=True):
        if not observe(row, position, stream) and row["strayed"] == 0:
            note_floor(row, position, stream)
    return receiver


@pytest.mark.parametrize("late", [even, queued])
@pytest.mark.parametrize("ppm", [0.0, -300.0])
def test_the_drift_is_known_to_1_ppm_through_so_much_jitter(late: Late, ppm: float) -> None:
    """Within 20 s, and it says so; the line of all packets alone is several times as wrong."""
    alone, together = [], []
    for seed in range(5):
        receiver = followed(late, ppm, 20.0, seed)
        row = receiver.reception[0]
        alone.append(1e6 * (float(row["slope"]) - 1.0) - ppm)
        together.append(1e6 * drift_of(row) - ppm)
        assert receiver.report()["settled"]
    assert np.max(np.abs(together)) < 1.0
    assert np.sqrt(np.mean(np.square(alone))) > 3.0 * np.sqrt(np.mean(np.square(together)))


def test_where_there_is_no_floor_the_line_is_believed() -> None:
    """Normal jitter has no edge: what is known is what all packets together know."""
    for seed in range(3):
        row = followed(normal, 100.0, 20.0, seed).reception[0]
        assert float(row["floor_p"]) > 0.0
        assert slope_of(row)[0] == float(row["slope"])
        assert row["settled"] == 0


def test_a_floor_far_from_the_line_is_not_believed() -> None:
    """Both cannot be right, and the line has seen all packets."""
    row = followed(even, 0.0, 20.0, 1).reception[0]
    row["floor_slope"] = 1.0 + 100e-6
    assert slope_of(row)[0] == float(row["slope"])


def test_another_line_has_another_floor() -> None:
    """When the line moves at once what came before is forgotten, and learned again in 8 s."""
    receiver = followed(even, 0.0, 20.0, 1)
    row = receiver.reception[0]
    assert FEWEST < int(row["cells"]) <= 40
    position, stream = float(row["anchor"]), float(row["stream"])
    steps = [float(STEP * number) for number in range(1, 21)]
    moved = [bool(observe(row, position + step, stream + step + RATE)) for step in steps]
    assert sum(moved) == 1
    assert (int(row["cells"]), float(row["floor_p"])) == (0, 0.0)


def test_it_remembers_32_s_and_no_more() -> None:
    """However long it lasts, and however the packets come: numbers stay numbers."""
    row = followed(even, 50.0, 40.0, 2).reception[0]
    assert int(row["cells"]) > CELLS
    assert abs(1e6 * float(row["floor_slope"]) - 1e6 - 50.0) < 1.0
    # All at one moment, and long after it.
    for position in (0.0, 0.0, 1e12, 1e12, 2e12):
        note_floor(row, position, 0.0)
    assert np.isfinite(row["floor_slope"])
    assert np.isfinite(row["floor_p"])


def test_without_jitter_it_does_not_pretend_to_know_all() -> None:
    """Crystals wander: the past is no surer than that, however sharp it was."""
    row = followed(lambda _, count: np.zeros(count), 20.0, 40.0, 0).reception[0]
    assert 1e6 * drift_of(row) == pytest.approx(20.0, abs=0.1)
    assert float(row["floor_p"]) > (1e-7) ** 2
