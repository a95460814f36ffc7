"""What the demo plays through jackrf: which session, which mix is heard, and whose fader moves."""

from pathlib import Path
from typing import Final

import numpy as np
import tomlkit

from jackrf.demo import band
from jackrf.demo.measure import FLOOR_DB
from jackrf.demo.song import BANDS
from jackrf.destinations import parse_url
from jackrf.sessions.session import Session, load
from jackrf.sessions.shipped import shipped_session

CLIENT: Final = "jackrf-demo"
"""Name of the JACK client, and for `jackrf status --client`."""
MIX: Final = "drums"
INSTRUMENT: Final = "guitar"

_FADER_DOWN: Final = ((0.00, 0.20, 0.42), (-6.0, -6.0, -40.0))
_FADER_UP: Final = ((0.55, 0.78, 1.00), (-40.0, 3.0, 3.0))
"""Where in the show, 0..1, and how high in dB; between the two the fader is off."""


def fader_gain(progress: float) -> float:
    """Return where the fader is to be, in dB, `FLOOR_DB` for off.

    Args:
        progress: how much of the show has passed, 0..1.
    """
    for places, gains in (_FADER_DOWN, _FADER_UP):
        if places[0] <= progress < places[-1]:
            return float(np.interp(progress, places, gains))
    return FLOOR_DB if progress < _FADER_UP[0][0] else _FADER_UP[1][-1]


def write_session(path: Path, url: str) -> Session:
    """Write the shipped session, with the band as its inputs and one listener, and return it.

    Ports that the session names may be in use, and its inputs are another studio's. OSC has the
    port two above the listener's, whose RTCP has the one between.
    """
    document = tomlkit.parse(shipped_session("band").read_text()).unwrap()
    for name, entry in document["inputs"].items():
        entry["connect"] = [f"{band.NAME}:{name}"] if name in BANDS else []
    for name, mix in document["mixes"].items():
        mix["send_to"] = [url] if name == MIX else []
    document["osc"] = {"port": parse_url(url).port + 2}
    document["mixes"][MIX]["sends"][INSTRUMENT]["gain"] = fader_gain(0.0)
    path.write_text(tomlkit.dumps(document))
    return load(path)
