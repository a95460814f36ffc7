"""The surfaces of a desk as a whole: who is told what, when."""

import math
import time
from collections import Counter

import pytest

from jackrf.osc.admission import ALL, Rights, Source, musician
from jackrf.osc.endpoints import LEASE_SECONDS
from jackrf.osc.feedback import REFRESH_SECONDS
from jackrf.osc.guard import Message, parse
from jackrf.osc.surfaces import FLUSH_SECONDS
from jackrf.parameters import Place
from tests.osc.desks import large_desk
from tests.osc.fuzzing import steady_heap
from tests.osc.hub import LAPTOP, PHONE, TABLET, Hub, messages, values

VOX = Place("drums", "vox", "gain")
DESKTOP = Source("127.0.0.1", 50001)


def test_the_newest_value_wins_thirty_times_a_second() -> None:
    """However often a fader moves in between."""
    hub = Hub()
    hub.join(LAPTOP, "/mix/1")
    hub.join(DESKTOP, "/mix/1")
    hub.quiet(0.5)
    told = []
    for number in range(1000):
        hub.send(DESKTOP, "/mix/1/in/2/fader", number / 1000)
        told += hub.hears(LAPTOP, 0.001)
    told += hub.hears(LAPTOP, FLUSH_SECONDS)
    faders = [one.args[0] for one in told if one.path == "/mix/1/in/2/fader"]
    assert 28 <= len(faders) <= 34 + 1  # and once by the refresh
    assert faders[-1] == pytest.approx(0.999)
    assert faders == sorted(faders, key=lambda position: position or 0.0)


def test_what_has_not_changed_is_not_told() -> None:
    """A value that is set to what it is moves nothing but its sender's settling."""
    hub = Hub()
    hub.join(LAPTOP, "/mix/1")
    hub.join(DESKTOP, "/mix/1")
    hub.quiet(2.0)
    hub.send(DESKTOP, "/mix/1/in/2/fader", 0.75)
    assert "/mix/1/in/2/fader" not in values(hub.hears(LAPTOP, FLUSH_SECONDS))


def test_all_that_shows_a_value_is_told() -> None:
    """Set by anybody, by any name."""
    hub = Hub()
    hub.join(LAPTOP, "/")
    hub.quiet()
    hub.desk.change({VOX: -10.0, Place(None, "vox", "name"): "Anna"}, by="control")
    told = values(hub.hears(LAPTOP))
    assert told["/mix/1/in/2/fader"] == 0.5
    assert told["/mix/1/in/2/gain"] == -10.0
    assert told["/mix/1/in/2/text"] == "-10.0 dB"
    assert told["/in/2/name"] == told["/mix/1/in/2/name"] == told["/mix/2/in/2/name"] == "Anna"


def test_a_heartbeat_tells_the_revision_each_second() -> None:
    """With a 1, so that a light can be bound to it."""
    hub = Hub()
    hub.join(LAPTOP, "/mix/1")
    hub.quiet(0.5)
    hub.desk.change({VOX: -10.0})
    beats = [one for one in hub.hears(LAPTOP, 5.0) if one.path == "/heartbeat"]
    assert beats == [Message("/heartbeat", "ii", (1, 1))] * 5


def test_everything_is_told_again_within_a_refresh() -> None:
    """What was lost heals without anybody asking, and costs a kilobyte a second."""
    hub = Hub(large_desk(32, 2))
    hub.surfaces.add_static(LAPTOP, ALL, "/mix/1")
    hub.quiet(3.0)
    outgoing = hub.step(REFRESH_SECONDS)
    told = values(messages(outgoing, LAPTOP))
    watched = {target.path for target in hub.namespace.below("/mix/1")}
    assert watched <= set(told)
    refreshed = [one for one in outgoing if not one.meter]
    assert sum(len(one.datagram) for one in refreshed) / REFRESH_SECONDS < 1100


