"""What is in a hand is not moved."""

from jackrf.osc.hands import MOST_HANDS, SETTLE_SECONDS, TOUCH_SECONDS, Hands, control_of
from jackrf.osc.namespace import Namespace
from jackrf.parameters import Place
from tests.osc.desks import small_desk

NAMESPACE = Namespace(small_desk())
FADER = NAMESPACE.target("send.fader", "drums", "vox")
GAIN = NAMESPACE.target("send.gain", "drums", "vox")
TEXT = NAMESPACE.target("send.text", "drums", "vox")
PAN = NAMESPACE.target("send.pan", "drums", "vox")
LEVEL = Place("drums", "vox", "gain")


def test_a_control_that_was_moved_is_left_alone_for_a_moment() -> None:
    """All controls of the value, but not what only shows it, and nothing else."""
    hands = Hands()
    hands.moved(LEVEL, 10.0)
    hands.moved(LEVEL, 10.2)
    at = 10.2 + SETTLE_SECONDS - 0.01
    held = [hands.hold(target, at) for target in (FADER, GAIN, TEXT, PAN)]
    assert held == [True, True, False, False]
    assert not hands.hold(FADER, 10.2 + SETTLE_SECONDS)


def test_a_finger_holds_until_it_goes() -> None:
    """Resting, too; then the control settles."""
    hands = Hands()
    hands.touch(LEVEL, 10.0, down=True)
    assert hands.hold(FADER, 10.0 + TOUCH_SECONDS - 0.1)
    assert hands.touching(FADER, 11.0)
    assert hands.fingers() == [LEVEL]
    hands.touch(LEVEL, 12.0, down=False)
    assert hands.hold(FADER, 12.1)
    assert not hands.touching(FADER, 12.1)
    assert not hands.hold(FADER, 12.0 + SETTLE_SECONDS)
    assert hands.fingers() == []


def test_a_finger_that_moves_or_touches_again_is_still_there() -> None:
    """Each word of it starts the time anew."""
    hands = Hands()
    hands.touch(LEVEL, 0.0, down=True)
    hands.moved(LEVEL, 6.0)
    assert hands.hold(FADER, 13.0)
    hands.touch(LEVEL, 13.0, down=True)
    assert hands.let_go(20.0) == []
    assert hands.hold(FADER, 20.0)


def test_a_finger_that_went_without_a_word_is_told_once() -> None:
    """Who holds the desk for it can let go."""
    hands = Hands()
    hands.touch(LEVEL, 0.0, down=True)
    hands.moved(PAN.place or PAN, 0.0)
    assert hands.let_go(TOUCH_SECONDS) == [LEVEL]
    assert hands.let_go(TOUCH_SECONDS) == []


def test_what_keeps_no_value_of_the_desk_is_held_by_itself() -> None:
    """More me, for one."""
    tilt = NAMESPACE.target("mix.moreme", "drums")
    hands = Hands()
    assert control_of(tilt) is tilt
    hands.moved(tilt, 0.0)
    assert hands.hold(tilt, 0.1)
    assert not hands.touching(tilt, 0.1)
    hands.touch(tilt, 0.0, down=True)
    assert hands.let_go(60.0) == []


def test_hands_are_forgotten_when_there_are_many() -> None:
    """A sender that nobody asks any more takes no more memory than that."""
    hands = Hands()
    for number in range(3 * MOST_HANDS):
        hands.moved(Place("drums", f"strip-{number}", "gain"), float(number))
    assert len(hands.let_go(1e9)) == 0
    hands.touch(LEVEL, 1e9, down=True)
    assert hands.fingers() == [LEVEL]
