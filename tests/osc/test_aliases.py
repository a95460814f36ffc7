"""Templates of other desks move this one, and are told what changes in their own words."""

import pytest

from jackrf.osc.addresses import BY_NAME
from jackrf.osc.aliases import ALIASES, Alias, Dialect, hear, speak
from jackrf.osc.messages import of
from jackrf.osc.namespace import Args, Namespace
from tests.osc.desks import get, small_desk


@pytest.mark.parametrize(
    ("said", "args", "path", "meant", "dialect"),
    [
        ("/ch/02/mix/01/level", (0.75,), "/mix/01/in/02/fader", (0.75,), Dialect.X32),
        ("/ch/2/mix/1/on", (1,), "/mix/1/in/2/mute", (0,), Dialect.X32),
        ("/ch/02/mix/01/on", (0.0,), "/mix/01/in/02/mute", (1,), Dialect.X32),
        ("/ch/02/mix/01/pan", (0.5,), "/mix/01/in/02/pan", (0.0,), Dialect.X32),
        ("/ch/02/mix/01/pan", (0.0,), "/mix/01/in/02/pan", (-1.0,), Dialect.X32),
        ("/ch/02/config/name", (), "/in/02/name", (), Dialect.X32),
        ("/bus/02/mix/fader", (1.0,), "/mix/02/fader", (1.0,), Dialect.X32),
        ("/bus/02/mix/on", (True,), "/mix/02/mute", (0,), Dialect.X32),
        ("/bus/02/mix/on", (), "/mix/02/mute", (), Dialect.X32),
        ("/cue/send/fader/3", (0.0,), "/mix/keys/in/3/gain", (-144.0,), Dialect.ARDOUR),
        ("/cue/send/enable/3", (1.0,), "/mix/keys/in/3/mute", (0,), Dialect.ARDOUR),
        ("/cue/mute", (1.0,), "/mix/keys/mute", (1.0,), Dialect.ARDOUR),
        ("/mix/1/in/2/on", (1,), "/mix/1/in/2/on", (1,), Dialect.LEAVES),
        ("/mix/1/in/2/pan01", (1,), "/mix/1/in/2/pan01", (1,), Dialect.LEAVES),
        ("/mix/1/fader", (0.5,), "/mix/1/fader", (0.5,), Dialect.NATIVE),
        ("/ping", (), "/ping", (), Dialect.NATIVE),
    ],
)
def test_a_dialect_is_put_into_own_words(
    said: str, args: Args, path: str, meant: Args, dialect: Dialect
) -> None:
    """The same input, the same mix, the same value."""
    found, message = hear(of(said, *args), mix="keys")
    assert (found, message.path, message.args) == (dialect, path, meant)


@pytest.mark.parametrize(
    "said",
    ["/ch/01/mix/fader", "/ch/x/mix/01/level", "/ch", "/bus/01", "/cue/send", "/cue/x/1", "/"],
)
def test_what_is_in_no_dialect_comes_back_as_it_is(said: str) -> None:
    """It is then an address that is unknown."""
    message = of(said, 1.0)
    assert hear(message, mix="keys") == (Dialect.NATIVE, message)


def test_ardours_addresses_need_a_mix() -> None:
    """They have none in them: it is the one that the endpoint is paired with."""
    message = of("/cue/send/fader/3", 0.5)
    assert hear(message, mix=None) == (Dialect.NATIVE, message)


def test_an_argument_that_is_no_number_is_left_to_be_refused() -> None:
    """Nothing is converted that is not understood."""
    assert hear(of("/ch/01/mix/01/on", "yes"))[1] == of("/mix/01/in/01/mute", "yes")


@pytest.mark.parametrize("alias", ALIASES, ids=lambda alias: alias.path)
def test_every_alias_leads_to_its_address_and_back(alias: Alias) -> None:
    """Said, done, and told again: the same words, with numbers as that desk writes them."""
    namespace = Namespace(small_desk())
    said = alias.path.format(mix=1, strip=2)
    dialect, message = hear(of(said), mix="drums")
    (target,) = namespace.resolve(message.path)
    assert target.address is BY_NAME[alias.name]
    (told,) = speak(dialect, target, namespace.get(target))
    assert (dialect, told.path) == (alias.dialect, said)


@pytest.mark.parametrize("position", [0.0, 0.1, 0.5, 0.7818, 0.9, 1.0])
def test_ardours_taper_is_kept_both_ways(position: float) -> None:
    """A fader of an Ardour template stands where it was put: 0 dB is at its own mark."""
    namespace = Namespace(small_desk())
    dialect, message = hear(of("/cue/send/fader/2", position), mix="drums")
    (target,) = namespace.resolve(message.path)
    kept = namespace.set(target, message.args, "tablet")
    (told,) = speak(dialect, target, kept)
    assert told.path == "/cue/send/fader/2"
    assert told.args == pytest.approx((position,), abs=1e-9)
    if position == 0.7818:
        assert get(namespace, "/mix/drums/in/vox/gain") == pytest.approx((0.0,), abs=1e-3)


def test_x32_hears_of_a_change_once() -> None:
    """The position, not the dB and the words, which it has no addresses for."""
    namespace = Namespace(small_desk())
    (fader,) = namespace.resolve("/mix/2/in/2/fader")
    assert fader.place is not None
    told = [
        one
        for target in namespace.showing(fader.place)
        for one in speak(Dialect.X32, target, namespace.get(target))
    ]
    assert told == [of("/ch/02/mix/02/level", 0.825)]


def test_those_who_use_on_are_told_both() -> None:
    """A surface may have mute at one place and on at another."""
    namespace = Namespace(small_desk())
    mute, pan, fader = (
        namespace.resolve(f"/mix/2/in/2/{leaf}")[0] for leaf in ("mute", "pan", "fader")
    )
    assert speak(Dialect.LEAVES, mute, (1,)) == [of("/mix/2/in/2/mute", 1), of("/mix/2/in/2/on", 0)]
    assert speak(Dialect.LEAVES, pan, (1.0,)) == [
        of("/mix/2/in/2/pan", 1.0),
        of("/mix/2/in/2/pan01", 1.0),
    ]
    assert speak(Dialect.LEAVES, fader, (0.5,)) == speak(Dialect.NATIVE, fader, (0.5,))


@pytest.mark.parametrize(
    "path",
    ["/cue/send/fader/{1,2}", "/ch/{1,2}/mix/01/level", "/ch/01/mix/*/on", "/ch/{strip}/mix"],
)
def test_patterns_are_of_no_other_desk(path: str) -> None:
    """They are left as they are, and are no address then."""
    said = of(path, 0.5)
    assert hear(said, "keys") == (Dialect.NATIVE, said)