def test_meters_come_fifteen_times_a_second_in_bundles_of_their_own() -> None:
    """Those that read the same are told once a second; those of other mixes are not told."""
    hub = Hub()
    hub.join(LAPTOP, "/mix/1")
    outgoing = hub.step(1.0)
    meters = [one for one in outgoing if one.meter]
    paths = {said.path for one in meters for said in parse(one.datagram)}
    assert paths == {
        *(f"/mix/1/in/{strip}/meter" for strip in (1, 2, 3)),
        *("/mix/1/meter/l", "/mix/1/meter/r", "/mix/1/limit"),
    }
    assert 1 <= len(meters) <= 3
    assert not any("meter" in one.path for one in messages(outgoing))


def test_of_many_mixes_the_inputs_meters_are_told_once() -> None:
    """And not in each mix again."""
    hub = Hub(large_desk(32, 16))
    hub.join(LAPTOP, "/")
    hub.step(0.01)
    outgoing = [one for one in hub.step(1.0) if one.meter]
    paths = [said.path for one in outgoing for said in parse(one.datagram)]
    assert "/in/32/meter" in paths
    assert "/mix/16/meter/r" in paths
    assert not any("/in/" in path and path.startswith("/mix") for path in paths)


@pytest.mark.parametrize(
    ("prefix", "told"),
    [
        ("/in", {"/in/1/meter", "/in/2/meter", "/in/3/meter"}),
        ("/in/1", set()),
        ("/mix/1/in/2", set()),
        ("/jack", set()),
        ("/mix/keys", {f"/mix/2/in/{n}/meter" for n in (1, 2, 3)}),
        ("/mix", {"/mix/1/in/1/meter", "/mix/2/in/1/meter"}),
    ],
)
def test_meters_are_those_of_the_prefix(prefix: str, told: set[str]) -> None:
    """Of whole mixes, and of the inputs."""
    hub = Hub()
    hub.join(LAPTOP, prefix)
    outgoing = [one for one in hub.step(1.0) if one.meter]
    paths = {said.path for one in outgoing for said in parse(one.datagram)}
    assert told <= paths
    assert bool(told) == bool(paths)


def test_a_named_surface_is_told_without_a_word() -> None:
    """From the start, and for ever; its host needs no PIN and no challenge."""
    hub = Hub()
    hub.surfaces.add_static(TABLET, musician(["drums"]), "/mix/drums")
    assert "/sync/end" in [one.path for one in hub.hears(TABLET)]
    hub.quiet(60.0)
    hub.desk.change({VOX: -10.0})
    assert values(hub.hears(TABLET))["/mix/1/in/2/fader"] == 0.5
    hub.send(TABLET, "/mix/1/in/2/fader", 0.75)
    hub.send(TABLET, "/mix/2/in/2/fader", 0.75)
    assert hub.desk.mixer.value(VOX) == 0.0
    assert hub.desk.mixer.value(Place("keys", "vox", "gain")) == 3.0
    hub.send(TABLET, "/unsubscribe")
    assert hub.hears(TABLET, 2.0) != []


def test_a_named_surface_may_send_from_another_port() -> None:
    """As TouchOSC does: its fingers are known all the same."""
    hub = Hub()
    hub.surfaces.add_static(TABLET, musician(["drums"]), "/mix/drums")
    hub.quiet()
    elsewhere = TABLET._replace(port=54321)
    hub.send(elsewhere, "/mix/1/in/2/fader/touch", 1)
    hub.send(elsewhere, "/mix/1/in/2/fader", 0.5)
    hub.desk.change({VOX: 3.0})
    assert "/mix/1/in/2/fader" not in values(hub.hears(TABLET, 5.0))
    assert hub.send(elsewhere, "/subscribe", "/mix/1") == []
    assert hub.send(elsewhere, "/subscribe", "/mix/drums", 9000) == []
    assert "/sync/end" in [one.path for one in hub.send(elsewhere, "/subscribe", "/mix/1", 8000)]


def test_a_named_surface_that_was_away_is_told_everything() -> None:
    """With its first word, but not what that word was about."""
    hub = Hub()
    hub.surfaces.add_static(TABLET, musician(["drums"]), "/mix/drums")
    hub.send(TABLET, "/ping")
    hub.quiet(LEASE_SECONDS + 1.0)
    told = hub.send(TABLET, "/mix/1/in/2/fader", 0.5)
    shown = values(told)
    assert told[-1].path == "/sync/end"
    assert shown["/mix/1/in/1/fader"] == pytest.approx(0.6)
    assert "/mix/1/in/2/fader" not in shown
    assert hub.send(TABLET, "/mix/1/in/2/fader", 0.6) == []


