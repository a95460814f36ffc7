"""Which relay serves which host, and when there is one more or one less: figures alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.web.sharing import (
    BUSY,
    EMPTY_SECONDS,
    FULL,
    KEPT_SECONDS,
    LASTING_SECONDS,
    SETTLING_SECONDS,
    Grow,
    Move,
    Retire,
    Sharing,
)


class Relays:
    """Relays that tell each second, as the real ones do.

    Attributes:
        now: seconds.
        told: of each relay: load, and how many hear on each host.
    """

    def __init__(self, many: int = 1, most: int = 4) -> None:
        self.sharing = Sharing(most)
        self.now = 100.0
        self.told: list[tuple[float, dict[str, int]]] = []
        for _ in range(many):
            self.begin()

    def begin(self) -> None:
        """One more."""
        self.sharing.begin(len(self.told))
        self.told.append((0.0, {}))

    def tell(self, relay: int, load: float, **here: int) -> None:
        """Have one tell other figures from now on."""
        self.told[relay] = load, here

    def run(self, seconds: float) -> list[Any]:
        """Let time pass; return what was to be done meanwhile."""
        done = []
        for _ in range(round(seconds)):
            self.now += 1.0
            for number, (load, here) in enumerate(self.told):
                self.sharing.hear(number, load, list(here), here, self.now)
            done.append(self.sharing.look(self.now))
        return [step for step in done if step is not None]

    def place(self, host: str) -> int | None:
        """Return who serves a host."""
        return self.sharing.place(host, self.now)


def test_a_host_stays_with_its_relay() -> None:
    """Also when that has become busy, and as long as it has a connection there."""
    relays = Relays(2)
    assert relays.place("dave") == 0
    relays.tell(0, 1.0, dave=1)
    relays.run(1)
    assert (relays.place("dave"), relays.place("anna")) == (0, 1)
    relays.tell(0, 0.0, dave=0)
    relays.run(KEPT_SECONDS + 5)
    assert (relays.place("dave"), relays.place("keith")) == (0, 0)


def test_the_first_relay_that_is_not_busy_takes_who_is_new() -> None:
    """So the last ones are empty first; where all are busy, the idlest does."""
    relays = Relays(3)
    assert {relays.place(f"host {number}") for number in range(40)} == {0}
    relays.tell(0, BUSY + 0.1)
    relays.run(1)
    assert relays.place("anna") == 1
    relays.tell(1, BUSY + 0.2)
    relays.tell(2, BUSY + 0.3)
    relays.run(1)
    assert relays.place("keith") == 0


def test_one_more_is_begun_when_all_are_busy_for_some_time() -> None:
    """Not for a page that loads, and not beyond what there may be."""
    relays = Relays(1, most=2)
    relays.tell(0, 0.9)
    assert not relays.run(LASTING_SECONDS - 1)
    relays.tell(0, 0.1)
    assert not relays.run(60)
    relays.tell(0, BUSY + 0.1)
    assert relays.run(LASTING_SECONDS + 1) == [Grow()]
    relays.begin()
    relays.tell(1, BUSY + 0.1)
    assert not relays.run(60)


def test_a_relay_with_more_than_it_can_do_sends_half_of_the_difference_over() -> None:
    """And then it is waited for what becomes of it."""
    relays = Relays(2)
    crowd = {f"p{number}": 1 for number in range(20)}
    for host in crowd:
        relays.place(host)
    relays.tell(0, 1.0, **crowd)
    (step,) = relays.run(LASTING_SECONDS + 1)
    assert isinstance(step, Move)
    assert (step.relay, len(step.hosts)) == (0, 10)
    assert {relays.place(host) for host in step.hosts} == {1}
    assert {relays.place(host) for host in set(crowd) - set(step.hosts)} == {0}
    assert not relays.run(SETTLING_SECONDS - 1)


def test_one_host_that_is_all_of_the_work_is_not_sent_to_and_fro() -> None:
    """It would be as much work there."""
    relays = Relays(2)
    relays.place("nat")
    relays.tell(0, 1.0, nat=40)
    assert not relays.run(30)


def test_the_last_relay_is_ended_when_it_has_been_empty_for_a_minute() -> None:
    """The first one never is."""
    relays = Relays(2)
    relays.tell(0, BUSY + 0.1)
    relays.run(1)
    assert relays.place("anna") == 1
    relays.tell(0, 0.1)
    relays.tell(1, 0.1, anna=1)
    assert not relays.run(2 * EMPTY_SECONDS)
    relays.tell(1, 0.0)
    assert not relays.run(EMPTY_SECONDS - 1)
    assert relays.run(2) == [Retire(1)]
    relays.sharing.end(1)
    relays.told.pop()
    assert not relays.run(2 * EMPTY_SECONDS)


def test_hosts_of_a_relay_that_has_died_are_taken_by_the_others() -> None:
    """At once; where there is none, they wait."""
    relays = Relays(2)
    relays.place("dave")
    relays.sharing.end(0)
    assert relays.place("dave") == 1
    relays.sharing.end(1)
    assert relays.place("dave") is None
    relays.sharing.hear(1, 0.9, ["dave"], {}, relays.now)
    assert relays.place("dave") is None


HERE = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 9))
"""How many hear, by host."""


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0.0, 1.0), HERE), max_size=60))
def test_whatever_relays_tell_each_host_has_one_that_serves(told: Any) -> None:
    """And no more of them are begun than there may be."""
    sharing, now, serving = Sharing(3), 0.0, {0}
    sharing.begin(0)
    for number, load, here in told:
        now += 1.5
        for host in here:
            assert sharing.place(host, now) in serving
        sharing.hear(number, load, list(here), here, now)
        step = sharing.look(now)
        if isinstance(step, Grow):
            assert len(serving) < 3
            serving.add(len(serving))
            sharing.begin(len(serving) - 1)
        elif isinstance(step, Move):
            assert step.hosts
            assert all(sharing.place(host, now) != step.relay for host in step.hosts)
        elif isinstance(step, Retire):
            assert step.relay == max(serving) > 0
            serving.remove(step.relay)
            sharing.end(step.relay)


@pytest.mark.parametrize("load", [BUSY, FULL])
def test_what_is_just_bearable_is_left_alone(load: float) -> None:
    """Nobody is disturbed for a percent."""
    relays = Relays(2)
    relays.place("dave")
    relays.tell(0, load, dave=2)
    assert not relays.run(60)
