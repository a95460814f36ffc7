"""What a surface says to the server itself: leases, challenges, syncs, PINs, questions."""

import pytest

import jackrf
from jackrf.osc.admission import Source, musician
from jackrf.osc.commands import LONGEST_PREFIX
from jackrf.osc.endpoints import LEASE_SECONDS, MOST_ENDPOINTS, MOST_PREFIXES
from jackrf.osc.guard import Argument, Message
from jackrf.osc.messages import encode, of
from jackrf.osc.refusals import Code
from jackrf.osc.telling import Outgoing
from jackrf.parameters import Place
from tests.osc.desks import large_desk
from tests.osc.hub import LAPTOP, PHONE, TABLET, Hub, messages, values

VOX = Place("drums", "vox", "gain")


def paths(told: list[Message]) -> set[str]:
    """The addresses of messages."""
    return {one.path for one in told}


def test_a_subscription_begins_with_a_sync() -> None:
    """Framed by its beginning and its end, which say prefix, revision and number of messages."""
    hub = Hub()
    told = hub.send(LAPTOP, "/subscribe", "/mix/drums")
    assert told[0] == Message("/sync/begin", "si", ("/mix/drums", hub.desk.revision))
    assert told[-1] == Message("/sync/end", "sii", ("/mix/drums", 0, len(told) - 2))
    shown = values(told[1:-1])
    assert shown["/mix/1/in/2/fader"] == 0.75
    assert shown["/mix/1/in/2/name"] == "Vox (Anna)"
    assert shown["/mix/1/in/1/text"] == "-6.0 dB"
    assert not any(path.startswith("/mix/2") for path in shown)


def test_a_lease_lasts_ten_seconds_and_every_word_renews_it() -> None:
    """After that the surface is told no more."""
    hub = Hub()
    hub.join(LAPTOP, "/mix/1")
    for _ in range(4):
        hub.quiet(LEASE_SECONDS - 1.0)
        hub.send(LAPTOP, "/ping")
    hub.quiet(LEASE_SECONDS - 1.5)
    assert "/heartbeat" in paths(hub.hears(LAPTOP, 1.4))
    hub.quiet(0.2)
    assert hub.hears(LAPTOP, 2.0) == []


def test_renewing_a_subscription_is_no_new_one() -> None:
    """No second sync, until the lease has ended."""
    hub = Hub()
    hub.join(LAPTOP, "/mix/1")
    assert hub.join(LAPTOP, "/mix/1") == []
    hub.quiet(LEASE_SECONDS + 1.0)
    assert "/sync/end" in paths(hub.join(LAPTOP, "/mix/1"))


def test_a_surface_may_listen_on_another_port_of_its_host() -> None:
    """Replies and feedback go there, and never to another host."""
    hub = Hub()
    outgoing = hub.raw(LAPTOP, encode(of("/subscribe", "/mix/1", 9000)))
    outgoing += hub.raw(LAPTOP, encode(of("/ping")))
    outgoing += hub.step(2.0)
    assert {one.to for one in outgoing} == {LAPTOP._replace(port=9000)}


def test_an_unknown_host_is_challenged_first() -> None:
    """It is told nothing until it has sent back the number, from where it listens."""
    hub = Hub()
    (challenge,) = hub.send(TABLET, "/subscribe", "/mix/1", 9000)
    assert challenge.path == "/challenge"
    assert hub.hears(TABLET, 2.0) == []
    (number,) = challenge.args
    assert number is not None
    wrong = hub.send(TABLET, "/subscribe", "/mix/1", 9000, int(number) ^ 1)
    assert paths(wrong) == {"/challenge"}
    assert "/sync/end" in paths(hub.send(TABLET, "/subscribe", "/mix/1", 9000, number))
    assert hub.counts == {}


def test_a_host_that_never_answers_is_in_the_status() -> None:
    """With the command that helps a surface that cannot answer."""
    hub = Hub()
    hub.send(TABLET, "/subscribe", "/mix/1", 9000)
    (line,) = hub.refusals.lines()
    assert line.startswith("OSC from 192.168.1.20 refused: jackrf pair 192.168.1.20 --mix drums")
    assert hub.told == []


def unknown_sizes(hub: Hub, datagram: bytes, source: Source) -> tuple[int, int]:
    """Bytes in, and bytes out because of them, now and in the next two seconds."""
    outgoing: list[Outgoing] = hub.raw(source, datagram) + hub.step(2.0)
    return len(datagram), sum(len(one.datagram) for one in outgoing)


