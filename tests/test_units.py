"""Units: decibel and amplitude, pan, tapers, the meter's scale, and what is shown to people."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.units import (
    GAIN_MAX_DB,
    GAIN_MIN_DB,
    amplitude_to_db,
    ardour_fader_to_db,
    db_text,
    db_to_amplitude,
    db_to_ardour_fader,
    db_to_fader,
    fader_to_db,
    meter_position,
    pan_amplitudes,
)

fader_db = st.floats(GAIN_MIN_DB, GAIN_MAX_DB)
pans = st.floats(-1.0, 1.0)
levels = st.floats(-200.0, 30.0)


@pytest.mark.parametrize(
    ("db", "amplitude"), [(0.0, 1.0), (20.0, 10.0), (-20.0, 0.1), (-90.0, 10**-4.5)]
)
def test_decibels_are_twenty_times_the_logarithm_of_the_amplitude(
    db: float, amplitude: float
) -> None:
    """0 dB is 1, every 20 dB are a factor of ten."""
    assert db_to_amplitude(db) == pytest.approx(amplitude, rel=1e-12)


@pytest.mark.parametrize("db", [-math.inf, -1000.0, math.nextafter(-90.0, -100.0)])
def test_below_the_bottom_of_the_fader_is_silence(db: float) -> None:
    """Below -90 dB an amplitude is exactly 0, not merely small."""
    assert db_to_amplitude(db) == 0.0


@given(fader_db)
def test_decibels_survive_the_way_to_amplitude_and_back(db: float) -> None:
    """Any gain of a fader comes back from its amplitude to within rounding."""
    assert amplitude_to_db(db_to_amplitude(db)) == pytest.approx(db, abs=1e-9)


@given(fader_db, fader_db)
def test_more_gain_is_never_less_amplitude(one: float, other: float) -> None:
    """The amplitude rises with the gain."""
    low, high = sorted((one, other))
    assert db_to_amplitude(low) <= db_to_amplitude(high)


@pytest.mark.parametrize("amplitude", [0.0, -1.0])
def test_no_amplitude_is_minus_infinity(amplitude: float) -> None:
    """Silence is -inf dB, and a negative number is no amplitude."""
    assert amplitude_to_db(amplitude) == -math.inf


@given(pans)
def test_pan_keeps_the_power(pan: float) -> None:
    """Left squared plus right squared is 1 wherever the pan stands."""
    left, right = pan_amplitudes(pan)
    assert left**2 + right**2 == pytest.approx(1.0, abs=1e-12)


@given(pans)
def test_pan_is_symmetric(pan: float) -> None:
    """The mirror image of a pan swaps left and right."""
    left, right = pan_amplitudes(pan)
    assert pan_amplitudes(-pan) == pytest.approx((right, left), abs=1e-12)


def test_the_centre_is_three_decibels_down() -> None:
    """At the centre both sides get the amplitude 1/sqrt(2), -3.01 dB."""
    left, right = pan_amplitudes(0.0)
    assert left == pytest.approx(right, rel=1e-15)
    assert amplitude_to_db(left) == pytest.approx(-3.0103, abs=1e-4)


@pytest.mark.parametrize(("pan", "sides"), [(-1.0, (1.0, 0.0)), (1.0, (0.0, 1.0))])
def test_hard_pan_leaves_nothing_on_the_other_side(pan: float, sides: tuple[float, float]) -> None:
    """Hard left is exactly silent on the right, and the other way round."""
    assert pan_amplitudes(pan) == sides


IEC_60268_18 = [
    # dB, where it stands on the meter
    (10.0, 1.0),
    (0.0, 1.0),
    (-6.0, 0.85),
    (-10.0, 0.75),
    (-20.0, 0.5),
    (-30.0, 0.3),
    (-40.0, 0.15),
    (-50.0, 0.075),
    (-60.0, 0.025),
    (-70.0, 0.0),
    (-71.0, 0.0),
    (-math.inf, 0.0),
]


@pytest.mark.parametrize(("db", "position"), IEC_60268_18)
def test_the_meter_has_the_knees_of_its_standard(db: float, position: float) -> None:
    """The scale of IEC 60268-18, as Ardour draws it."""
    assert meter_position(db) == pytest.approx(position, abs=1e-12)


@given(levels, levels)
def test_a_louder_sound_never_stands_lower_on_the_meter(one: float, other: float) -> None:
    """The meter rises with the level, and stays between 0 and 1."""
    low, high = sorted((one, other))
    assert 0.0 <= meter_position(low) <= meter_position(high) <= 1.0


@given(st.floats(-75.0, 5.0))
def test_the_meter_has_no_jump(db: float) -> None:
    """A thousandth of a dB moves the meter by its steepest slope at most, at the knees too."""
    assert meter_position(db + 0.001) - meter_position(db) <= 0.001 * 0.025 + 1e-12


TAPERS = [
    # dB, where it stands on a fader of the X32, and of Ardour
    (10.0, 1.0, 1.0),
    (6.0, 0.9, 0.999),
    (0.0, 0.75, 0.7818),
    (-6.0, 0.6, 0.607),
    (-10.0, 0.5, 0.510),
    (-20.0, 0.375, 0.325),
    (-30.0, 0.25, 0.202),
    (-40.0, 0.1875, 0.1215),
    (-60.0, 0.0625, 0.0395),
    (-70.0, 20 / 480, 0.0211),
]


@pytest.mark.parametrize(("db", "x32", "ardour"), TAPERS)
def test_the_tapers_are_those_of_their_desks(db: float, x32: float, ardour: float) -> None:
    """X32's to the last bit, Ardour's as far as its table was read."""
    assert db_to_fader(db) == pytest.approx(x32, abs=1e-15)
    assert fader_to_db(x32) == pytest.approx(db, abs=1e-12)
    assert db_to_ardour_fader(db) == pytest.approx(ardour, abs=6e-4)
    if db <= 6.0:
        assert ardour_fader_to_db(db_to_ardour_fader(db)) == pytest.approx(db, abs=1e-9)


@pytest.mark.parametrize("position", [0.0, -0.1, -math.inf])
def test_a_fader_at_its_bottom_is_off(position: float) -> None:
    """Off is -inf dB, on either taper."""
    assert fader_to_db(position) == ardour_fader_to_db(position) == -math.inf


@pytest.mark.parametrize("db", [-90.0, -200.0, -math.inf])
def test_silence_stands_at_the_bottom(db: float) -> None:
    """-90 dB and less is the bottom of the X32's fader."""
    assert db_to_fader(db) == 0.0


