"""What a surface is told, and when."""

from jackrf.osc.feedback import MOST_AT_ONCE, REFRESH_PORTIONS, Feedback
from jackrf.osc.hands import SETTLE_SECONDS
from jackrf.osc.namespace import Namespace
from jackrf.parameters import Place
from tests.osc.desks import large_desk, small_desk

NAMESPACE = Namespace(small_desk())
FADER = NAMESPACE.target("send.fader", "drums", "vox")
TEXT = NAMESPACE.target("send.text", "drums", "vox")
FOREIGN = NAMESPACE.target("send.fader", "keys", "vox")
LEVEL = Place("drums", "vox", "gain")


def drums() -> Feedback:
    """What watches the drummer's mix."""
    feedback = Feedback()
    feedback.watch(NAMESPACE.below("/mix/drums"))
    return feedback


def test_what_has_changed_is_told_once() -> None:
    """However often it was marked; and only what is watched."""
    feedback = drums()
    feedback.mark([FADER, FADER, TEXT, FOREIGN])
    feedback.mark([FADER])
    assert feedback.due(0.0) == [FADER, TEXT]
    assert feedback.due(0.0) == []


def test_what_is_in_a_hand_is_told_when_it_has_settled() -> None:
    """What only shows it is told at once."""
    feedback = drums()
    feedback.hands.moved(LEVEL, 0.0)
    feedback.mark([FADER, TEXT])
    assert feedback.due(0.1) == [TEXT]
    assert feedback.due(SETTLE_SECONDS) == [FADER]


def test_a_refresh_tells_everything_within_its_portions() -> None:
    """Each value once, whatever the number of them."""
    feedback = drums()
    told = [target for _ in range(REFRESH_PORTIONS) for target in feedback.refresh(0.0)]
    assert told == list(feedback.watched)
    again = feedback.refresh(0.0)
    assert again == told[: len(again)]


def test_a_refresh_begins_with_what_a_sync_left_out() -> None:
    """Then comes all the rest, in as many portions; what is not watched is not told."""
    feedback = drums()
    feedback.refresh(0.0)
    feedback.begin_with([TEXT, FOREIGN])
    told = [target for _ in range(REFRESH_PORTIONS) for target in feedback.refresh(0.0)]
    assert told[0] == TEXT
    assert sorted(t.path for t in told) == sorted(t.path for t in feedback.watched)


def test_a_refresh_leaves_hands_alone_and_comes_back() -> None:
    """What was held is told when it is let go."""
    feedback = drums()
    feedback.hands.touch(LEVEL, 0.0, down=True)
    told = [target for _ in range(REFRESH_PORTIONS) for target in feedback.refresh(1.0)]
    assert FADER not in told
    assert TEXT in told
    feedback.hands.touch(LEVEL, 2.0, down=False)
    assert FADER in feedback.due(3.0)


def test_a_refresh_does_not_tell_what_is_told_anyway() -> None:
    """A value that is marked goes out with the flush."""
    feedback = drums()
    feedback.mark([FADER])
    told = [target for _ in range(REFRESH_PORTIONS) for target in feedback.refresh(0.0)]
    assert FADER not in told


def test_a_flush_has_its_limit() -> None:
    """A scene of a whole desk does not burst a tablet's buffer."""
    namespace = Namespace(large_desk())
    feedback = Feedback()
    everything = namespace.below("/")
    feedback.watch(everything)
    feedback.mark(everything)
    flushes = []
    while told := feedback.due(0.0):
        flushes.append(told)
    assert max(map(len, flushes)) == MOST_AT_ONCE
    assert [target for told in flushes for target in told] == everything


def test_what_is_no_longer_watched_is_not_told() -> None:
    """A surface that was paired with another mix sees that one."""
    feedback = drums()
    feedback.mark([FADER])
    feedback.watch([FOREIGN])
    assert feedback.due(0.0) == []
    assert feedback.refresh(0.0) == [FOREIGN]


def test_a_surface_that_watches_nothing_is_told_nothing() -> None:
    """Nor does a refresh of nothing fail."""
    assert Feedback().refresh(0.0) == []
    assert Feedback().due(0.0) == []
