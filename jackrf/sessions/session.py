"""The schema of a session file: inputs, mixes, sends and destinations, as a person writes them.

Levels are in dB, ids are slugs that never change, order in the file is the order of the ports.
`load` reads a file into a `Session`, and `Session.to_mixer` makes the desk that plays it.
"""

import ipaddress
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from jackrf import mixer
from jackrf.destinations import parse_url
from jackrf.errors import InputError, SessionError
from jackrf.mixer import MAX_MIXES, MAX_STRIPS
from jackrf.sessions.migration import FORMAT, OLDEST, migrated
from jackrf.sessions.reading import Document, read, shown
from jackrf.sessions.surfaces import Osc, further_cues, wrong_mixes
from jackrf.sessions.tables import (
    BAD_KEY,
    TOLD,
    WRONG,
    Allowed,
    Location,
    Table,
    dotted,
    nearest,
    problem,
)
from jackrf.units import GAIN_MAX_DB

_SLUG = r"^[a-z0-9_-]{1,32}$"
_LINE = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]"
"""A character that neither ends a line nor controls a terminal: all of this is printed."""


def _checked_slug(text: str) -> str:
    if not re.fullmatch(_SLUG, text):
        rule = "an id is 1 to 32 of a-z, 0-9, _ and -, such as lead-vox; any text may be its name"
        raise PydanticCustomError(BAD_KEY, rule)
    return text


def _checked_url(url: str) -> str:
    try:
        parse_url(url)
    except InputError as error:
        raise PydanticCustomError(TOLD, "{reason}", {"reason": str(error)}) from None
    return url


Slug = Annotated[
    str,
    AfterValidator(_checked_slug),
    WithJsonSchema({"type": "string", "pattern": _SLUG}),
]
Name = Annotated[
    str,
    Field(pattern=f"^{_LINE}+$", max_length=64),
    Allowed("a text of 1 to 64 characters on one line", '{key} = "Kick"'),
]
Gain = Annotated[
    float,
    Field(le=GAIN_MAX_DB),
    Allowed(f"a number of dB from -inf (silence) to {GAIN_MAX_DB:g}", "{key} = -6.0"),
]
Pan = Annotated[
    float,
    Field(ge=-1, le=1),
    Allowed("a number from -1 (left) to 1 (right)", "{key} = -0.5"),
]
Switch = Annotated[bool, Allowed("true or false", "{key} = true")]
JackPort = Annotated[str, Field(pattern=f"^{_LINE}+:{_LINE}+$")]
Url = Annotated[str, Field(pattern=r"^\S+$"), AfterValidator(_checked_url)]


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
    connect: Annotated[
        list[JackPort],
        Allowed("a list of JACK ports as CLIENT:PORT", '{key} = ["system:capture_1"]'),
    ] = Field(default_factory=list)
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
    """Where the mix is sent, as udp://HOST:PORT."""
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

    @classmethod
    def between(cls, data: object) -> Iterator[InitErrorDetails]:
        """Yield what is wrong between inputs, mixes and surfaces: ids, numbers, destinations."""
        tables = _entries(data)
        inputs, mixes = _entries(tables.get("inputs")), _entries(tables.get("mixes"))
        yield from _wrong_number(tables, "inputs", MAX_STRIPS)
        yield from _wrong_number(tables, "mixes", MAX_MIXES)
        if inputs:
            yield from _sends_of_nothing(inputs, mixes)
        yield from _shared_destinations(mixes)
        yield from further_cues(mixes)
        yield from wrong_mixes(tables.get("osc"), mixes)

    @property
    def cue(self) -> str | None:
        """The id of the engineer's mix, None without one."""
        return next((key for key, mix in self.mixes.items() if mix.cue), None)

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


def _entries(value: object) -> Mapping[str, object]:
    """Return what is in a table that was not validated yet; nothing if it is no table."""
    if isinstance(value, BaseModel):
        return dict(value)
    return value if isinstance(value, Mapping) else {}


def _wrong_number(tables: Mapping[str, object], key: str, most: int) -> Iterator[InitErrorDetails]:
    table = tables.get(key)
    if isinstance(table, Mapping) and not 1 <= len(table) <= most:
        remedy = f"leave out {len(table) - most}" if table else f"write [{key}.ID] with a name"
        text = f"a session has 1 to {most} {key}, not {len(table)}; {remedy}"
        yield problem(TOLD, (key,), text)


def _sends_of_nothing(
    inputs: Mapping[str, object], mixes: Mapping[str, object]
) -> Iterator[InitErrorDetails]:
    for mix, table in mixes.items():
        sends = _entries(_entries(table).get("sends"))
        for strip in (key for key in sends if key not in inputs):
            near = (
                nearest(strip, inputs)
                or f"; the inputs are {', '.join(dotted((key,)) for key in inputs)}"
            )
            text = f"a send of an input that is not there{near}"
            yield problem(TOLD, ("mixes", mix, "sends", strip), text)


def _shared_destinations(mixes: Mapping[str, object]) -> Iterator[InitErrorDetails]:
    taken: dict[tuple[str, int], Location] = {}
    for mix, table in mixes.items():
        urls = _entries(table).get("send_to")
        for number, url in enumerate(urls if isinstance(urls, list) else []):
            here: Location = ("mixes", mix, "send_to", number)
            address = _address(url)
            if address is None:  # the list's own validation says so
                continue
            first = taken.setdefault(address, here)
            if first != here:
                text = f"{dotted(first)} goes there too, and one port hears one mix; take another"
                yield problem(WRONG, here, text, url)


def _address(url: object) -> tuple[str, int] | None:
    """Return host and port, the same for all ways to write an IP address, or None."""
    try:
        destination = parse_url(str(url))
    except InputError:
        return None
    try:
        return str(ipaddress.ip_address(destination.host)), destination.port
    except ValueError:
        return destination.host.lower(), destination.port
