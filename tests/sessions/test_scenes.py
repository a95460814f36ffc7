"""Scenes as plain values: what they hold, what recalling one changes, and what it leaves alone."""

import math

from hypothesis import given
from hypothesis import strategies as st

from jackrf.desk import Desk
from jackrf.mixer import Mix, Mixer, Send, Strip
from jackrf.parameters import MIX, SEND, STRIP, Place, Value
from jackrf.sessions.document import rounded
from jackrf.sessions.scenes import (
    HELD,
    NOT_HERE,
    NOT_IN_IT,
    NOT_ITS_OWN,
    SAFE,
    Scene,
    Skipped,
    called,
    captured,
    differences,
    planned,
)
from tests.osc.desks import desk_of, small_desk

STRIPS, MIXES = ("kick", "vox", "bass"), ("anna", "dave")
VALUES: dict[str, st.SearchStrategy[Value]] = {
    "gain": st.one_of(st.just(-math.inf), st.floats(-89.0, 10.0)),
    "pan": st.floats(-1.0, 1.0),
    "switch": st.booleans(),
    "text": st.sampled_from(["One", "Two"]),
}


def plain_desk() -> Desk:
    """Three inputs, two mixes, everything as by default."""
    return desk_of([Strip(s, s) for s in STRIPS], [Mix(m, m) for m in MIXES])


def value_of(place: Place) -> st.SearchStrategy[Value]:
    """Whatever may stand at a place."""
    table = STRIP if place.mix is None else SEND if place.strip else MIX
    return VALUES[table[place.name].kind]


EVERYTHING = st.fixed_dictionaries({p: value_of(p) for p in plain_desk().mixer.places()})
FINGERS = st.sets(st.sampled_from(sorted(plain_desk().mixer.places(), key=str)), max_size=8)


def nobody(_: Place) -> bool:
    """No finger is anywhere."""
    return False


def is_safe(mixer: Mixer, place: Place) -> bool:
    """Whether a place is in a safe mix or a safe send."""
    mix = place.mix
    safes = [] if mix is None else [Place(mix, None, "safe")]
    safes += [] if mix is None or place.strip is None else [Place(mix, place.strip, "safe")]
    return any(mixer.value(safe) for safe in safes)


@given(EVERYTHING, EVERYTHING, FINGERS, st.sampled_from([None, *MIXES]))
def test_a_recall_restores_all_that_is_not_touched_or_safe(
    saved: dict[Place, Value],
    later: dict[Place, Value],
    fingers: set[Place],
    mix: str | None,
) -> None:
    """To 0.01 dB; what is touched or safe, names, and `safe` itself, stand as they did."""
    desk = plain_desk()
    desk.change(saved)
    scene = captured(desk.mixer, "Verse", mix)
    desk.change(later)
    plan = planned(scene, desk.mixer, fingers.__contains__)
    desk.change(plan.changes)
    covered = set(scene.places())
    for place in desk.mixer.places():
        is_kept = place in fingers or is_safe(desk.mixer, place) or place not in covered
        expected = later[place] if is_kept else saved[place]
        assert rounded(desk.mixer.value(place)) == rounded(expected), place
    again = planned(scene, desk.mixer, nobody)
    assert not {place for place in again.changes if place not in fingers}


def test_a_scene_of_a_mix_touches_that_mix_only() -> None:
    """No input, no other mix."""
    desk = small_desk()
    places = set(captured(desk.mixer, "Mine", "keys").places())
    assert {place.mix for place in places} == {"keys"}
    assert len(places) == 2 + 3 * 4


def test_names_and_safes_are_in_no_scene() -> None:
    """Whoever renames an input, or makes a send safe, does it for all scenes."""
    names = {place.name for place in captured(small_desk().mixer, "Verse").places()}
    assert names == {"trim", "pan", "mute", "gain", "solo"}


