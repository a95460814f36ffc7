"""The sync of a desk that is too large for one: short, and right when it ends all the same."""

import itertools
import random

import pytest

from jackrf.osc.feedback import REFRESH_SECONDS
from jackrf.osc.messages import encode, of
from jackrf.osc.telling import Outgoing
from jackrf.parameters import Place, Value
from tests.osc.board import Board, moved
from tests.osc.desks import large_desk
from tests.osc.hub import LAPTOP, Hub, messages

PACKETS = 40
BYTES = 1400
PORTION_SECONDS = 1.0
"""From one portion of the refresh to the next."""


def synced(hub: Hub) -> list[Outgoing]:
    """Come back, or ask: either way the sync of everything."""
    subscribed = hub.raw(LAPTOP, encode(of("/subscribe", "/")))
    return subscribed or hub.raw(LAPTOP, encode(of("/sync", "/")))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_surface_that_knows_nothing_is_right_when_the_sync_ends(seed: int) -> None:
    """32 inputs in 16 mixes in the middle of a show: at most 40 packets of at most 1400 bytes, and
    nothing on the desk is otherwise than the surface shows or works out.
    """
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    hub = Hub(large_desk(32, 16))
    levels = {p: v for p, v in moved(hub.desk, chance, 1.0).items() if p.name in ("gain", "trim")}
    hub.desk.change(levels | moved(hub.desk, chance, 0.03))
    board = Board(hub.namespace)
    outgoing = hub.raw(LAPTOP, encode(of("/subscribe", "/")))
    assert len(outgoing) <= PACKETS
    assert max(len(one.datagram) for one in outgoing) <= BYTES
    board.hear(messages(outgoing))
    assert list(board.wrong()) == []


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_a_surface_that_was_away_is_right_when_the_sync_ends(seed: int) -> None:
    """It shows what was true some changes ago: also what has gone back to 0 since is told."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    hub = Hub(large_desk(32, 16))
    hub.join(LAPTOP, "/")
    board = Board(hub.namespace)
    places = [place for place in hub.desk.mixer.places() if place.name in ("solo", "safe", "mute")]
    for _ in range(6):
        switched: dict[Place, Value] = dict.fromkeys(chance.sample(places, 12), True)
        hub.desk.change(switched | moved(hub.desk, chance, 0.01))
        if chance.random() < 0.5:
            board.hear(messages(synced(hub)))
        hub.desk.change(dict.fromkeys(switched, False))
        hub.quiet(2.0)
    board.hear(messages(synced(hub)))
    assert list(board.wrong()) == []


def test_with_more_than_fits_the_rest_comes_first_afterwards() -> None:
    """Every switch of the desk is on and every pan aside: the sync is as short as ever, levels and
    names are in it, and the first six portions of the refresh have all that was left out.
    """
    hub = Hub(large_desk(32, 16))
    switches = [place for place in hub.desk.mixer.places() if place.name in ("solo", "safe")]
    pans = [place for place in hub.desk.mixer.places() if place.name == "pan"]
    names = [place for place in hub.desk.mixer.places() if place.name == "name"]
    hub.desk.change(dict.fromkeys(switches, True) | dict.fromkeys(pans, 0.5))
    hub.desk.change(dict.fromkeys(names, "x" * 40))
    hub.join(LAPTOP, "/")
    hub.quiet(4.0)
    board = Board(hub.namespace)
    outgoing = synced(hub)
    assert len(outgoing) <= PACKETS
    board.hear(messages(outgoing))
    assert {line.partition(":")[0].rpartition("/")[2] for line in board.wrong()} <= {
        *("pan", "mute", "solo", "safe"),
    }
    for _ in range(6):
        board.hear(messages(hub.step(PORTION_SECONDS)))
    assert list(board.wrong()) == []
    everything = {t.path for t in hub.namespace.below("/") if t.address.told == "on change"}
    board.hear(messages(hub.step(REFRESH_SECONDS)))
    assert everything <= set(board.shown)


def test_a_sync_of_what_fits_leaves_nothing_out() -> None:
    """Neither words nor zeros, and the refresh goes on where it was."""
    hub = Hub(large_desk(32, 16))
    told = hub.join(LAPTOP, "/mix/3")
    assert {one.path for one in told[1:-1]} == {t.path for t in hub.namespace.below("/mix/3")}


def test_zeros_fill_the_sync_mutes_and_pans_first() -> None:
    """A desk at rest: surfaces without a word of documentation have what matters."""
    hub = Hub(large_desk(32, 16))
    told = {one.path for one in hub.join(LAPTOP, "/")}
    for mix, strip in itertools.product(range(1, 17), range(1, 33)):
        assert {f"/mix/{mix}/in/{strip}/{leaf}" for leaf in ("fader", "pan", "mute")} <= told
    for mix in range(1, 17):
        assert {f"/mix/{mix}/{leaf}" for leaf in ("fader", "mute", "name")} <= told
    for strip in range(1, 33):
        assert {f"/in/{strip}/{leaf}" for leaf in ("name", "trim", "mute")} <= told


def test_a_sync_asked_for_tells_of_streams_within_a_second() -> None:
    """They are looked at once a second; a surface that has lost them asks for a sync."""
    hub = Hub(large_desk(2, 2))
    hub.namespace.show("mix.stream.listeners", lambda _: (3,))
    hub.join(LAPTOP, "/jack")
    hub.join(LAPTOP, "/mix/1/stream")
    hub.quiet(3.0)
    hub.send(LAPTOP, "/sync", "/")
    told = [one.path for one in hub.hears(LAPTOP, PORTION_SECONDS)]
    assert "/mix/1/stream/listeners" in told
