"""The desk as OSC sees it: what is set is kept, shown in every view, and answered truly."""

import time

import pytest

from jackrf.engine import Engine
from jackrf.errors import InputError
from jackrf.osc.addresses import TABLE
from jackrf.osc.guard import Message, parse
from jackrf.osc.messages import message, of
from jackrf.osc.namespace import Args, Namespace, OscError, Target
from jackrf.osc.refusals import Code
from jackrf.parameters import Place, Value
from jackrf.units import fader_to_db
from tests.offline import streams
from tests.osc.desks import everything, get, large_desk, set_, small_desk

FADER_SECONDS = 0.0005
"""CPU time that a fader may take from the datagram to the engine, on a slow and busy machine."""


def test_all_views_of_a_level_follow_it() -> None:
    """Set as a position, it is read as a position, in dB and in words."""
    namespace = Namespace(small_desk())
    assert set_(namespace, "/mix/drums/in/vox/fader", 0.5) == (0.5,)
    assert get(namespace, "/mix/1/in/2/fader") == (0.5,)
    assert get(namespace, "/mix/1/in/2/gain") == (-10.0,)
    assert get(namespace, "/mix/1/in/2/text") == ("-10.0 dB",)
    assert set_(namespace, "/mix/drums/in/vox/gain", -144.0) == (-144.0,)
    assert get(namespace, "/mix/1/in/2/fader") == (0.0,)
    assert get(namespace, "/mix/1/in/2/text") == ("off",)


@pytest.mark.parametrize(
    ("path", "sent", "kept"),
    [
        ("/mix/1/in/2/fader", 1.7, 1.0),
        ("/mix/1/in/2/gain", 99, 10.0),
        ("/mix/1/in/2/gain", -100.0, -144.0),
        ("/mix/1/in/2/pan", -3, -1.0),
        ("/mix/1/in/2/mute", 5, 1),
        ("/mix/1/moreme", 2.0, 1.0),
        ("/in/1/trim", -200.0, -144.0),
    ],
)
def test_what_is_out_of_range_is_answered_as_it_is_kept(
    path: str, sent: float, kept: float
) -> None:
    """The sender learns the truth, and so does whoever asks."""
    namespace = Namespace(small_desk())
    assert set_(namespace, path, sent) == (kept,)
    assert get(namespace, path) == (kept,)


def test_every_row_that_keeps_a_value_can_be_set_and_read() -> None:
    """What is set is what is read, at every such address."""
    namespace = Namespace(small_desk())
    for address in TABLE:
        if not address.parameter or not address.settable:
            continue
        path = address.path.format(mix="keys", strip="bass")
        for sent in ("A", "B") if address.types == "s" else (1, 0):
            (kept,) = set_(namespace, path, sent)
            assert get(namespace, path) == (kept,) == (sent,)


def test_the_change_carries_who_made_it() -> None:
    """Those who watch the desk hear it."""
    desk = small_desk()
    heard: list[tuple[dict[Place, Value], str]] = []
    desk.watch(lambda changes, by: heard.append((dict(changes), by)))
    set_(Namespace(desk), "/mix/drums/in/vox/pan", 0.25)
    assert heard == [({Place("drums", "vox", "pan"): 0.25}, "tablet")]


def test_names_are_the_desks_to_judge() -> None:
    """A name is one readable line of at most 64 characters."""
    desk = small_desk()
    namespace = Namespace(desk)
    assert set_(namespace, "/in/2/name", "Anna Ö.") == ("Anna Ö.",)
    assert get(namespace, "/mix/1/in/2/name") == ("Anna Ö.",)
    for wrong in ("", "x" * 65, "two\nlines"):
        with pytest.raises(OscError, match="1 to 64 characters"):
            set_(namespace, "/in/2/name", wrong)
    assert desk.mixer.strips[1].name == "Anna Ö."


@pytest.mark.parametrize("path", ["/mix/1/in/2/text", "/mix/1/in/2/name", "/jack/state", "/pong"])
def test_what_is_only_read_cannot_be_set(path: str) -> None:
    """It says so, and nothing changes."""
    with pytest.raises(OscError, match="cannot be set"):
        set_(Namespace(small_desk()), path, "x")


def test_undo_takes_back_and_a_button_does_it_once() -> None:
    """Letting go of the button, which sends 0, is not another undo."""
    desk = small_desk()
    namespace = Namespace(desk)
    before = everything(desk)
    set_(namespace, "/mix/drums/in/vox/fader", 0.1)
    set_(namespace, "/mix/keys/in/vox/fader", 0.1)
    (undo,) = namespace.resolve("/mix/drums/undo")
    assert namespace.do(undo, (0.0,), "tablet") == []
    assert desk.mixer.value(Place("drums", "vox", "gain")) == fader_to_db(0.1)
    assert namespace.do(undo, (1.0,), "tablet") == []
    assert desk.mixer.value(Place("drums", "vox", "gain")) == before[Place("drums", "vox", "gain")]
    assert desk.mixer.value(Place("keys", "vox", "gain")) == fader_to_db(0.1)


