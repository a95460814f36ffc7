"""Another session takes over a running JACK client: nobody who listens notices."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise

import pytest

from jackrf.desk import Desk, MixPlan
from jackrf.hosting.handover import fits, hand_over
from jackrf.mixer import Mix, Mixer, Send, Strip
from jackrf.rtp.stream import Encoding, identify
from jackrf.testing import DummyJack
from tests.quiet import best_of
from tests.system.capture import Capture, steps
from tests.system.instruments import Player, wait_for

pytestmark = pytest.mark.system

SECONDS = 5.0


def desk(
    name: str,
    *urls: str,
    strips: int = 2,
    mixes: tuple[str, ...] = ("drums", "vox"),
    encoding: Encoding = "L16",
    ceiling: float | None = -1.0,
    plain: bool = False,
) -> Desk:
    """A desk whose first mix goes to these URLs."""
    inputs = [Strip(f"in-{number}", f"{name} {number}") for number in range(strips)]
    outputs = [Mix(mix, mix, sends={"in-0": Send(-6.0)}) for mix in mixes]
    plans = {mix: MixPlan((), encoding, ceiling, plain=plain) for mix in mixes}
    plans[mixes[0]] = MixPlan(urls, encoding, ceiling, plain=plain)
    return Desk(name, Mixer(inputs, outputs), {}, plans)


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    """What is to be closed at the end of a test, the last first."""
    with ExitStack() as stack:
        yield stack


def hear_more(capture: Capture, packets: int = 20) -> None:
    """Wait for so many more packets."""
    wanted = capture.count + packets
    wait_for(lambda: capture.count >= wanted, SECONDS)


def url(capture: Capture) -> str:
    """Where a capture listens."""
    return f"udp://127.0.0.1:{capture.port}"


def test_no_packet_is_missing(dummy_jack: DummyJack) -> None:
    """Over ten handovers, to sessions of another name: one SSRC, no gap in the sequence numbers,
    none in the timestamps but where the server lost a period, and the same client throughout.
    """

    def ten() -> tuple[list[int], int]:
        with ExitStack() as closing:
            return ten_handovers(dummy_jack, closing)

    best_of(ten, lambda found: len(found[0]) <= found[1])


def ten_handovers(dummy_jack: DummyJack, closing: ExitStack) -> tuple[list[int], int]:
    """Return the steps of timestamps that are no period, and how many the server lost."""
    capture = closing.enter_context(Capture())
    neighbour = closing.enter_context(Player(dummy_jack.name))
    desks = [desk(f"session {number}", url(capture)) for number in range(11)]
    for one in desks:
        closing.callback(one.close)
    client = desks[0].open("jackrf-handover", dummy_jack.name)
    missed = neighbour.missed
    for old, new in pairwise(desks):
        hear_more(capture)
        assert fits(old, new)
        hand_over(old, new)
        assert old.client is None
        assert old.engine is None
        assert not old.audience.listeners
        old.close()
        assert new.client is client
        assert new.state == "running"
    hear_more(capture)
    packets = capture.packets
    gaps = [step for step in steps(packets, "timestamp", 2**32) if step != dummy_jack.period]
    assert {one.packet.ssrc for one in packets} == {identify("session 0", "drums")[0]}
    assert set(steps(packets, "sequence", 2**16)) == {1}
    assert len(packets) > 200
    return gaps, neighbour.missed - missed


def test_levels_and_listeners_become_the_new_ones(
    dummy_jack: DummyJack, closing: ExitStack
) -> None:
    """The model, the ceiling and who listens are the new session's; who left hears no more."""
    staying, leaving, coming = (closing.enter_context(Capture()) for _ in range(3))
    old = desk("old", url(staying), url(leaving))
    new = desk("new", url(staying), url(coming), ceiling=-12.0)
    closing.callback(new.close)
    old.open("jackrf-handover", dummy_jack.name)
    hear_more(staying)
    hear_more(leaving)
    before = old.audience.listeners[0].socket
    hand_over(old, new)
    assert new.engine is not None
    assert new.audience.listeners[0].socket is before
    assert [one.url for one in new.audience.listeners] == [url(staying), url(coming)]
    hear_more(coming)
    at_rest = leaving.count
    hear_more(staying, 50)
    assert leaving.count == at_rest
    assert new.engine.mixes["ceiling"] == pytest.approx([10 ** (-12 / 20)] * 2)
    heard = staying.count
    assert new.audience.listeners[0].row["sent"][0] >= heard


def test_the_server_may_go_and_come_afterwards(dummy_jack: DummyJack, closing: ExitStack) -> None:
    """When the client is opened anew, the streams are still those that people listen to."""
    capture = closing.enter_context(Capture())
    old, new = desk("old", url(capture)), desk("new", url(capture))
    closing.callback(new.close)
    old.open("jackrf-handover", dummy_jack.name)
    hand_over(old, new)
    hear_more(capture)
    new.leave_jack()
    new.open("jackrf-handover", dummy_jack.name)
    hear_more(capture)
    assert len({one.packet.ssrc for one in capture.packets}) == 1


def test_what_does_not_fit(dummy_jack: DummyJack, closing: ExitStack) -> None:
    """Other ports, other streams, or no client to go on with."""
    old = desk("old")
    closing.callback(old.close)
    assert not fits(old, desk("same"))
    old.open("jackrf-handover", dummy_jack.name)
    assert fits(old, desk("same", ceiling=None))
    assert not fits(old, desk("more inputs", strips=3))
    assert not fits(old, desk("another mix", mixes=("drums", "keys")))
    assert not fits(old, desk("another order", mixes=("vox", "drums")))
    assert not fits(old, desk("another encoding", encoding="L24"))
    assert not fits(old, desk("announced", plain=True))


def test_a_desk_that_does_not_run_has_nothing_to_hand_over() -> None:
    """Nothing happens to either."""
    old, new = desk("old"), desk("new")
    with pytest.raises(ValueError, match="does not run"):
        hand_over(old, new)
    assert new.client is None
