"""How fast messages are taken, and from how many."""

from jackrf.osc.admission import Source
from jackrf.osc.intake import BATCH, MOST_SENDERS, MOST_WAITING, Sender, Senders
from jackrf.osc.namespace import Namespace
from tests.osc.desks import large_desk
from tests.osc.hub import LAPTOP

TARGETS = Namespace(large_desk(64, 16)).below("/")


def test_the_latest_value_waits() -> None:
    """In place of those before it."""
    sender = Sender(LAPTOP, heard=True)
    for number in range(10):
        assert sender.put_off(TARGETS[0], (number,))
        assert sender.put_off(TARGETS[1], (-number,))
    assert sender.taken(10) == [(TARGETS[0], (9,)), (TARGETS[1], (-9,))]
    assert sender.taken(10) == []


def test_as_many_wait_and_as_many_are_taken() -> None:
    """A value that waits already is replaced even when there is no room for more."""
    sender = Sender(LAPTOP, heard=True)
    assert len(TARGETS) > MOST_WAITING
    kept = [sender.put_off(target, (1,)) for target in TARGETS]
    assert kept.index(False) == MOST_WAITING
    assert sender.put_off(TARGETS[0], (2,))
    first = sender.taken(BATCH)
    assert (len(first), first[0]) == (BATCH, (TARGETS[0], (2,)))
    assert sender.taken(1) == [(TARGETS[BATCH], (1,))]


def test_whose_turn_was_longest_ago_comes_first() -> None:
    """A sender that never stops does not keep the others waiting."""
    senders = Senders()
    one, other = Sender(LAPTOP, heard=True), Sender(LAPTOP._replace(port=1), heard=True)
    for sender in (one, other):
        senders.add(sender)
        sender.put_off(TARGETS[0], (1,))
    one.served = 5.0
    assert senders.waiting() == [other, one]


def test_so_many_senders_are_remembered() -> None:
    """Who was silent longest is forgotten first."""
    senders = Senders()
    sources = [Source("192.168.1.1", port) for port in range(1, MOST_SENDERS + 2)]
    for source in sources:
        senders.add(Sender(source, heard=True))
        senders.of(sources[0])
    assert senders.of(sources[0]) is not None
    assert senders.of(sources[1]) is None


def test_in_another_network_everybody_is_looked_at_anew() -> None:
    """But for those whose values wait."""
    senders = Senders()
    one, other = Sender(LAPTOP, heard=True), Sender(LAPTOP._replace(port=1), heard=True)
    one.put_off(TARGETS[0], (1,))
    senders.add(one)
    senders.add(other)
    senders.forget()
    assert senders.waiting() == [one]
    assert senders.of(other.source) is None
