"""What comes in from surfaces: done, answered, or refused and counted."""

import time
from collections.abc import Callable

import pytest

from jackrf.osc.addresses import TABLE, Role
from jackrf.osc.admission import Source, musician
from jackrf.osc.guard import Message, parse
from jackrf.osc.intake import MESSAGES_PER_SECOND, MOST_WAITING
from jackrf.osc.messages import bundles, encode, of
from jackrf.osc.refusals import Code
from jackrf.osc.tree import Target
from jackrf.parameters import Place
from tests.osc.desks import everything, large_desk
from tests.osc.fuzzing import bundle, steady_heap
from tests.osc.hub import LAPTOP, PHONE, TABLET, Hub, messages, values
from tests.quiet import best_of

VOX = Place("drums", "vox", "gain")


def drummer() -> Hub:
    """A hub whose tablet is paired with the drummer's mix, and subscribed."""
    hub = Hub()
    hub.send(TABLET, "/pair", "1111")
    hub.join(TABLET, "/mix/drums")
    hub.quiet()
    return hub


def test_a_fader_is_set_at_once() -> None:
    """Before the datagram's answers are returned."""
    hub = drummer()
    assert hub.send(TABLET, "/mix/drums/in/vox/fader", 0.5) == []
    assert hub.desk.mixer.value(VOX) == -10.0


def test_without_arguments_it_is_a_question() -> None:
    """Answered by numbers, as layouts have them."""
    hub = drummer()
    assert hub.send(TABLET, "/mix/drums/in/vox/fader") == [
        Message("/mix/1/in/2/fader", "f", (0.75,))
    ]
    assert hub.send(TABLET, "/mix/1/in/*/name") == [
        Message(f"/mix/1/in/{number}/name", "s", (name,))
        for number, name in enumerate(["Drums", "Vox (Anna)", "Bass"], 1)
    ]


def test_what_is_out_of_range_is_corrected_at_once() -> None:
    """The sender hears the true value with the next packet, unless its finger is on it."""
    hub = drummer()
    assert hub.send(TABLET, "/mix/1/in/2/fader", 1.7) == [Message("/mix/1/in/2/fader", "f", (1.0,))]
    hub.send(TABLET, "/mix/1/in/2/fader/touch", 1)
    assert hub.send(TABLET, "/mix/1/in/2/fader", 1.7) == []


def test_who_sets_a_value_hears_it_when_it_has_settled() -> None:
    """Others hear it at the next flush; what only shows it is told at once."""
    hub = drummer()
    hub.join(LAPTOP, "/mix/drums")
    hub.quiet(0.5)
    hub.send(TABLET, "/mix/1/in/2/fader", 0.5)
    outgoing = hub.step()
    assert values(messages(outgoing, LAPTOP))["/mix/1/in/2/fader"] == 0.5
    told = values(messages(outgoing, TABLET))
    assert told["/mix/1/in/2/text"] == "-10.0 dB"
    assert "/mix/1/in/2/fader" not in told
    assert "/mix/1/in/2/fader" not in values(hub.hears(TABLET, 0.25))
    assert values(hub.hears(TABLET, 0.1))["/mix/1/in/2/fader"] == 0.5


def test_a_bundle_is_set_whole_or_not_at_all() -> None:
    """One message of it that may not be, or that is wrong, or unknown, and nothing changes."""
    hub = drummer()
    good = encode(of("/mix/1/in/2/fader", 0.5))
    for bad in (
        of("/mix/2/in/2/fader", 0.5),
        of("/mix/1/in/2/pan", "left"),
        of("/mix/1/in/9/fader", 0.5),
    ):
        before = everything(hub.desk)
        (datagram,) = bundles([good, encode(bad), good])
        hub.raw(TABLET, datagram)
        assert everything(hub.desk) == before
    (datagram,) = bundles([good, encode(of("/mix/1/in/3/mute", 1))])
    hub.raw(TABLET, datagram)
    assert hub.desk.mixer.value(VOX) == -10.0
    assert hub.desk.mixer.value(Place("drums", "bass", "mute")) is True


def test_a_time_tag_is_read_over() -> None:
    """A bundle of next year is done now."""
    hub = drummer()
    (datagram,) = bundles([encode(of("/mix/1/in/2/fader", 0.5)), encode(of("/ping"))])
    hub.raw(TABLET, datagram[:8] + b"\xff" * 8 + datagram[16:])
    assert hub.desk.mixer.value(VOX) == -10.0


