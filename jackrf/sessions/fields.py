"""The kinds of value in a session file, and how each is checked and explained."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from jackrf.destinations import parse_url
from jackrf.errors import InputError
from jackrf.sessions.tables import BAD_KEY, TOLD, Allowed
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