@pytest.mark.parametrize("size", [0, 1, 4])
def test_nobody_can_be_flooded_through_jackrf(size: int) -> None:
    """Whatever comes from a host that has not answered the challenge, no more bytes go out than
    came in: not to the host, and nowhere else.
    """
    hub = Hub(large_desk(), open_mixes=["mix-1", "mix-2"])
    paths_tried = [
        *("/subscribe", "/xremote", "/unsubscribe", "/sync", "/pair", "/ping", "/info"),
        *("/mix/1/in/1/fader", "/mix/*/in/*/*", "/mix/1/meter/l", "/mix/1/name", "/mix/9/undo"),
        *("/scene/list", "/scene/recall", "/jack/state", "/nonsense", "/ch/01/mix/01/level"),
    ]
    tried = 0
    for path in paths_tried:
        choices: list[Argument] = ["/", "/mix/1", 9000, 1, 0.5, "1111", "", True]
        for first in choices:
            args = [first, 9001, 77][: max(size, 1)] if size else []
            source = Source(f"192.168.1.{tried % 200 + 20}", 9000)
            sent, told = unknown_sizes(hub, encode(of(path, *args)), source)
            assert told <= sent, path
            tried += 1
    assert hub.surfaces.report(hub.now)["surfaces"] == []


def test_a_wrong_number_or_a_forged_one_opens_nothing() -> None:
    """Guessing is told as little as asking."""
    hub = Hub()
    for number in range(100):
        sent, told = unknown_sizes(hub, encode(of("/subscribe", "/", 9000, number)), TABLET)
        assert told <= sent
        hub.now += 1.0


def test_a_pin_makes_a_musician() -> None:
    """Who was an observer sees the levels of its mix from then on."""
    hub = Hub()
    assert "/mix/1/in/2/fader" not in paths(hub.join(TABLET, "/mix/1"))
    told = hub.send(TABLET, "/pair", "1111")
    assert told[0] == Message("/reply", "ss", ("/pair", "drums"))
    assert "/mix/1/in/2/fader" in paths(told)
    hub.send(TABLET, "/mix/1/in/2/fader", 0.5)
    assert hub.desk.mixer.value(VOX) == -10.0


def test_a_pin_may_come_as_a_number() -> None:
    """Simple surfaces have no texts; leading zeros are added."""
    hub = Hub()
    hub.admission.pair_host(TABLET.host, musician([]))
    hub.join(TABLET, "/")
    for pin in ("2222 ", 2222, 2222.0):
        # The model PINs have four digits.
        wanted = "2222" if isinstance(pin, str) else "002222"
        told = hub.send(TABLET, "/pair", pin)
        answered = told[0].path == "/reply"
        assert answered == (wanted == "2222")


def test_a_wrong_pin_is_an_error() -> None:
    """And after five of them the reason is the pause."""
    hub = Hub()
    hub.join(TABLET, "/")
    texts = []
    for _ in range(6):
        hub.now += 1.0
        (told,) = hub.send(TABLET, "/pair", "0000")
        texts.append(told.args[2])
    assert texts[:5] == ["wrong PIN"] * 5
    assert "pause" in str(texts[5])
    assert hub.counts == {"wrong_pin": 5, "paused": 1}
    assert hub.refusals.lines()[-1].startswith(
        "OSC from 192.168.1.20 refused: jackrf pair 192.168.1.20 --mix drums"
    )


def test_a_sync_can_be_asked_for() -> None:
    """Of all that one is subscribed to, or of a part, and three times at once."""
    hub = Hub()
    hub.join(LAPTOP, "/mix/1")
    whole = hub.send(LAPTOP, "/sync")
    part = hub.send(LAPTOP, "/sync", "/mix/1/in/2")
    assert len(part) < len(whole)
    assert all(path.startswith(("/sync/", "/mix/1/in/2/")) for path in paths(part))
    assert hub.send(LAPTOP, "/sync") != []
    assert hub.send(LAPTOP, "/sync") == []
    assert hub.counts == {"limited": 1}
    hub.now += 1.0
    assert hub.send(LAPTOP, "/sync") != []
    assert hub.send(PHONE, "/sync") == []


def test_a_finger_is_left_alone_by_a_sync() -> None:
    """What is under it is told when it lets go."""
    hub = Hub()
    hub.join(LAPTOP, "/mix/1")
    hub.send(LAPTOP, "/mix/1/in/2/fader/touch", 1)
    told = hub.send(LAPTOP, "/sync")
    assert "/mix/1/in/2/fader" not in paths(told)
    assert told[-1].args[2] == len(told) - 2
    hub.send(LAPTOP, "/mix/1/in/2/fader/touch", 0)
    assert "/mix/1/in/2/fader" in paths(hub.hears(LAPTOP, 0.5))


