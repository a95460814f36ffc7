"""The schema of a session file: inputs, mixes, sends and destinations, as a person writes them.

Levels are in dB, ids are slugs that never change, order in the file is the order of the ports.
`load` reads a file into a `Session`, and `Session.to_mixer` makes the desk that plays it.
"""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic_core import InitErrorDetails

from jackrf import mixer
from jackrf.errors import SessionError
from jackrf.mixer import MAX_MIXES, MAX_STRIPS
from jackrf.parameters import Place
from jackrf.sessions.between import (
    entries,
    open_secrets,
    sends_of_nothing,
    shared_destinations,
    wrong_number,
)
from jackrf.sessions.fields import Gain, JackPort, Name, Pan, Slug, Switch, Url
from jackrf.sessions.listening import Listen
from jackrf.sessions.migration import FORMAT, OLDEST, migrated
from jackrf.sessions.reading import Document, read, shown
from jackrf.sessions.surfaces import Osc, further_cues, wrong_mixes
from jackrf.sessions.tables import Allowed, Table
from jackrf.sessions.web import Web

Ports = Annotated[
    list[JackPort],
    Allowed("a list of JACK ports as CLIENT:PORT", '{key} = ["system:capture_1"]'),
]


class Input(Table):
    """What one JACK port brings in."""

    name: Name
    """What people call it; shown on surfaces and in JACK patchers."""
    trim: Gain = 0.0
    """Gain in dB that acts on every mix, -inf to 10."""
    pan: Pan = 0.0
    """Added to the pan of each of its sends: -1 left to 1 right."""
    mute: Switch = False
    """Whether it is silent in every mix."""
    connect: Ports = Field(default_factory=list)
    """JACK ports to take the sound from, once they are there."""


class Send(Table):
    """How much of one input is in one mix."""

    gain: Gain
    """Gain in dB, -inf to 10; below -90 is silence."""
    pan: Pan = 0.0
    """Place between the ears: -1 left, 0 centre, 1 right, with constant power."""
    mute: Switch = False
    """Whether this input is silent in this mix."""
    solo: Switch = False
    """Whether only this and other soloed inputs are heard in this mix."""
    safe: Switch = False
    """Whether recalling a scene leaves this send alone."""


class Mix(Table):
    """What one musician hears."""

    name: Name
    """Whose mix it is; shown on surfaces and in JACK patchers."""
    gain: Gain = 0.0
    """Gain in dB of the whole mix, -inf to 10."""
    mute: Switch = False
    """Whether the mix is silent."""
    safe: Switch = False
    """Whether recalling a scene leaves the whole mix alone."""
    cue: Switch = False
    """Whether it is the engineer's: it can listen in on the other mixes, and PFL goes into it."""
    send_to: Annotated[
        list[Url], Allowed("a list of URLs", '{key} = ["udp://192.168.1.31:5004"]')
    ] = Field(default_factory=list)
    """Where the mix is sent, as udp://HOST:PORT; groups may have ?interface=NAME&ttl=NUMBER."""
    dscp: Annotated[
        int,
        Field(ge=0, le=63),
        Allowed("a whole number from 0 (off) to 63", "{key} = 46"),
    ] = 46
    """How routers and Wi-Fi are asked to treat its packets: 46 is voice, 0 asks for nothing."""
    announce: Switch = False
    """Whether players find it in the network by themselves (SAP), where it is sent."""
    encrypt: Switch = False
    """Whether it goes out encrypted (SRTP): by RTSP with a PIN, and to hosts of `send_to`."""
    encoding: Annotated[Literal["L16", "L24"], Allowed('"L16" or "L24"', '{key} = "L16"')] = "L16"
    """Samples on the air: L16 has 16 bits and takes less of a radio link, L24 has 24."""
    limiter: Switch = True
    """Whether no sample gets above the ceiling, to protect ears."""
    ceiling: Annotated[
        float,
        Field(ge=-24, le=0),
        Allowed("a number of dBFS from -24 to 0", "{key} = -1.0"),
    ] = -1.0
    """Highest level in dBFS that the limiter lets pass, -24 to 0."""
    connect_left: Ports = Field(default_factory=list)
    """JACK ports to play its left side to, once they are there."""
    connect_right: Ports = Field(default_factory=list)
    """JACK ports to play its right side to, once they are there."""
    sends: Annotated[
        dict[Slug, Send],
        Allowed("a table of sends", "kick = { gain = -6.0 }"),
    ] = Field(default_factory=dict)
    """How much of each input is in the mix, by the input's id; what is not written is silent."""


