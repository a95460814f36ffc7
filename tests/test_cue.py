"""The engineer's cue: it listens to everything and changes no musician's mix."""

import pytest

from jackrf.cue import BY, HEARD, Cue
from jackrf.desk import Desk, MixPlan
from jackrf.errors import InputError
from jackrf.mixer import Mix, Mixer, Send, Strip
from jackrf.parameters import Place, Value


def a_desk() -> Desk:
    """A drummer's and a singer's mix, and the cue."""
    strips = [Strip("kick", "Kick"), Strip("vox", "Vox"), Strip("keys", "Keys")]
    mixes = [
        Mix("drums", "Drums", gain=-6.0, sends={"kick": Send(-3.0, pan=-0.5), "vox": Send(-9.0)}),
        Mix("vox", "Vox", sends={"vox": Send(0.0, solo=True), "keys": Send(-20.0, mute=True)}),
        Mix("cue", "Engineer", gain=-1.0, sends={"keys": Send(-12.0, safe=True)}),
    ]
    plans = {mix.id: MixPlan([], "L16", None) for mix in mixes}
    return Desk("Evening", Mixer(strips, mixes), {}, plans, clock=lambda: 0.0)


def sends(desk: Desk, mix: str) -> dict[tuple[str | None, str], Value]:
    """What is heard of the sends of a mix."""
    return {
        (place.strip, place.name): desk.mixer.value(place)
        for place in desk.mixer.places()
        if place.mix == mix and place.strip is not None and place.name in HEARD
    }


def others(desk: Desk) -> dict[Place, Value]:
    """Everything but the cue."""
    return {p: desk.mixer.value(p) for p in desk.mixer.places() if p.mix != "cue"}


def test_it_takes_over_the_sends_of_a_mix_once() -> None:
    """Its own gain, and what is safe, stay the engineer's."""
    desk = a_desk()
    before = others(desk)
    Cue(desk, "cue").copy("drums")
    assert sends(desk, "cue") == sends(desk, "drums")
    assert desk.mixer.value(Place("cue", None, "gain")) == -1.0
    assert desk.mixer.value(Place("cue", "keys", "safe")) is True
    assert others(desk) == before
    desk.change({Place("drums", "kick", "gain"): 0.0})
    assert desk.mixer.value(Place("cue", "kick", "gain")) == -3.0


def test_it_follows_a_mix_for_as_long_as_one_likes() -> None:
    """Every change of its sends, by anybody; and then another mix, or none."""
    desk = a_desk()
    cue = Cue(desk, "cue")
    cue.follow("drums")
    desk.change({Place("drums", "kick", "gain"): 2.0, Place("drums", None, "gain"): -30.0}, by="x")
    assert sends(desk, "cue") == sends(desk, "drums")
    assert desk.mixer.value(Place("cue", None, "gain")) == -1.0
    cue.follow("vox")
    desk.change({Place("drums", "kick", "gain"): -2.0})
    assert sends(desk, "cue") == sends(desk, "vox")
    cue.follow(None)
    assert cue.following is None
    desk.change({Place("vox", "vox", "gain"): -2.0})
    assert desk.mixer.value(Place("cue", "vox", "gain")) == 0.0


def test_pfl_is_heard_alone_and_in_the_cue_only() -> None:
    """At 0 dB in the middle, muted or not in the mixes; then the cue is what it was."""
    desk = a_desk()
    cue = Cue(desk, "cue")
    before, mine = others(desk), sends(desk, "cue")
    cue.pfl("kick", on=True)
    cue.pfl("vox", on=True)
    assert cue.listening == ["kick", "vox"]
    amplitudes = desk.mixer.amplitudes(desk.mixer.mixes[2])
    assert amplitudes[:, 2].tolist() == [0.0, 0.0]
    assert amplitudes[0, 0] == amplitudes[1, 0] == amplitudes[0, 1] > 0.5
    cue.pfl("kick", on=False)
    assert desk.mixer.amplitudes(desk.mixer.mixes[2])[0, 0] == 0.0
    cue.pfl("vox", on=False)
    assert sends(desk, "cue") == mine
    assert others(desk) == before
    cue.pfl("vox", on=False)
    assert sends(desk, "cue") == mine


def test_pfl_while_following_comes_back_to_what_is_followed() -> None:
    """As it is by then."""
    desk = a_desk()
    cue = Cue(desk, "cue")
    cue.follow("drums")
    cue.pfl("keys", on=True)
    desk.change({Place("drums", "vox", "gain"): 5.0})
    assert desk.mixer.amplitudes(desk.mixer.mixes[2])[0, 1] == 0.0
    cue.copy("vox")
    cue.follow("drums")
    cue.pfl("keys", on=False)
    assert sends(desk, "cue") == sends(desk, "drums")


def test_whoever_watches_hears_that_it_was_the_cue() -> None:
    """So that nobody takes it for a musician's move."""
    desk = a_desk()
    told: list[str] = []
    desk.watch(lambda _, by: told.append(by))
    Cue(desk, "cue").copy("drums")
    assert told == [BY]


def test_it_cannot_follow_itself_nor_what_is_not_there() -> None:
    """And stays as it is."""
    desk = a_desk()
    cue = Cue(desk, "cue")
    cue.follow("drums")
    with pytest.raises(InputError, match="is the cue itself"):
        cue.follow("cue")
    with pytest.raises(InputError, match="no mix 'bass'"):
        cue.copy("bass")
    with pytest.raises(InputError, match="no input 'bass'"):
        cue.pfl("bass", on=True)
    assert cue.following == "drums"
    assert cue.listening == []
