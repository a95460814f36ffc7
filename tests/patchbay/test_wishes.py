"""Wishes: granted whenever the peer comes, dropped by a person and by nobody else."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackrf.client import Event
from jackrf.mixer import Mix, Mixer, Strip
from jackrf.parameters import Place
from jackrf.patchbay.ports import own_ports
from jackrf.patchbay.wishes import SETTLE_SECONDS, Wishes
from tests.patchbay.graph import Graph

KICK = Place(None, "kick", "connect")
VOX = Place(None, "vox", "connect")
LEFT = Place("anna", None, "connect_left")
RIGHT = Place("anna", None, "connect_right")
IN = "jackrf:in_01"
OUT = "jackrf:mix_01_l"
LATER = SETTLE_SECONDS + 0.1


class Desk:
    """Wishes with their graph, and how often they said that they changed."""

    def __init__(self, graph: Graph, wanted: dict[Place, list[str]]) -> None:
        self.graph = graph
        self.told = 0
        mixer = Mixer([Strip("kick", "Kick"), Strip("vox", "Vox")], [Mix("anna", "Anna")])
        self.ports = {port.wished: port for port in own_ports(mixer)}
        self.wishes = Wishes(list(self.ports.values()), wanted)
        self.wishes.watch(self._hear)

    def _hear(self) -> None:
        self.told += 1

    def hear(self, *events: Event, now: float = 0.0) -> None:
        """Take in events."""
        for event in events:
            self.wishes.hear(event, self.graph, now)

    def settle(self, now: float = LATER) -> None:
        """Let time pass."""
        self.wishes.settle(self.graph, now)

    def due(self) -> float | None:
        """When it is to settle."""
        return self.wishes.due

    def wanted(self, place: Place = KICK) -> list[str]:
        """What is wanted at a place."""
        return list(self.wishes.wanted[place])


def test_what_is_there_is_connected_and_what_comes_later_too() -> None:
    """Inputs and both sides of a mix; granting twice changes nothing."""
    wanted = {KICK: ["a:out", "late:out"], LEFT: ["amp:in_l"], RIGHT: ["amp:in_r"]}
    desk = Desk(Graph("a:out", "amp:in_l", "amp:in_r"), wanted)
    for _ in range(2):
        desk.wishes.grant(desk.graph)
    cables = [("a:out", IN), (OUT, "amp:in_l"), ("jackrf:mix_01_r", "amp:in_r")]
    assert desk.graph.cables == cables
    assert desk.wishes.all_missing(desk.graph) == ["late:out"]
    desk.hear(desk.graph.appear("other:out"))
    assert desk.graph.cables == cables
    desk.hear(desk.graph.appear("late:out"))
    assert desk.graph.cables == [*cables, ("late:out", IN)]
    assert desk.wishes.all_missing(desk.graph) == []
    assert desk.told == 0


def test_without_jack_all_is_missing() -> None:
    """Each once, in the order of the ports."""
    desk = Desk(Graph(), {LEFT: ["b:in"], KICK: ["a:out", "c:out"], VOX: ["a:out"]})
    assert desk.wishes.all_missing(None) == ["a:out", "c:out", "b:in"]
    assert desk.wishes.missing(desk.ports[KICK], ["c:out"]) == ["a:out"]


def test_a_person_who_disconnects_drops_the_wish() -> None:
    """A moment later, as the other port is still there; until then it is kept, and not granted
    anew by something else that comes.
    """
    desk = Desk(Graph("a:out"), {KICK: ["a:out"], VOX: ["b:out"]})
    desk.wishes.grant(desk.graph)
    desk.hear(desk.graph.unplug("a:out", IN))
    assert desk.due() == SETTLE_SECONDS
    desk.settle(SETTLE_SECONDS / 2)
    desk.hear(desk.graph.appear("b:out"))
    assert desk.graph.cables == [("b:out", "jackrf:in_02")]
    assert (desk.wanted(), desk.told) == (["a:out"], 0)
    desk.settle()
    assert desk.due() is None
    assert (desk.wanted(), desk.told) == ([], 1)
    desk.wishes.grant(desk.graph)
    assert desk.graph.connections("in_01") == []


@pytest.mark.parametrize("backwards", [False, True])
def test_a_port_that_vanishes_keeps_its_wish(backwards: bool) -> None:
    """JACK tells of the connection first; a server that tells the other way round is understood,
    too. When the port is back, it is connected.
    """
    desk = Desk(Graph("a:out"), {KICK: ["a:out"]})
    for _ in range(2):
        desk.wishes.grant(desk.graph)
        events = list(desk.graph.vanish("a:out"))
        desk.hear(*(reversed(events) if backwards else events))
        desk.settle()
        assert (desk.wanted(), desk.told) == (["a:out"], 0)
        desk.hear(desk.graph.appear("a:out"), now=LATER)
        assert desk.graph.cables == [("a:out", IN)]


def test_a_port_that_is_back_before_anybody_looked_keeps_its_wish() -> None:
    """A program that restarts in an instant is connected again."""
    desk = Desk(Graph("a:out"), {KICK: ["a:out"]})
    desk.wishes.grant(desk.graph)
    desk.hear(*desk.graph.vanish("a:out"), desk.graph.appear("a:out"))
    desk.settle()
    assert (desk.wanted(), desk.graph.cables) == (["a:out"], [("a:out", IN)])


def test_a_cable_that_is_plugged_again_at_once_keeps_its_wish() -> None:
    """As patchbays do that set up everything anew."""
    desk = Desk(Graph("a:out"), {KICK: ["a:out"]})
    desk.wishes.grant(desk.graph)
    desk.hear(desk.graph.unplug("a:out", IN), desk.graph.plug("a:out", IN))
    desk.settle()
    assert (desk.wanted(), desk.told) == (["a:out"], 0)


def test_a_server_that_goes_drops_nothing() -> None:
    """What it breaks while it ends is no person's doing."""
    desk = Desk(Graph("a:out"), {KICK: ["a:out"]})
    desk.wishes.grant(desk.graph)
    desk.hear(desk.graph.unplug("a:out", IN))
    desk.wishes.leave()
    desk.settle()
    assert (desk.wanted(), desk.wishes.due) == (["a:out"], None)


