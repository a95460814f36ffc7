"""What surfaces are told, as datagrams."""

from jackrf.osc.admission import ALL, musician
from jackrf.osc.aliases import Dialect
from jackrf.osc.endpoints import Endpoint
from jackrf.osc.guard import Message, parse
from jackrf.osc.namespace import Namespace
from jackrf.osc.telling import Outgoing, Teller
from tests.osc.desks import large_desk, small_desk
from tests.osc.hub import LAPTOP

BYTES = 1400


def teller_of(namespace: Namespace) -> Teller:
    """A teller at revision 7."""
    return Teller(namespace, lambda: 7)


def engineer() -> Endpoint:
    """A surface that may see everything."""
    return Endpoint(LAPTOP, LAPTOP, ALL, 0.0)


def said(outgoing: list[Outgoing]) -> list[Message]:
    """All messages of datagrams."""
    return [one for datagram in outgoing for one in parse(datagram.datagram)]


def test_a_sync_of_a_mix_has_everything() -> None:
    """Also what repeats the fader, in a few packets of at most 1400 bytes."""
    namespace = Namespace(large_desk())
    outgoing = teller_of(namespace).sync(engineer(), "/mix/3", 0.0)
    told = said(outgoing)
    assert [one.path for one in told[1:-1]] == [t.path for t in namespace.below("/mix/3")]
    assert (told[0].args, told[-1].args) == (("/mix/3", 7), ("/mix/3", 7, len(told) - 2))
    assert len(outgoing) < 10
    assert max(len(one.datagram) for one in outgoing) <= BYTES


def test_what_a_surface_may_not_see_is_in_none_of_its_syncs() -> None:
    """A musician hears of the other mixes' names only."""
    namespace = Namespace(small_desk())
    musicians = Endpoint(LAPTOP, LAPTOP, musician(["drums"]), 0.0)
    told = {one.path for one in said(teller_of(namespace).sync(musicians, "/", 0.0))}
    assert "/mix/1/in/2/fader" in told
    assert "/mix/2/in/2/name" in told
    assert "/mix/2/in/2/fader" not in told


def test_values_are_read_once_for_all_surfaces() -> None:
    """Until the next beginning."""
    namespace = Namespace(small_desk())
    teller = teller_of(namespace)
    fader = namespace.target("send.fader", "drums", "vox")
    first = teller.messages([fader], Dialect.NATIVE)
    namespace.set(fader, (0.5,), "somebody")
    assert teller.messages([fader], Dialect.NATIVE) == first
    teller.begin()
    assert teller.messages([fader], Dialect.NATIVE) != first


def test_what_shows_nothing_now_is_left_out() -> None:
    """Instead of being an error."""
    namespace = Namespace(small_desk())
    teller = teller_of(namespace)
    listeners = namespace.target("mix.stream.listeners", "drums")
    assert teller.value(listeners) is None
    assert teller.messages([listeners], Dialect.NATIVE) == []


def test_a_dialect_has_its_own_words() -> None:
    """Or none."""
    namespace = Namespace(small_desk())
    teller = teller_of(namespace)
    targets = [
        namespace.target("send.fader", "drums", "vox"),
        namespace.target("send.text", "drums", "vox"),
    ]
    (only,) = (parse(one)[0] for one in teller.messages(targets, Dialect.X32))
    assert only == Message("/ch/02/mix/01/level", "f", (0.75,))


def test_meters_may_be_dropped() -> None:
    """Nothing else may; and a surface's datagrams are counted."""
    namespace = Namespace(small_desk())
    teller = teller_of(namespace)
    surface = engineer()
    outgoing = teller.meters(surface, namespace.meters("drums"))
    assert [one.meter for one in outgoing] == [True]
    assert [one.meter for one in teller.heartbeat(surface)] == [False]
    assert surface.sent == 2
    assert teller.values(surface, []) == []


def test_a_revision_is_an_int32() -> None:
    """After two thousand million changes it begins at 0 again."""
    assert Teller(Namespace(small_desk()), lambda: 2**31 + 5).revision == 5
