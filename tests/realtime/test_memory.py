"""The arrays of a callback lie side by side, zeroed and apart."""

from typing import Any

import numpy as np

from jackrf.realtime.memory import LINE, lay_out

PLAN: dict[str, tuple[Any, tuple[int, ...]]] = {
    "row": (np.dtype([("a", "u8"), ("b", "f4"), ("c", "u4")]), (3,)),
    "odd": (np.uint8, (5, 7)),
    "empty": (np.float32, (0, 4)),
    "ring": (np.float32, (2, 100)),
}


def test_arrays_have_the_dtype_and_shape_of_the_plan_and_are_zero() -> None:
    """Each array is what the plan says."""
    arrays = lay_out(PLAN)
    for name, (kind, shape) in PLAN.items():
        assert arrays[name].dtype == kind
        assert arrays[name].shape == shape
        assert not arrays[name].view(np.uint8).any()


def test_each_array_begins_a_cache_line_of_one_block() -> None:
    """Addresses are multiples of 64 in the order of the plan, with no page between them."""
    arrays = lay_out(PLAN)
    places = [arrays[name].ctypes.data for name in ("row", "odd", "ring")]
    assert all(place % LINE == 0 for place in places)
    assert places == sorted(places)
    assert places[-1] - places[0] < 4 * LINE


def test_what_is_written_to_one_is_not_seen_in_another() -> None:
    """Arrays do not overlap."""
    arrays = lay_out(PLAN)
    for number, name in enumerate(("row", "odd", "ring"), 1):
        arrays[name].view(np.uint8)[...] = number
    for number, name in enumerate(("row", "odd", "ring"), 1):
        assert (arrays[name].view(np.uint8) == number).all()