def test_touched_goes_before_safe_and_safe_before_the_scene() -> None:
    """Each is skipped with its reason: the finger's one value, the safe's whole send or mix."""
    desk = small_desk()
    scene = captured(desk.mixer, "Verse")
    desk.change({Place("drums", "vox", "safe"): True, Place("keys", None, "safe"): True})
    for strip in ("drums", "vox", "bass"):
        desk.change({Place("drums", strip, n): v for n, v in (("gain", -3.0), ("mute", True))})
    desk.change({Place("keys", "vox", "gain"): -1.0, Place("keys", None, "gain"): -1.0})
    held = {Place("drums", "vox", "gain"), Place("drums", "bass", "gain")}
    plan = planned(scene, desk.mixer, held.__contains__)
    assert dict(plan.changes) == {
        Place("drums", "drums", "gain"): -6.0,
        Place("drums", "drums", "mute"): False,
        Place("drums", "bass", "mute"): False,
    }
    assert set(plan.skipped) == {
        Skipped("drums", "vox", "gain", HELD),
        Skipped("drums", "vox", "", SAFE),
        Skipped("drums", "bass", "gain", HELD),
        Skipped("keys", None, "", SAFE),
    }


def test_what_is_left_alone_and_would_stay_the_same_is_not_reported() -> None:
    """A safe mix that already is as the scene says is no news."""
    desk = small_desk()
    scene = captured(desk.mixer, "Verse")
    desk.change({Place("keys", None, "safe"): True})
    assert planned(scene, desk.mixer, lambda _: True).skipped == ()


def test_what_scene_and_desk_do_not_share_is_reported_and_left_alone() -> None:
    """An input that came later is not silenced; one that has gone is no error."""
    scene = Scene("Old", None, ("vox", "flute"), ("drums", "choir"), {})
    plan = planned(scene, small_desk().mixer, nobody)
    assert set(plan.skipped) == {
        Skipped(None, "flute", "", NOT_HERE),
        Skipped("choir", None, "", NOT_HERE),
        Skipped(None, "drums", "", NOT_IN_IT),
        Skipped(None, "bass", "", NOT_IN_IT),
        Skipped("keys", None, "", NOT_IN_IT),
    }
    assert dict(plan.changes) == {Place("drums", "vox", "gain"): -math.inf}


def test_a_foreign_mix_in_a_musicians_scene_is_left_alone() -> None:
    """Whoever writes it there by hand is told."""
    loud = {Place("drums", None, "gain"): 9.0}
    scene = Scene("Mine", "keys", ("drums", "vox", "bass"), ("keys", "drums"), loud)
    plan = planned(scene, small_desk().mixer, nobody)
    assert plan.skipped == (Skipped("drums", None, "", NOT_ITS_OWN),)
    assert {place.mix for place in plan.changes} == {"keys"}


def test_the_cue_mix_has_nothing_to_do_with_scenes() -> None:
    """What the engineer listens to is saved nowhere, and stays over a recall."""
    mixer = small_desk().mixer
    assert captured(mixer, "Verse", leave=("keys",)).mixes == ("drums",)
    plan = planned(captured(mixer, "Verse"), mixer, nobody, ("keys",))
    assert (plan.changes, plan.skipped) == ({}, ())
    assert planned(captured(mixer, "Verse", leave=("keys",)), mixer, nobody, ("keys",)) == plan


def test_differences_are_told_by_mix() -> None:
    """As the engineer wants to see them: how many sends, and each value with both ends."""
    changes: dict[Place, Value] = {
        Place(None, "vox", "trim"): 3.0,
        Place("drums", "vox", "gain"): -math.inf,
        Place("drums", "vox", "mute"): True,
        Place("drums", "bass", "pan"): -0.5,
        Place("drums", None, "gain"): -3.0,
        Place("keys", "vox", "solo"): True,
    }
    inputs, drums, keys = differences(changes, small_desk().mixer)
    assert (inputs.mix, inputs.what, inputs.lines) == (
        None,
        "1 input",
        ("Vox (Anna) trim: 0.0 dB -> +3.0 dB",),
    )
    assert (drums.mix, drums.what) == ("drums", "2 sends, gain")
    assert drums.lines == (
        "Vox (Anna) gain: 0.0 dB -> off",
        "Vox (Anna) mute: off -> on",
        "Bass pan: C -> L50",
        "gain: 0.0 dB -> -3.0 dB",
    )
    assert keys.what == "1 send"


def test_places_are_called_as_people_call_them() -> None:
    """By name; by id what is not on the desk."""
    mixer = Mixer([Strip("kick", "Kick")], [Mix("anna", "Anna", sends={"kick": Send()})])
    assert called(mixer, "anna", "kick", "gain") == "Anna: Kick gain"
    assert called(mixer, "anna") == "Anna"
    assert called(mixer, "choir", "flute") == "choir: flute"
