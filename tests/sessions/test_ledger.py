"""What is unsaved, and what the journal has not got, is known after any order of events."""

from jackrf.mixer import Mix, Mixer, Strip
from jackrf.parameters import Place, Value
from jackrf.sessions.ledger import Ledger
from jackrf.sessions.store import Changes

KICK = Place("drums", "kick", "gain")
MUTE = Place("drums", None, "mute")
CONNECT = Place(None, "kick", "connect")


class SmallDesk:
    """A mixer with its wishes, and the ledger of both."""

    def __init__(self) -> None:
        self.mixer = Mixer([Strip("kick", "Kick")], [Mix("drums", "Drums")])
        self.mixer.put(KICK, -6.0)
        self.wishes = {CONNECT: ["system:capture_1"]}
        self.ledger = Ledger(self.mixer, lambda: self.wishes)

    def move(self, place: Place, value: Value) -> None:
        """Change a value as a person does."""
        self.mixer.put(place, value)
        self.ledger.note({place: value})


def test_a_desk_that_nobody_touched_is_clean() -> None:
    """Nothing is unsaved, nothing is to be written."""
    ledger = SmallDesk().ledger
    assert not ledger.dirty
    assert ledger.changes == ledger.take_batch() == Changes()


def test_a_change_is_unsaved_until_it_is_taken_back() -> None:
    """By less than a hundredth is not a change; the journal hears of the way back, too."""
    desk = SmallDesk()
    desk.move(KICK, -7.0)
    assert desk.ledger.dirty
    assert desk.ledger.changes == Changes({KICK: -7.0})
    assert desk.ledger.take_batch() == Changes({KICK: -7.0})
    desk.move(KICK, -6.001)
    assert desk.ledger.changes == Changes()
    assert desk.ledger.take_batch() == Changes({KICK: -6.001})
    assert desk.ledger.take_batch() == Changes()


def test_what_moves_during_a_save_stays_unsaved() -> None:
    """Forward, or back to what the file said before."""
    desk = SmallDesk()
    desk.move(KICK, -7.0)
    desk.move(MUTE, value=True)
    saving = desk.ledger.changes
    desk.move(KICK, -6.0)
    desk.ledger.saved(saving)
    assert desk.ledger.changes == Changes({KICK: -6.0})
    desk.ledger.saved(desk.ledger.changes)
    assert not desk.ledger.dirty


def test_what_could_not_be_written_comes_again() -> None:
    """Under what has changed since."""
    desk = SmallDesk()
    desk.move(KICK, -7.0)
    desk.move(MUTE, value=True)
    desk.wishes[CONNECT] = ["a:b"]
    batch = desk.ledger.take_batch()
    desk.move(KICK, -8.0)
    desk.ledger.give_back(batch)
    assert desk.ledger.take_batch() == Changes({KICK: -8.0, MUTE: True}, {CONNECT: ("a:b",)})


def test_wishes_are_accounted_for_like_values() -> None:
    """Nobody needs to note them: they are compared."""
    desk = SmallDesk()
    desk.wishes[CONNECT] = []
    assert desk.ledger.dirty
    assert desk.ledger.changes == Changes({}, {CONNECT: ()})
    assert desk.ledger.take_batch() == Changes({}, {CONNECT: ()})
    assert desk.ledger.take_batch() == Changes()
    desk.ledger.saved(Changes({}, {CONNECT: []}))
    assert not desk.ledger.dirty
