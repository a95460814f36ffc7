"""The base of a session file's schema: a table that says what is wrong with it and how to mend it.

A schema is made of subclasses of `Table`. Each field carries an `Allowed` in its annotation, and
that is all it needs to be reported well: `Table` turns each complaint of pydantic about the field
into a message made from it, and an unknown key into one that names the nearest known key.
Every problem is reported, not the first one only: those inside the tables and, by `between`, those
that are only seen when two tables are compared.

A key that begins with ``x-``, and a table of such a name, is anybody's: it may stand wherever keys
of jackrf stand, nobody looks at it, and saving keeps it.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

Location = tuple[int | str, ...]
"""Where a value stands: the keys, and positions in lists, that lead to it from the top."""

WRONG = "wrong"
"""Type of a problem with a value, which is shown before the text."""
TOLD = "told"
"""Type of a problem whose text says by itself what was found, or that nothing was."""
BAD_KEY = "bad_key"
"""Type of a problem with a key itself; pydantic puts ``[key]`` at the end of its location."""
ANYBODYS = "x-"
"""How the keys begin that jackrf keeps and does not read."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a field may hold, in words that end the sentence "must be ..."."""

    text: str
    such: str
    """An example as it stands in a file; ``{key}`` is replaced by the field's name."""


def dotted(location: Location) -> str:
    """Return a location as TOML writes it, with positions in lists: ``mixes.drums.send_to[0]``."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]+", part)
            text += ("." if text else "") + (part if bare else quoted(part))
    return text


def quoted(text: str) -> str:
    """Return a text in quotes, on one line, safe to print in a terminal."""
    return json.dumps(text, ensure_ascii=not text.isprintable())


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean gain?"`` if a known word is close to this one, else nothing."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    close = get_close_matches(word.lower(), by_lower, n=1)
    if not close:
        return ""
    found = by_lower[close[0]]
    return f"; did you mean {found if found.isprintable() else quoted(found)}?"


def problem(kind: str, location: Location, text: str, found: object = None) -> InitErrorDetails:
    """Return one problem for pydantic to report.

    Args:
        kind: `WRONG`, `TOLD` or `BAD_KEY`.
        location: where it is, from the table that reports it.
        text: what is wrong or allowed, and how to mend it.
        found: the value that is there.
    """
    return InitErrorDetails(type=PydanticCustomError(kind, text), loc=location, input=found)


def _without_anybodys(data: object) -> object:
    if not isinstance(data, dict):
        return data
    return {k: v for k, v in data.items() if not str(k).startswith(ANYBODYS)}


class Table(BaseModel):
    """A table of a session file: frozen, strict about types, without unknown keys."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        use_attribute_docstrings=True,
        json_schema_extra={"patternProperties": {f"^{ANYBODYS}": True}},
    )

    @classmethod
    def between(cls, data: object) -> Iterator[InitErrorDetails]:  # noqa: ARG003 - for subclasses
        """Yield the problems that are seen only by comparing parts of this table.

        Args:
            data: the table before validation; any part of it may be missing or of a wrong type,
                which is then reported elsewhere.
        """
        yield from ()

    @model_validator(mode="wrap")
    @classmethod
    def _report_all(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        problems = list(cls.between(data))
        try:
            table = handler(_without_anybodys(data))
        except ValidationError as error:
            problems = [cls._reworded(line) for line in error.errors()] + problems
        else:
            if not problems:
                return table
        raise ValidationError.from_exception_data(cls.__name__, problems)

    @classmethod
    def _reworded(cls, line: ErrorDetails) -> InitErrorDetails:
        kind, location, found = line["type"], line["loc"], line["input"]
        if kind in {WRONG, TOLD, BAD_KEY}:
            return problem(kind, location, line["msg"], found)
        keys = ", ".join(cls.model_fields)
        if not location:
            text = f"must be a table of {keys}, such as {{ {cls._shortest()} }}"
            return problem(WRONG, location, text, found)
        key = str(location[0])
        if kind == "extra_forbidden":
            near = nearest(key, cls.model_fields) or ";"
            return problem(WRONG, location, f"unknown key{near} allowed here: {keys}", found)
        allowed = f"{cls._allowed(key).text}, such as {cls._example(key)}"
        if kind == "missing":
            return problem(TOLD, location, f"missing; add {allowed}")
        return problem(WRONG, location, f"must be {allowed}", found)

    @classmethod
    def _allowed(cls, key: str) -> Allowed:
        metadata: list[Any] = cls.model_fields[key].metadata
        return next(entry for entry in metadata if isinstance(entry, Allowed))

    @classmethod
    def _example(cls, key: str) -> str:
        return cls._allowed(key).such.replace("{key}", key)

    @classmethod
    def _shortest(cls) -> str:
        fields = cls.model_fields.items()
        return ", ".join(cls._example(key) for key, field in fields if field.is_required())
