"""The table of addresses has what the design promises, and nothing twice."""

import pytest

from jackrf.osc.addresses import BY_NAME, TABLE, Role
from jackrf.osc.guard import parse
from jackrf.osc.messages import message

PROMISED = """
/mix/{mix}/in/{strip}/fader /mix/{mix}/in/{strip}/gain /mix/{mix}/in/{strip}/pan
/mix/{mix}/in/{strip}/mute /mix/{mix}/in/{strip}/solo /mix/{mix}/in/{strip}/fader/touch
/mix/{mix}/in/{strip}/nudge /mix/{mix}/in/{strip}/safe /mix/{mix}/in/{strip}/name
/mix/{mix}/in/{strip}/text /mix/{mix}/in/{strip}/meter
/mix/{mix}/fader /mix/{mix}/gain /mix/{mix}/mute /mix/{mix}/name /mix/{mix}/text /mix/{mix}/safe
/mix/{mix}/meter/l /mix/{mix}/meter/r /mix/{mix}/limit /mix/{mix}/moreme /mix/{mix}/copy
/mix/{mix}/undo /mix/{mix}/scene/recall /mix/{mix}/scene/save
/mix/{mix}/stream/state /mix/{mix}/stream/loss /mix/{mix}/stream/delay /mix/{mix}/stream/jitter
/mix/{mix}/stream/listeners
/in/{strip}/name /in/{strip}/trim /in/{strip}/mute /in/{strip}/pan /in/{strip}/meter
/scene/list /scene/item /scene/recall /scene/save /scene/current /scene/dirty
/session/save /session/dirty /session/name /jack/state /jack/xruns /jack/load
/subscribe /xremote /unsubscribe /challenge /sync /sync/begin /sync/end /pair /ping /pong
/heartbeat /info /reply /error
"""


def test_every_promised_address_is_there() -> None:
    """The lists of the design notes, sections 2.1 and 2.2."""
    assert set(PROMISED.split()) <= {address.path for address in TABLE}


def test_nothing_is_there_twice() -> None:
    """Each name and each path is one row's."""
    assert len(BY_NAME) == len({address.path for address in TABLE}) == len(TABLE)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_row_is_whole(name: str) -> None:
    """It says what it means, has types that can be sent, and a range that is one."""
    address = BY_NAME[name]
    assert address.meaning
    assert address.path.startswith("/")
    assert parse(message(address.path.format(mix=1, strip=1), "", ()))
    assert set(address.types) <= set("ifs|*")
    if address.low is not None and address.high is not None:
        assert address.low < address.high
    assert address.reader <= address.role or address.direction != "both"


def test_what_acts_on_every_mix_is_the_engineers() -> None:
    """Inputs, scenes of all and the session are not a musician's to change."""
    for address in TABLE:
        if address.direction == "out" or address.path.startswith("/mix/"):
            continue
        changes = address.path.startswith(("/in/", "/scene/", "/session/"))
        assert (address.role is Role.ENGINEER) == (changes and address.name != "scene.list")


def test_what_a_musician_may_do_is_inside_a_mix() -> None:
    """Whoever holds one mix needs no address outside it."""
    held = [a for a in TABLE if a.role is Role.MUSICIAN and a.direction != "out"]
    assert held
    assert all(address.path.startswith("/mix/{mix}/") for address in held)