def test_patterns_set_for_the_engineer_only() -> None:
    """One slip of a musician would be in all faders."""
    hub = drummer()
    before = everything(hub.desk)
    told = hub.send(TABLET, "/mix/1/in/*/mute", 1)
    assert [(one.path, one.args[1]) for one in told] == [("/error", Code.DENIED)]
    assert everything(hub.desk) == before
    hub.send(LAPTOP, "/mix/*/in/vox/mute", 1)
    muted = [hub.desk.mixer.value(Place(mix, "vox", "mute")) for mix in ("drums", "keys")]
    assert muted == [True, True]


def test_commands_are_done_and_denied() -> None:
    """A musician takes back what was done to its own mix, and to no other."""
    hub = drummer()
    hub.send(TABLET, "/mix/1/in/2/fader", 0.5)
    hub.send(TABLET, "/mix/1/undo")
    assert hub.desk.mixer.value(VOX) == 0.0
    hub.send(TABLET, "/mix/1/in/2/fader", 0.5)
    hub.send(PHONE, "/mix/1/undo")
    assert hub.desk.mixer.value(VOX) == -10.0
    assert hub.counts == {"unpaired": 1}


def test_the_musician_of_one_mix_cannot_do_anything_to_another() -> None:
    """Every address of the other mix, of the strips and of the scenes, by number and by id, with
    all kinds of arguments: nothing changes, and each attempt is counted.
    """
    hub = Hub(large_desk(4, 3))
    hub.surfaces.add_static(TABLET, musician(["mix-2"]), "/mix/2")
    before, revision = everything(hub.desk), hub.desk.revision
    tried = 0
    for target in foreign_targets(hub):
        for args in (1.0, 1, 0, "mix-2", "x", True):
            for path in (target.path, target.path.replace("/mix/1", "/mix/mix-1")):
                hub.now += 0.01
                hub.send(TABLET, path, args)
                tried += 1
    (datagram,) = bundles([encode(of("/mix/2/in/1/fader", 0.9)), encode(of("/mix/1/fader", 0.9))])
    hub.raw(TABLET, datagram)
    assert everything(hub.desk) == before
    assert hub.desk.revision == revision
    assert not hub.desk.is_held(Place("mix-1", "input-1", "gain"))
    assert tried > 900
    assert hub.counts["foreign"] + hub.counts["engineers"] == tried + 1


def foreign_targets(hub: Hub) -> list[Target]:
    """All addresses that can be set or done and are not the musician's of mix 2."""
    found = []
    for address in TABLE:
        if address.direction == "out" or address.role == Role.OBSERVER:
            continue
        mixes = ("mix-1", "mix-3") if "{mix}" in address.path else (None,)
        strips = ("input-1", "input-4") if "{strip}" in address.path else (None,)
        if "{mix}" in address.path or address.role == Role.ENGINEER:
            found += [hub.namespace.target(address.name, m, s) for m in mixes for s in strips]
    return found


def test_what_may_not_be_seen_is_not_told() -> None:
    """Another musician's levels; names and meters may."""
    hub = drummer()
    assert [one.path for one in hub.send(TABLET, "/mix/2/in/2/fader")] == ["/error"]
    assert [one.path for one in hub.send(TABLET, "/mix/2/in/2/name")] == ["/mix/2/in/2/name"]
    assert [one.path for one in hub.send(TABLET, "/mix/*/in/2/fader")] == ["/mix/1/in/2/fader"]


def test_a_host_from_elsewhere_hears_nothing() -> None:
    """Whatever it sends."""
    hub = Hub(open_mixes=["drums"])
    for path in ("/ping", "/info", "/subscribe", "/mix/1/in/2/fader"):
        assert hub.send(Source("8.8.8.8", 9000), path) == []
        assert hub.send(Source("192.168.2.1", 9000), path, 0.1) == []
    assert hub.counts == {"far": 8}
    assert hub.desk.mixer.value(VOX) == 0.0


def test_errors_are_told_to_surfaces_and_not_without_end() -> None:
    """Five a second, and one in five seconds about what does not exist; strangers hear none."""
    hub = drummer()
    assert hub.send(PHONE, "/mix/1/in/2/fader", 0.5) == []
    assert hub.send(PHONE, "/nonsense") == []
    told = [one for _ in range(20) for one in hub.send(TABLET, "/mix/2/undo")]
    assert [one.args[:2] for one in told] == [("/mix/2/undo", Code.DENIED)] * 5
    hub.now += 2.0
    told = [one for _ in range(20) for one in hub.send(TABLET, "/nonsense")]
    assert [one.args for one in told] == [("/nonsense", Code.UNKNOWN, "there is no such address")]
    hub.now += 5.1
    assert len(hub.send(TABLET, "/nonsense")) == 1