def test_what_a_person_connects_is_a_wish() -> None:
    """At an input, and at a side of a mix; connections of others are nothing to us."""
    desk = Desk(Graph("a:out", "amp:in"), {})
    desk.hear(
        desk.graph.plug("a:out", IN),
        desk.graph.plug(OUT, "amp:in"),
        desk.graph.plug("a:out", "amp:in"),
        desk.graph.plug("a:out", "jackrf2:in_01"),
        desk.graph.plug("a:out", "jackrf:in_77"),
    )
    assert (desk.wanted(), desk.wanted(LEFT)) == (["a:out"], ["amp:in"])
    assert (desk.wanted(VOX), desk.wanted(RIGHT)) == ([], [])
    assert desk.told == 2
    desk.hear(desk.graph.unplug(OUT, "amp:in"))
    desk.settle()
    assert (desk.wanted(LEFT), desk.told) == ([], 3)


def test_a_client_whose_name_has_a_colon_knows_its_ports() -> None:
    """A session manager may call us as it likes."""
    desk = Desk(Graph("a:out"), {})
    desk.graph.name = "my:jackrf"
    desk.hear(desk.graph.plug("a:out", "my:jackrf:in_01"), desk.graph.plug("a:out", "my:in_02"))
    assert (desk.wanted(), desk.wanted(VOX)) == (["a:out"], [])


def test_a_name_that_no_session_can_hold_is_no_wish() -> None:
    """A line break in a name would make the file one that cannot be opened."""
    desk = Desk(Graph("a:o\nut"), {})
    desk.hear(desk.graph.plug("a:o\nut", IN))
    assert (desk.wanted(), desk.told) == ([], 0)


def test_a_name_that_no_session_can_hold_is_not_followed() -> None:
    """A port that gets such a name is wished for by the one it had."""
    desk = Desk(Graph("a:out"), {KICK: ["a:out"]})
    desk.hear(Event("rename", 0, ("a:out", "a:o\nut")))
    assert (desk.wanted(), desk.told) == (["a:out"], 0)


def test_a_port_that_is_renamed_is_followed() -> None:
    """jack_mixer and Hydrogen rename theirs while they are connected."""
    desk = Desk(Graph("a:one"), {KICK: ["x:out", "a:one"]})
    desk.hear(Event("rename", 0, ("a:one", "a:two")), Event("rename", 0, ("b:one", "b:two")))
    assert (desk.wanted(), desk.told) == (["x:out", "a:two"], 1)