@pytest.mark.parametrize("db", [10.5, 1e308, math.inf])
def test_more_than_the_top_stands_at_the_top(db: float) -> None:
    """Nothing stands beyond a fader's end."""
    assert db_to_fader(db) == db_to_ardour_fader(db) == 1.0


def float32(value: float) -> float:
    """The value as OSC carries it."""
    (carried,) = struct.unpack("f", struct.pack("f", value))
    return float(carried)


def test_every_step_of_an_x32_fader_comes_back_to_the_bit() -> None:
    """Its 1024 steps, sent as float32, kept in dB and sent again, are the same float32."""
    for step in range(1024):
        position = float32(step / 1023)
        assert float32(db_to_fader(fader_to_db(position))) == position


@given(st.floats(0.0, 1.0))
def test_a_position_survives_the_way_to_decibels_and_back(position: float) -> None:
    """On the X32's taper within rounding, on Ardour's within a thousandth of a step of a screen."""
    assert db_to_fader(fader_to_db(position)) == pytest.approx(position, abs=1e-15)
    assert db_to_ardour_fader(ardour_fader_to_db(position)) == pytest.approx(position, abs=1e-9)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_higher_fader_is_never_less_gain(one: float, other: float) -> None:
    """Both tapers rise, at their knees too."""
    low, high = sorted((one, other))
    assert fader_to_db(low) <= fader_to_db(high)
    assert ardour_fader_to_db(low) <= ardour_fader_to_db(high)


@pytest.mark.parametrize(
    ("db", "text"),
    [
        (3.0, "+3.0 dB"),
        (-6.5, "-6.5 dB"),
        (0.0, "0.0 dB"),
        (-0.0, "0.0 dB"),
        (-0.04, "0.0 dB"),
        (10.0, "+10.0 dB"),
        (-90.0, "-90.0 dB"),
        (-90.1, "off"),
        (-math.inf, "off"),
    ],
)
def test_a_gain_is_written_as_a_desk_shows_it(db: float, text: str) -> None:
    """A sign, one decimal, `off` for silence, and no minus at zero."""
    assert db_text(db) == text