def test_the_log_has_one_line_a_second() -> None:
    """However much is refused."""
    hub = Hub()
    for number in range(1000):
        hub.now = 1000.0 + number / 100
        hub.raw(TABLET, b"garbage!")
    assert 9 <= len(hub.told) <= 11
    assert hub.told[0].startswith("OSC from 192.168.1.20 refused: ")
    assert hub.counts == {"malformed": 1000}


def test_what_comes_too_fast_is_put_together() -> None:
    """Of a storm the last value of each fader counts, at the next flush."""
    hub = drummer()
    hub.now += 2.0
    for number in range(5000):
        for strip in (1, 2, 3):
            hub.send(TABLET, f"/mix/1/in/{strip}/fader", number / 5000)
    hub.send(TABLET, "/mix/1/in/2/fader", 0.25)
    hub.step()
    assert hub.desk.mixer.value(VOX) == -30.0
    assert hub.desk.mixer.value(Place("drums", "bass", "gain")) == pytest.approx(9.992, abs=1e-3)
    assert hub.counts == {}


def test_among_values_that_wait_a_wrong_one_keeps_nobody_waiting() -> None:
    """What came apart is set apart: the others are set, and it is counted."""
    hub = drummer()
    hub.now += 2.0
    for number in range(250):
        hub.send(TABLET, "/mix/1/in/1/fader", number / 250)
    for path, value in (("/mix/1/in/2/fader", 0.5), ("/mix/2/in/2/fader", 1.0)):
        hub.send(TABLET, path, value)
    hub.send(TABLET, "/mix/1/in/3/pan", "left")
    hub.send(TABLET, "/mix/1/in/3/mute", 1)
    hub.step()
    assert hub.desk.mixer.value(VOX) == -10.0
    assert hub.desk.mixer.value(Place("drums", "bass", "mute")) is True
    assert hub.desk.mixer.value(Place("keys", "vox", "gain")) == 3.0
    assert hub.counts == {"foreign": 1, "wrong": 1}


def test_values_that_waited_are_not_overtaken() -> None:
    """What is set after a storm counts, not what was put off in it."""
    hub = drummer()
    hub.now += 2.0
    for number in range(300):
        hub.send(TABLET, "/mix/1/in/2/fader", number / 300)
    hub.now += 1.0  # no tick in between, but tokens again
    hub.send(TABLET, "/mix/1/in/2/fader", 0.5)
    hub.step()
    assert hub.desk.mixer.value(VOX) == -10.0


def test_questions_and_commands_that_come_too_fast_are_dropped() -> None:
    """And counted."""
    hub = drummer()
    hub.now += 2.0
    answers = [one for _ in range(300) for one in hub.send(TABLET, "/ping", 1)]
    assert len(answers) == MESSAGES_PER_SECOND
    assert hub.counts == {"limited": 100}


def test_a_storm_on_all_addresses_is_bounded() -> None:
    """A sender has room for 4096 addresses; the rest is dropped, and a flush sets 512 at most."""
    hub = Hub(large_desk(64, 32))
    for mix in range(1, 33):
        for strip in range(1, 65):
            for leaf in ("fader", "pan", "mute"):
                hub.send(LAPTOP, f"/mix/{mix}/in/{strip}/{leaf}", 0.5)
    assert hub.counts["limited"] == 32 * 64 * 3 - MOST_WAITING - MESSAGES_PER_SECOND
    changed = hub.desk.revision
    hub.surfaces.tick(hub.now)
    assert hub.desk.revision - changed <= 512
    hub.quiet(1.0)
    assert hub.desk.mixer.value(Place("mix-1", "input-64", "gain")) == -10.0


def test_a_surface_is_answered_in_its_dialect() -> None:
    """An X32 template hears X32, until it speaks otherwise."""
    hub = Hub()
    hub.join(LAPTOP, "/")
    hub.send(LAPTOP, "/ch/02/mix/01/level", 0.5)
    assert hub.desk.mixer.value(VOX) == -10.0
    hub.send(LAPTOP, "/ping")
    hub.quiet(1.0)
    hub.desk.change({VOX: 0.0})
    assert values(hub.hears(LAPTOP))["/ch/02/mix/01/level"] == 0.75
    hub.send(LAPTOP, "/mix/1/in/1/fader", 0.1)
    hub.desk.change({VOX: -10.0})
    assert values(hub.hears(LAPTOP))["/mix/1/in/2/fader"] == 0.5


