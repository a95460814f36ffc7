"""Another session on the same JACK client: no port closes, no packet is missing.

if fits(old, new):
    hand_over(old, new)     # new runs from here on; old has nothing left but its model
"""

from jackrf.desk import Desk
from jackrf.graph.states import WAITING
from jackrf.units import db_to_amplitude


def fits(old: Desk, new: Desk) -> bool:
    """Whether a desk can go on with the JACK client of another one.

    It can when that one is running and both have as many inputs, the same mixes in the same order,
    and for each the same form of packets: then every port and every stream is still what it was.
    """
    return (
        old.client is not None
        and len(old.mixer.strips) == len(new.mixer.strips)
        and _forms(old) == _forms(new)
    )


def _forms(desk: Desk) -> list[tuple[str, str, bool]]:
    found = [(mix.id, desk.plans[mix.id]) for mix in desk.mixer.mixes]
    return [(mix, plan.encoding, plan.plain) for mix, plan in found]


def hand_over(old: Desk, new: Desk) -> None:
    """Let a desk take over JACK client, engine and streams; every level glides to its own.

    What listens where it listened before keeps its socket, its sequence numbers and its counters.
    Nothing rises by more than 12 dB faster than 60 dB/s.

    Args:
        old: a running one that `fits`; it is to be forgotten afterwards.
        new: one that was not opened.
    """
    client, engine = old.client, old.engine
    if client is None or engine is None:
        raise ValueError("the old desk does not run")
    new.client, new.engine, new.state = client, engine, old.state
    new.stream_name, new.xruns, new.timeline = old.stream_name, old.xruns, old.timeline
    old.client, old.engine, old.state = None, None, WAITING
    new.patchbay.take_over(client, new.pretty)
    old.patchbay.wishes.withdraw(client, new.patchbay.wishes)
    new.patchbay.wishes.grant(client)
    for number, mix in enumerate(new.mixer.mixes):
        ceiling = new.plans[mix.id].ceiling
        engine.mixes["ceiling"][number] = 0.0 if ceiling is None else db_to_amplitude(ceiling)
    engine.set_gains(new.mixer.matrix(), gently=True)
    old.audience.hand_over(new.audience)