def test_where_a_host_connects_wishes_are_kept_and_shown() -> None:
    """And still follow what a person does."""
    desk = Desk(Graph("a:out", "b:out"), {KICK: ["a:out"]})
    desk.wishes.restore = False
    desk.wishes.grant(desk.graph)
    desk.hear(desk.graph.appear("a:out"))
    assert (desk.graph.cables, desk.wishes.all_missing(desk.graph)) == ([], ["a:out"])
    desk.hear(desk.graph.plug("a:out", IN), desk.graph.plug("b:out", IN))
    assert desk.wanted() == ["a:out", "b:out"]
    desk.hear(desk.graph.unplug("a:out", IN))
    desk.settle()
    assert desk.wanted() == ["b:out"]


@pytest.mark.parametrize("back", ["ardour-01:Vox/out 1", "ardour:Vox/out 1"])
def test_a_client_that_came_back_under_another_number_is_offered(back: str) -> None:
    """It is not taken by itself; who connects it has it in the place of the old one."""
    old = "ardour.nABCD:Vox/out 1"
    desk = Desk(Graph(back, "ardour-01:Bass/out 1", "amp:in"), {KICK: ["x:out", old, "y:out"]})
    desk.wishes.grant(desk.graph)
    assert desk.graph.cables == []
    assert desk.wishes.offers(desk.graph) == {(KICK, old): back}
    desk.hear(desk.graph.plug(back, IN))
    assert desk.wanted() == ["x:out", back, "y:out"]
    assert desk.wishes.offers(desk.graph) == {}


def test_a_port_that_people_know_by_the_same_name_is_offered_first() -> None:
    """It was read a moment after the port was connected, when its program had named it."""
    desk = Desk(Graph("synth:out"), {KICK: ["synth:out"]})
    desk.hear(desk.graph.plug("synth:out", IN))
    desk.graph.names["synth:out"] = "Keys"
    desk.settle()
    assert desk.due() is None
    desk.hear(*desk.graph.vanish("synth:out"))
    desk.hear(desk.graph.appear("synth-01:out"))
    assert desk.wishes.offers(desk.graph) == {(KICK, "synth:out"): "synth-01:out"}
    desk.graph.names["piano:left"] = "Keys"
    desk.hear(desk.graph.appear("piano:left"))
    assert desk.wishes.offers(desk.graph) == {(KICK, "synth:out"): "piano:left"}


def test_what_is_put_is_wanted_and_nobody_is_told() -> None:
    """As when a journal is recovered."""
    desk = Desk(Graph("a:out"), {})
    desk.wishes.put(KICK, ("a:out",))
    desk.wishes.grant(desk.graph)
    assert (desk.graph.cables, desk.told) == ([("a:out", IN)], 0)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["plug", "unplug", "vanish", "appear", "wait"]),
        st.sampled_from(["a:out", "b:out"]),
    ),
    max_size=40,
)


def what_happens(desk: Desk, step: str, port: str) -> Iterable[Event]:
    """Do a step where it can be done."""
    graph = desk.graph
    if step == "plug" and port in graph.ports and (port, IN) not in graph.cables:
        return [graph.plug(port, IN)]
    if step == "unplug" and (port, IN) in graph.cables:
        return [graph.unplug(port, IN)]
    if step == "vanish" and port in graph.ports:
        return list(graph.vanish(port))
    if step == "appear" and port not in graph.ports:
        return [graph.appear(port)]
    return []


@settings(deadline=None)
@given(STEPS)
def test_what_is_connected_when_all_is_quiet_is_what_is_wanted(
    steps: list[tuple[str, str]],
) -> None:
    """After any order of coming, going, plugging and unplugging: of the ports that are there, those
    are connected that are wanted; and a wish for one that is not there needs no cable.
    """
    desk, now = Desk(Graph("a:out", "b:out"), {KICK: ["a:out"]}), 0.0
    desk.wishes.grant(desk.graph)
    for step, port in steps:
        now += LATER if step == "wait" else 0.01
        desk.settle(now)
        desk.hear(*what_happens(desk, step, port), now=now)
    desk.settle(now + LATER)
    there = [peer for peer in desk.wanted() if desk.graph.has_port(peer)]
    assert sorted(there) == sorted(desk.graph.connections("in_01"))
