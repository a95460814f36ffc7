"""The model of the desk: what trim, pan, mute and solo do to the amplitudes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.mixer import Mix, Mixer, Send, Strip
from jackrf.units import amplitude_to_db, db_to_amplitude

gains = st.one_of(st.just(-math.inf), st.floats(-100.0, 10.0))
sends = st.builds(
    Send, gain=gains, pan=st.floats(-1.0, 1.0), mute=st.booleans(), solo=st.booleans()
)


@st.composite
def mixers(draw: st.DrawFn) -> Mixer:
    """Any desk of up to six strips and four mixes."""
    strips = [
        Strip(f"s{n}", f"S{n}", trim=draw(st.floats(-100.0, 10.0)), mute=draw(st.booleans()))
        for n in range(draw(st.integers(1, 6)))
    ]
    mixes = [
        Mix(
            f"m{n}",
            f"M{n}",
            gain=draw(gains),
            mute=draw(st.booleans()),
            sends=draw(st.dictionaries(st.sampled_from([s.id for s in strips]), sends)),
        )
        for n in range(draw(st.integers(1, 4)))
    ]
    return Mixer(strips, mixes)


def desk(**changes: Send) -> tuple[Mixer, Mix]:
    """A desk of kick, snare and vox with one mix that has the given sends."""
    strips = [Strip("kick", "Kick"), Strip("snare", "Snare"), Strip("vox", "Vox")]
    mix = Mix("drums", "Drums", sends=dict(changes))
    return Mixer(strips, [mix]), mix


def power_db(mixer: Mixer, mix: Mix, strip_id: str) -> float:
    """The gain in dB of a strip in a mix, both sides together."""
    left, right = mixer.amplitudes(mix)[:, mixer.strip_number[strip_id]].astype(float)
    return amplitude_to_db(math.hypot(left, right))


@given(mixers())
def test_a_send_is_the_product_of_trim_send_and_mix(mixer: Mixer) -> None:
    """Where nothing is muted or soloed away, both sides together have the sum of the dB."""
    for mix in mixer.mixes:
        soloing = any(send.solo for send in mix.sends.values())
        rows = mixer.amplitudes(mix).astype(float)
        for strip in mixer.strips:
            send = mix.sends.get(strip.id, Send())
            heard = not (mix.mute or strip.mute or send.mute or (soloing and not send.solo))
            product = (
                db_to_amplitude(mix.gain) * db_to_amplitude(send.gain) * db_to_amplitude(strip.trim)
            )
            power = math.hypot(*rows[:, mixer.strip_number[strip.id]])
            assert power == pytest.approx(product if heard else 0.0, rel=1e-6, abs=1e-30)


@given(mixers())
def test_all_mixes_stand_in_the_matrix_in_order(mixer: Mixer) -> None:
    """Rows 2n and 2n+1 of the matrix are left and right of mix n, float32."""
    matrix = mixer.matrix()
    assert matrix.dtype == np.float32
    assert matrix.shape == (2 * len(mixer.mixes), len(mixer.strips))
    for number, mix in enumerate(mixer.mixes):
        np.testing.assert_array_equal(
            matrix[2 * number : 2 * number + 2], mixer.amplitudes(mix), strict=True
        )


def test_a_desk_without_mixes_has_an_empty_matrix() -> None:
    """No mix is no row, and no error."""
    assert Mixer([Strip("kick", "Kick")], []).matrix().shape == (0, 1)


def test_a_send_that_is_not_written_is_silent() -> None:
    """A strip that a mix does not mention is not heard in it."""
    mixer, mix = desk(kick=Send(gain=0.0))
    assert power_db(mixer, mix, "snare") == -math.inf


def test_asking_for_a_send_makes_a_silent_one() -> None:
    """`Mix.send` returns the send that is there, or writes one that is silent."""
    mixer, mix = desk(kick=Send(gain=-6.0))
    assert mix.send("kick").gain == -6.0
    assert mix.send("vox") is mix.sends["vox"]
    assert power_db(mixer, mix, "vox") == -math.inf


def test_the_centre_is_three_decibels_down_on_each_side() -> None:
    """A send at 0 dB in the centre has 1/sqrt(2) on the left and on the right."""
    mixer, mix = desk(kick=Send(gain=0.0))
    np.testing.assert_allclose(mixer.amplitudes(mix)[:, 0], 0.5**0.5, rtol=1e-7)


def test_trim_acts_in_every_mix() -> None:
    """A strip's trim moves it alike in all mixes, on top of the send."""
    strips = [Strip("kick", "Kick", trim=4.0)]
    mixes = [Mix(str(n), "", sends={"kick": Send(gain=-10.0 * n)}) for n in range(2)]
    mixer = Mixer(strips, mixes)
    assert power_db(mixer, mixes[0], "kick") == pytest.approx(4.0, abs=1e-5)
    assert power_db(mixer, mixes[1], "kick") == pytest.approx(-6.0, abs=1e-5)


def test_a_muted_strip_is_silent_everywhere_and_a_muted_send_in_its_mix() -> None:
    """The mute of a strip acts on all mixes, the mute of a send on one."""
    strips = [Strip("kick", "Kick", mute=True), Strip("vox", "Vox")]
    muted = Mix("a", "A", sends={"kick": Send(gain=0.0), "vox": Send(gain=0.0, mute=True)})
    other = Mix("b", "B", sends={"kick": Send(gain=0.0), "vox": Send(gain=0.0)})
    mixer = Mixer(strips, [muted, other])
    assert not mixer.amplitudes(muted).any()
    assert power_db(mixer, other, "kick") == -math.inf
    assert power_db(mixer, other, "vox") == pytest.approx(0.0, abs=1e-5)


def test_a_muted_mix_is_silent() -> None:
    """Its amplitudes are all exactly 0."""
    mixer, mix = desk(kick=Send(gain=0.0), vox=Send(gain=0.0, solo=True))
    mix.mute = True
    assert not mixer.amplitudes(mix).any()


def test_solo_leaves_only_the_soloed_of_that_mix() -> None:
    """Solo is inside a mix: its other sends fall silent, other mixes notice nothing."""
    strips = [Strip("kick", "Kick"), Strip("vox", "Vox")]
    soloing = Mix("a", "A", sends={"kick": Send(gain=0.0), "vox": Send(gain=0.0, solo=True)})
    other = Mix("b", "B", sends={"kick": Send(gain=0.0)})
    mixer = Mixer(strips, [soloing, other])
    assert power_db(mixer, soloing, "kick") == -math.inf
    assert power_db(mixer, soloing, "vox") == pytest.approx(0.0, abs=1e-5)
    assert power_db(mixer, other, "kick") == pytest.approx(0.0, abs=1e-5)


def test_mute_wins_over_solo() -> None:
    """A send that is both muted and soloed is silent, and still silences the rest."""
    mixer, mix = desk(kick=Send(gain=0.0), vox=Send(gain=0.0, mute=True, solo=True))
    assert not mixer.amplitudes(mix).any()