def test_ardours_cue_is_the_mix_of_the_surface() -> None:
    """Its addresses name no mix."""
    hub = drummer()
    hub.send(TABLET, "/cue/send/fader/2", 0.0)
    assert hub.desk.mixer.value(VOX) == float("-inf")


def test_a_question_about_everything_is_a_sync() -> None:
    """It is answered to surfaces, as often as a sync."""
    hub = Hub(large_desk())
    assert hub.send(LAPTOP, "/mix/*/in/*/fader") == []
    assert hub.counts == {"limited": 1}
    hub.join(LAPTOP, "/mix/1")
    outgoing = hub.raw(LAPTOP, encode(of("/mix/*/in/*/fader")))
    assert len(messages(outgoing)) == 32 * 16
    assert max(len(one.datagram) for one in outgoing) <= 1400
    for _ in range(5):
        hub.send(LAPTOP, "/mix/*/in/*/fader")
    assert hub.counts["limited"] > 1


def test_the_senders_of_late_are_remembered() -> None:
    """Forged sources without end take no memory without end."""
    hub = Hub()
    for host in range(1, 250):
        for port in range(1000, 1010):
            hub.send(Source(f"192.168.1.{host}", port), "/ping")
    assert parse(hub.raw(TABLET, encode(of("/ping")))[0].datagram)[0].path == "/pong"


def of_patterns(leaf: str, *args: float) -> bytes:
    """The most work that a datagram can ask for: 64 times all sends of a desk, each a new way."""
    return bundle(*(encode(of(f"/mix/*/in/*/{{{leaf},x{n}}}", *args)) for n in range(64)))


def seconds(hub: Hub, source: Source, datagram: bytes) -> float:
    """CPU time that a datagram takes."""
    start = time.thread_time()
    hub.raw(source, datagram)
    return time.thread_time() - start


def test_patterns_of_a_stranger_take_no_time_from_others() -> None:
    """Looking one up takes a millisecond: so many a second of all senders, the rest is refused, and
    what was found before is found again.
    """
    hub = Hub(large_desk(32, 16))
    hub.join(LAPTOP, "/mix/1")
    hub.send(LAPTOP, "/mix/*/in/3/mute", 1)
    flood = [Source(f"192.168.1.{host}", 9000) for host in range(50, 90)]
    hub.raw(flood[0], of_patterns("fader"))
    with steady_heap():
        best_of(lambda: sum(seconds(hub, one, of_patterns("pan")) for one in flood), below(0.1))
    assert hub.counts["limited"] > 1000
    hub.send(LAPTOP, "/mix/*/in/3/mute", 0)
    assert hub.desk.mixer.value(Place("mix-16", "input-3", "mute")) is False
    hub.quiet(1.0)
    hub.send(LAPTOP, "/mix/*/in/4/mute", 1)
    assert hub.desk.mixer.value(Place("mix-16", "input-4", "mute")) is True


def test_patterns_of_the_engineer_are_set_in_portions() -> None:
    """A datagram that sets 32,768 values is no pause; they stand there some flushes later."""
    hub = Hub(large_desk(32, 16))
    for _ in range(4):  # as many as are looked up in a second
        hub.raw(LAPTOP, of_patterns("fader"))
        hub.quiet(1.0)
    known = bundle(*[encode(of("/mix/*/in/*/{fader,x0}", 0.75))] * 64)
    with steady_heap():
        best_of(lambda: seconds(hub, LAPTOP, known), below(0.1))
    hub.quiet(1.0)
    assert {mix.sends[strip].gain for mix in hub.desk.mixer.mixes for strip in mix.sends} == {0.0}


def below(most: float) -> Callable[[float], bool]:
    """Whether a figure is less."""
    return lambda found: found < most


def test_what_a_pattern_asks_for_is_a_prefix_too() -> None:
    """Subscribing and syncing by patterns is limited in the same way."""
    hub = Hub(large_desk(32, 16))
    answers = [hub.join(LAPTOP._replace(port=1000 + n), f"/mix/{{1,x{n}}}") for n in range(25)]
    assert [bool(told) for told in answers] == [True] * 20 + [False] * 5
    assert hub.counts == {"limited": 5}