class Session(Table):
    """All that a session file says."""

    format: Annotated[
        # Literal[2] would take 2.0 for a 2.
        int,
        Field(ge=OLDEST, le=FORMAT),
        Allowed(f"the number {FORMAT}", f"{{key}} = {FORMAT}"),
    ]
    """Format of the file; files of a higher format need a newer jackrf."""
    name: Name
    """What people call the session."""
    restore: Annotated[
        Literal["alone", "always", "never"],
        Allowed('"alone", "always" or "never"', '{key} = "alone"'),
    ] = "alone"
    """Who makes the wanted connections: jackrf when it is alone, and not under a session manager,
    whose patchbay does; jackrf always; or never."""
    inputs: Annotated[
        dict[Slug, Input],
        Field(json_schema_extra={"minProperties": 1, "maxProperties": MAX_STRIPS}),
        Allowed(f"1 to {MAX_STRIPS} tables, one for each input", "[inputs.kick]"),
    ]
    """By id, in the order of the JACK ports in_01, in_02, ..."""
    mixes: Annotated[
        dict[Slug, Mix],
        Field(json_schema_extra={"minProperties": 1, "maxProperties": MAX_MIXES}),
        Allowed(f"1 to {MAX_MIXES} tables, one for each mix", "[mixes.drums]"),
    ]
    """By id, in the order of the JACK ports mix_01_l, mix_01_r, mix_02_l, ..."""
    osc: Annotated[Osc, Allowed("a table", "[osc]")] = Osc()
    """Control surfaces."""
    listen: Annotated[Listen, Allowed("a table", "[listen]")] = Listen()
    """Listeners that tune in by themselves."""
    web: Annotated[Web | None, Allowed("a table", "[web]")] = None
    """The page for browsers; without this table there is none."""

    @classmethod
    def between(cls, data: object) -> Iterator[InitErrorDetails]:
        """Yield what is wrong between inputs, mixes and surfaces: ids, numbers, destinations."""
        tables = entries(data)
        inputs, mixes = entries(tables.get("inputs")), entries(tables.get("mixes"))
        yield from wrong_number(tables, "inputs", MAX_STRIPS)
        yield from wrong_number(tables, "mixes", MAX_MIXES)
        if inputs:
            yield from sends_of_nothing(inputs, mixes)
        yield from shared_destinations(mixes)
        yield from open_secrets(mixes)
        yield from further_cues(mixes)
        yield from wrong_mixes(tables.get("osc"), mixes)

    @property
    def cue(self) -> str | None:
        """The id of the engineer's mix, None without one."""
        return next((key for key, mix in self.mixes.items() if mix.cue), None)

    def wishes(self) -> dict[Place, Sequence[str]]:
        """Return which JACK ports are to be connected, by place."""
        found: dict[Place, Sequence[str]] = {
            Place(None, key, "connect"): entry.connect for key, entry in self.inputs.items()
        }
        for key, mix in self.mixes.items():
            found[Place(key, None, "connect_left")] = mix.connect_left
            found[Place(key, None, "connect_right")] = mix.connect_right
        return found

    def to_mixer(self) -> mixer.Mixer:
        """Return a new desk with the strips, mixes and sends of this session, in port order."""
        strips = [
            mixer.Strip(key, entry.name, trim=entry.trim, pan=entry.pan, mute=entry.mute)
            for key, entry in self.inputs.items()
        ]
        mixes = [
            mixer.Mix(
                key,
                mix.name,
                gain=mix.gain,
                mute=mix.mute,
                safe=mix.safe,
                sends={strip: mixer.Send(**dict(send)) for strip, send in mix.sends.items()},
            )
            for key, mix in self.mixes.items()
        ]
        return mixer.Mixer(strips, mixes)


def load(path: Path) -> Session:
    """Read a session file.

    Raises:
        SessionError: it cannot be read or is wrong; the message has one line for each problem.
    """
    return validated(read(path))


def validated(document: Document) -> Session:
    """Return the session that a text is.

    Raises:
        SessionError: it is wrong; the message has one line for each problem.
    """
    found = document.data.get("format")
    if isinstance(found, int) and found > FORMAT:
        # Nothing else is looked at: what a newer format allows is not known here.
        raise SessionError(
            f"{document.at(('format',))}: format = {shown(found)}: newer than this jackrf, "
            f"which reads format {FORMAT}; update jackrf"
        )
    text = migrated(document.text, document.data)
    data = document.data if text == document.text else tomllib.loads(text)
    try:
        return Session.model_validate(data)
    except ValidationError as error:
        raise SessionError(document.explain(error)) from None
