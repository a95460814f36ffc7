"""Timestamps over the lives of several JACK servers."""

from hypothesis import given
from hypothesis import strategies as st

from jackrf.rtp.sequence import distance
from jackrf.rtp.timeline import MODULUS, Timeline

frames = st.integers(0, MODULUS - 1)


def test_the_first_server_is_taken_as_it_is() -> None:
    """Its frame times are the stream's."""
    timeline = Timeline()
    timeline.go_on(123_456, 48000, 10.0)
    timeline.note(200_000, 12.0)
    assert timeline.shift == 0


def test_the_next_server_goes_on_where_the_last_one_was() -> None:
    """Seven seconds between the last look and the new client are seven seconds of frames, whatever
    rate the new server has, and however often servers come and go.
    """
    timeline = Timeline()
    timeline.go_on(1000, 48000, 0.0)
    timeline.note(480_000, 10.0)
    timeline.go_on(256, 44100, 17.0)
    assert (256 + timeline.shift) % MODULUS == 480_000 + 7 * 44100
    timeline.note(256 + 44100, 18.0)
    timeline.go_on(0, 48000, 20.0)
    assert timeline.shift == 480_000 + 8 * 44100 + 2 * 48000


def test_a_server_that_never_ran_is_counted_by_the_clock() -> None:
    """It was opened and went before anybody looked: the next one goes on from there."""
    timeline = Timeline()
    timeline.go_on(5000, 48000, 0.0)
    timeline.go_on(0, 48000, 1.0)
    timeline.go_on(100, 48000, 2.0)
    assert (100 + timeline.shift) % MODULUS == 5000 + 2 * 48000


@given(frames, frames, st.floats(0.0, 3600.0), st.sampled_from([8000, 44100, 48000, 192000]))
def test_timestamps_never_go_back(last: int, first: int, away: float, rate: int) -> None:
    """Wherever both servers' frame times stand, and over the wrap at 2**32."""
    timeline = Timeline()
    timeline.go_on(0, rate, 0.0)
    timeline.note(last, 100.0)
    timeline.go_on(first, rate, 100.0 + away)
    assert 0 <= timeline.shift < MODULUS
    # 100.0 + away, and 100.0 taken off again, may round to the frame beside it.
    assert abs(distance((first + timeline.shift) % MODULUS, last, 32) - away * rate) < 1.0