def test_on_loopback_a_named_surface_is_one_port() -> None:
    """Other programs of this machine are the engineer's as before."""
    hub = Hub()
    hub.surfaces.add_static(LAPTOP, musician(["keys"]), "/mix/keys")
    hub.send(LAPTOP, "/mix/1/in/2/fader", 0.5)
    assert hub.counts == {"foreign": 1}
    hub.send(DESKTOP, "/mix/1/in/2/fader", 0.5)
    assert hub.desk.mixer.value(VOX) == -10.0


def test_pairing_a_host_lets_in_who_is_there_already() -> None:
    """What was refused is settled, and what it may see is told."""
    hub = Hub()
    phone = TABLET._replace(port=54321)
    hub.join(phone, "/mix/1", 8000)
    hub.send(phone, "/mix/1/in/2/fader", 0.5)
    assert len(hub.refusals.lines()) == 1
    hub.surfaces.add_static(TABLET, musician(["drums"]), "/mix/drums")
    assert hub.refusals.lines() == []
    told = hub.hears(TABLET._replace(port=8000))
    assert values(told)["/mix/1/in/2/fader"] == 0.75
    hub.send(phone, "/mix/1/in/2/fader", 0.5)
    assert hub.desk.mixer.value(VOX) == -10.0


def test_an_observer_is_told_names_and_meters() -> None:
    """And no levels."""
    hub = Hub()
    hub.surfaces.add_static(TABLET, Rights(), "/")
    shown = values(hub.hears(TABLET, 12.0))
    assert shown["/mix/1/in/2/name"] == "Vox (Anna)"
    assert shown["/mix/2/name"] == "Keith"
    assert not any(path.endswith(("/fader", "/gain", "/mute", "/pan", "/text")) for path in shown)


def test_a_lost_finger_lets_go_of_the_desk() -> None:
    """Recalling a scene moves its fader again."""
    hub = Hub()
    hub.join(LAPTOP, "/mix/1")
    hub.send(LAPTOP, "/mix/1/in/2/fader/touch", 1)
    hub.desk.change({VOX: -10.0})
    for _ in range(9):
        assert hub.desk.is_held(VOX)
        hub.send(LAPTOP, "/ping")
        hub.quiet(0.9)
    assert not hub.desk.is_held(VOX)


def test_who_sends_without_listening_holds_nothing() -> None:
    """A touch of somebody who is told nothing would be held for ever."""
    hub = Hub()
    hub.send(LAPTOP, "/mix/1/in/2/fader/touch", 1)
    assert not hub.desk.is_held(VOX)
    told = hub.join(LAPTOP, "/mix/1")
    assert "/mix/1/in/2/fader" not in values(told)


def test_more_me_does_not_fight_its_finger() -> None:
    """Though it keeps no value of its own on the desk."""
    hub = Hub()
    hub.join(LAPTOP, "/mix/1")
    hub.quiet()
    for number in range(20):
        hub.send(LAPTOP, "/mix/1/moreme", number / 20)
        assert "/mix/1/moreme" not in values(hub.hears(LAPTOP))
    assert values(hub.hears(LAPTOP, 0.4))["/mix/1/moreme"] == pytest.approx(0.95)


def test_a_fader_without_a_motor_has_to_meet_the_value() -> None:
    """Left at the top it does nothing; where somebody else moved it, it starts anew."""
    hub = Hub()
    hub.surfaces.add_static(TABLET, musician(["drums"]), "/mix/drums", pickup=True)
    for position in (1.0, 0.9, 0.8):
        hub.send(TABLET, "/mix/1/in/2/fader", position)
        assert hub.desk.mixer.value(VOX) == 0.0
    hub.send(TABLET, "/mix/1/in/2/fader", 0.7)
    hub.send(TABLET, "/mix/1/in/2/fader", 0.5)
    assert hub.desk.mixer.value(VOX) == -10.0
    hub.desk.change({VOX: 3.0})
    hub.send(TABLET, "/mix/1/in/2/fader", 0.4)
    assert hub.desk.mixer.value(VOX) == 3.0
    hub.send(TABLET, "/mix/1/in/2/mute", 1)
    assert hub.desk.mixer.value(Place("drums", "vox", "mute")) is True


