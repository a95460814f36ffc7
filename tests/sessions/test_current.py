"""The current scene, and whether it is as it was."""

from jackrf.parameters import Place
from jackrf.sessions.current import Currents
from jackrf.sessions.scenes import Scene, captured
from tests.osc.desks import small_desk


def test_a_change_makes_it_dirty_and_its_return_clean() -> None:
    """Names are not in a scene; a move away and back is no change."""
    desk, currents = small_desk(), Currents()
    assert (currents.name(None), currents.is_dirty(None)) == ("", False)
    currents.make(captured(desk.mixer, "Verse"), desk.mixer)
    currents.make(captured(desk.mixer, "Mine", "keys"), desk.mixer)
    place = Place("drums", "vox", "gain")
    currents.hear({place: -3.0, Place("drums", None, "name"): "Dora"})
    assert (currents.is_dirty(None), currents.is_dirty("keys")) == (True, False)
    currents.hear({place: 0.004})
    assert not currents.is_dirty(None)


def test_it_follows_the_scenes_name_and_end() -> None:
    """A rename of another scene, or its deletion, is none of its business."""
    desk, currents = small_desk(), Currents()
    currents.make(captured(desk.mixer, "Verse"), desk.mixer)
    currents.rename(None, "Chorus", "Refrain")
    currents.forget(None, "Chorus")
    assert currents.name(None) == "Verse"
    currents.rename(None, "Verse", "Strophe")
    before = currents.of(None)
    assert currents.name(None) == "Strophe"
    currents.forget(None, "Strophe")
    assert currents.name(None) == ""
    desk.change({Place("drums", "vox", "gain"): -3.0})
    currents.put(None, before, desk.mixer)
    assert (currents.name(None), currents.is_dirty(None)) == ("Strophe", True)
    currents.put(None, None, desk.mixer)
    assert currents.name(None) == ""


def test_what_is_not_on_the_desk_is_not_waited_for() -> None:
    """A scene of an input that has gone can be current."""
    desk, currents = small_desk(), Currents()
    currents.make(Scene("Old", None, ("flute",), ("choir",), {}), desk.mixer)
    assert not currents.is_dirty(None)
