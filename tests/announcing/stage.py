"""A desk on a JACK server, whose mixes go to a host, to a group, and nowhere."""

import contextlib
import os
from collections.abc import Iterator

from jackrf.desk import Desk, MixPlan
from jackrf.mixer import Mix, Mixer, Send, Strip
from jackrf.testing import DummyJack

GROUP = "239.69.1.1"
PLANS = {
    "drums": MixPlan(["udp://127.0.0.1:50300", "udp://127.0.0.2:50302"], "L24", -1.0),
    "choir": MixPlan([f"udp://{GROUP}:50304?interface=lo"], "L16", -1.0),
    "anna": MixPlan([], "L16", -1.0),
}


@contextlib.contextmanager
def stage(jack: DummyJack | None) -> Iterator[Desk]:
    """The desk, closed afterwards; without a server where there is none."""
    mixes = [Mix(mix, mix.title(), sends={"kick": Send(0.0)}) for mix in PLANS]
    desk = Desk("Evening", Mixer([Strip("kick", "Kick")], mixes), {}, PLANS)
    with contextlib.closing(desk):
        if jack is not None:
            desk.open(f"jackrf-{os.getpid()}-announced", jack.name)
        yield desk