def test_what_is_not_there_yet_says_so_until_somebody_answers() -> None:
    """A command, something to read, and a value of somebody else's can all be plugged in."""
    namespace = Namespace(small_desk())
    recall, current, pfl = (
        namespace.resolve(path)[0] for path in ("/scene/recall", "/scene/current", "/in/2/pfl")
    )
    for attempt in (
        lambda: namespace.do(recall, ("Encore",), "desk"),
        lambda: namespace.get(current),
        lambda: namespace.set(pfl, (1,), "desk"),
    ):
        with pytest.raises(OscError) as refused:
            attempt()
        assert refused.value.code is Code.NOT_NOW
    assert not set(namespace.below("/")) & {current, pfl}

    done: list[object] = []

    def recalled(target: Target, args: Args, by: str) -> list[Message]:
        done.append((target.path, args, by))
        return [of("/reply", target.path, "recalled")]

    namespace.handle("scene.recall", recalled)
    namespace.show("scene.current", lambda _: ("Encore",))
    namespace.handle("strip.pfl", lambda target, args, _: done.append((target.strip, args)))
    namespace.show("strip.pfl", lambda _: (1,))
    assert namespace.do(recall, ("Encore",), "desk") == [of("/reply", "/scene/recall", "recalled")]
    assert namespace.get(current) == ("Encore",)
    assert namespace.set(pfl, (1,), "desk") == (1,)
    assert done == [("/scene/recall", ("Encore",), "desk"), ("vox", (1,))]
    assert set(namespace.below("/")) >= {current, pfl}


def test_an_error_of_a_handler_is_answered() -> None:
    """One line, as it is written for people."""
    namespace = Namespace(small_desk())

    def fail(*_: object) -> None:
        raise InputError("no scene 'Encore': there are Intro, Ballad")

    namespace.handle("scene.recall", fail)
    (recall,) = namespace.resolve("/scene/recall")
    with pytest.raises(OscError, match="there are Intro, Ballad") as refused:
        namespace.do(recall, ("Encore",), "desk")
    assert refused.value.code is Code.WRONG


@pytest.mark.parametrize("name", ["scene.recal", "send.fader", "scene.current"])
def test_only_what_is_open_can_be_handled(name: str) -> None:
    """A slip of the programmer's is found at once."""
    with pytest.raises(ValueError, match=name):
        Namespace(small_desk()).handle(name, lambda *_: None)


@pytest.mark.parametrize("name", ["scene.curent", "mix.mute", "scene.recall"])
def test_only_what_is_open_can_be_shown(name: str) -> None:
    """A slip of the programmer's is found at once."""
    with pytest.raises(ValueError, match=name):
        Namespace(small_desk()).show(name, lambda _: ())


def showing(namespace: Namespace, place: Place) -> list[str]:
    """The paths that show a place."""
    return [target.path for target in namespace.showing(place)]


def test_a_change_shows_in_every_view_of_it() -> None:
    """And in none of another's; `on` and `pan01` are told only to those who speak so."""
    namespace = Namespace(small_desk())
    assert showing(namespace, Place("drums", "vox", "gain")) == [
        "/mix/1/in/2/fader",
        "/mix/1/in/2/gain",
        "/mix/1/in/2/text",
        "/mix/1/moreme",
    ]
    assert showing(namespace, Place("drums", "vox", "pan")) == ["/mix/1/in/2/pan"]
    assert showing(namespace, Place("drums", None, "mute")) == ["/mix/1/mute"]
    assert showing(namespace, Place("keys", None, "gain")) == [
        "/mix/2/fader",
        "/mix/2/gain",
        "/mix/2/text",
    ]
    assert showing(namespace, Place(None, "vox", "mute")) == ["/in/2/mute"]
    assert showing(namespace, Place(None, "vox", "name")) == [
        "/mix/1/in/2/name",
        "/mix/2/in/2/name",
        "/in/2/name",
    ]


def test_every_place_of_the_desk_shows_somewhere_below_the_root() -> None:
    """What can change is told, and a sync has it."""
    desk = small_desk()
    namespace = Namespace(desk)
    synced = set(namespace.below("/"))
    for place in desk.mixer.places():
        shown = namespace.showing(place)
        assert shown
        assert set(shown) <= synced


def test_everything_below_a_prefix_can_be_read() -> None:
    """A sync never stumbles, and what it sends is of the types in the table."""
    namespace = Namespace(small_desk())
    for target in namespace.below("/"):
        assert parse(message(target.path, target.address.types, namespace.get(target)))


def test_a_fader_is_set_in_a_fraction_of_a_period() -> None:
    """From the datagram through guard, namespace, desk and engine: about 60 us of CPU time."""
    desk = large_desk()
    desk.engine = Engine(len(desk.mixer.strips), streams(len(desk.mixer.mixes)), 48000)
    namespace = Namespace(desk)
    datagrams = [
        message(f"/mix/{1 + n % 16}/in/{1 + n % 32}/fader", "f", (n % 997 / 997,))
        for n in range(2000)
    ]
    start = time.thread_time()
    for datagram in datagrams:
        for path, _, args in parse(datagram):
            for target in namespace.resolve(path):
                namespace.set(target, args, "tablet")
    assert (time.thread_time() - start) / len(datagrams) < FADER_SECONDS