def test_who_does_not_read_is_told_later_and_less() -> None:
    """No meters, no refresh, no heartbeat; then the newest values."""
    hub = Hub()
    hub.join(LAPTOP, "/mix/1")
    hub.quiet(0.5)
    for number in range(60):
        hub.now += FLUSH_SECONDS
        hub.desk.change({VOX: -float(number)})
        assert hub.surfaces.tick(hub.now, lambda to: to == LAPTOP) == []
    told = [one for one in hub.hears(LAPTOP) if one.path == "/mix/1/in/2/gain"]
    assert told == [Message("/mix/1/in/2/gain", "f", (-59.0,))]


def test_a_tcp_surface_stays_until_it_hangs_up() -> None:
    """It has no lease, and no challenge."""
    hub = Hub()
    tablet = TABLET._replace(transport="tcp", port=40000)
    hub.admission.pair_host(TABLET.host, musician(["drums"]))
    assert "/sync/end" in [one.path for one in hub.join(tablet, "/mix/1", 9000)]
    hub.quiet(60.0)
    hub.desk.change({VOX: -10.0})
    assert values(hub.hears(tablet))["/mix/1/in/2/fader"] == 0.5
    hub.send(tablet, "/mix/1/in/2/fader/touch", 1)
    hub.surfaces.disconnected(tablet)
    assert not hub.desk.is_held(VOX)
    assert hub.hears(tablet, 2.0) == []
    hub.surfaces.disconnected(PHONE)


def test_other_networks_are_looked_at_anew() -> None:
    """A host that was far is near when the Wi-Fi is on."""
    hub = Hub()
    hub.admission.networks = []
    assert hub.send(TABLET, "/ping") == []
    hub.admission.networks = Hub().admission.networks
    hub.surfaces.forget_hosts()
    assert hub.send(TABLET, "/ping") != []
    hub.admission.networks = []
    hub.surfaces.forget_hosts()
    assert hub.send(TABLET, "/ping") == []


def test_the_report_says_who_is_there_and_what_was_refused() -> None:
    """As the status shows it; numbers that JSON has."""
    hub = Hub()
    hub.surfaces.add_static(TABLET, ALL, "/")
    hub.join(PHONE, "/mix/1", 8000)
    hub.send(PHONE, "/mix/1/in/2/fader", 0.5)
    hub.quiet(1.0)
    report = hub.surfaces.report(hub.now)
    tablet, phone = report["surfaces"]
    assert (tablet["to"], tablet["role"], tablet["named"]) == (
        "192.168.1.20:9000",
        "engineer",
        True,
    )
    assert tablet["seen"] is None
    assert phone["from"] == "192.168.1.21:9000"
    assert (phone["to"], phone["role"], phone["mixes"]) == ("192.168.1.21:8000", "observer", [])
    assert math.isclose(phone["seen"], 1.0)
    assert phone["received"] == 2
    assert phone["sent"] > 2
    assert report["refused"]["unpaired"] == 1
    assert report["remedies"][0].startswith(
        "OSC from 192.168.1.21 refused: jackrf pair 192.168.1.21"
    )


def test_many_named_surfaces_are_told_everything_one_after_the_other() -> None:
    """Of a large desk at the start: within a second or so, and no tick is long."""
    hub = Hub(large_desk(32, 16))
    tablets = [Source(f"192.168.1.{20 + number}", 9000) for number in range(32)]
    for tablet in tablets:
        hub.surfaces.add_static(tablet, ALL, "/")
    ends: Counter[Source] = Counter()
    longest = 0.0
    with steady_heap():
        for _ in range(40):
            start = time.thread_time()
            outgoing = hub.step(FLUSH_SECONDS)
            longest = max(longest, time.thread_time() - start)
            ends.update(one.to for one in outgoing if b"/sync/end" in one.datagram)
    assert ends == Counter(tablets)
    assert longest < 0.1
