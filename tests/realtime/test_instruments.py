"""The memory of a player and a recorder; tests/latency plays and records with them."""

from jackrf.realtime.instruments import SEAT, play, record


def test_the_seat_is_laid_out_for_machine_code() -> None:
    """Every field is aligned to its own size, so that it is read and written whole."""
    assert SEAT.fields is not None
    assert all(offset % dtype.itemsize == 0 for dtype, offset, *_ in SEAT.fields.values())
    assert play.address != record.address