def test_to_unsubscribe() -> None:
    """One prefix, or all of them; then a surface is no more."""
    hub = Hub()
    hub.join(LAPTOP, "/mix/1")
    hub.join(LAPTOP, "/mix/2")
    hub.send(LAPTOP, "/unsubscribe", "/mix/1")
    hub.desk.change({VOX: -3.0, Place("keys", "vox", "gain"): -3.0})
    told = paths(hub.hears(LAPTOP))
    assert "/mix/2/in/2/fader" in told
    assert "/mix/1/in/2/fader" not in told
    hub.send(LAPTOP, "/unsubscribe")
    assert hub.hears(LAPTOP, 2.0) == []


def test_a_finger_goes_with_its_surface() -> None:
    """Whether it says goodbye or not: nothing stays held on the desk."""
    hub = Hub()
    for end in ("/unsubscribe", "/nothing"):
        hub.join(LAPTOP, "/mix/1")
        hub.send(LAPTOP, "/mix/1/in/2/fader/touch", 1)
        assert hub.desk.is_held(VOX)
        hub.send(LAPTOP, end)
        hub.quiet(LEASE_SECONDS + 1.0)
        assert not hub.desk.is_held(VOX)


def test_ping_is_answered_with_what_it_brought() -> None:
    """As many bytes as came."""
    hub = Hub()
    (outgoing,) = hub.raw(TABLET, encode(of("/ping", 1, "two", 3.5)))
    assert messages([outgoing]) == [Message("/pong", "isf", (1, "two", 3.5))]


def test_info_says_what_this_is() -> None:
    """Version, name, model, session."""
    assert Hub().send(LAPTOP, "/info")[0].args == (
        jackrf.__version__,
        "jackrf",
        "jackrf",
        "Evening",
    )


def test_xremote_is_everything() -> None:
    """As an X32 has it, for those who need no challenge."""
    hub = Hub()
    assert "/mix/2/in/3/fader" in paths(hub.send(LAPTOP, "/xremote"))
    assert hub.send(TABLET, "/xremote") == []
    assert hub.counts == {"challenge": 1}


def test_so_many_surfaces_there_are() -> None:
    """The thirty-third hears nothing, and the status says so."""
    hub = Hub()
    for number in range(MOST_ENDPOINTS):
        assert hub.join(Source("127.0.0.1", 5000 + number), "/mix/1") != []
    assert hub.join(Source("127.0.0.1", 6000), "/mix/1") == []
    assert hub.counts == {"full": 1}
    hub.quiet(LEASE_SECONDS + 1.0)
    assert hub.join(Source("127.0.0.1", 6000), "/mix/1") != []


def test_so_many_prefixes_a_surface_has() -> None:
    """Eight."""
    hub = Hub(large_desk())
    for mix in range(1, MOST_PREFIXES + 1):
        assert hub.join(LAPTOP, f"/mix/{mix}") != []
    assert hub.join(LAPTOP, "/mix/9") == []
    assert hub.counts == {"full": 1}


def test_an_app_that_was_started_again_takes_its_own_place() -> None:
    """It sends from another port, and listens where it did: it is told once, not twice."""
    hub = Hub()
    for port in (50001, 50002):
        hub.join(Source("127.0.0.1", port), "/mix/1", 9000)
    hub.desk.change({VOX: -10.0})
    told = hub.hears(Source("127.0.0.1", 9000))
    assert [one.path for one in told].count("/mix/1/in/2/fader") == 1


@pytest.mark.parametrize(
    ("path", "args"),
    [
        ("/subscribe", [3]),
        ("/subscribe", ["/", "port"]),
        ("/subscribe", ["/", 0]),
        ("/subscribe", ["/", 65536]),
        ("/subscribe", ["/", 9000.5]),
        ("/subscribe", ["/", 9000, "x"]),
        ("/subscribe", ["/", 9000, 1, 1]),
        ("/subscribe", ["/mix/[1"]),
        ("/subscribe", ["/" + "x" * LONGEST_PREFIX]),
        ("/sync", [1]),
        ("/sync", ["/mix/{1"]),
        ("/pair", []),
        ("/pair", [True, "x"]),
        ("/pair", [None]),
    ],
)
def test_what_a_command_does_not_take_is_an_error(path: str, args: list[Argument]) -> None:
    """It is said to the surface, and counted."""
    hub = Hub()
    hub.join(LAPTOP, "/mix/1")
    (told,) = hub.send(LAPTOP, path, *args)
    assert told.path == "/error"
    assert told.args[:2] == (path, Code.WRONG)
    assert hub.counts == {"wrong": 1}


def test_a_prefix_may_be_written_in_many_ways() -> None:
    """All of them are the same subscription."""
    hub = Hub()
    assert hub.join(LAPTOP, "mix/1/") != []
    assert hub.join(LAPTOP, "/mix/1") == []
    assert hub.join(LAPTOP, "//mix/1//") == []
