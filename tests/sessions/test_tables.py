"""A table of a session file reports every problem, with what is allowed and how to mend it."""

from collections.abc import Iterator, Mapping
from typing import Annotated

import pytest
from pydantic import Field, ValidationError
from pydantic_core import InitErrorDetails

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
    quoted,
)


class String(Table):
    """A string of an instrument."""

    pitch: Annotated[float, Field(gt=0), Allowed("a number of Hz above 0", "{key} = 110.0")]
    """Pitch in Hz."""
    wound: Annotated[bool, Allowed("true or false", "{key} = true")] = False
    """Whether it is wound."""


class Guitar(Table):
    """An instrument."""

    strings: Annotated[dict[str, String], Allowed("a table of strings", "[strings.a]")]
    """By name."""

    @classmethod
    def between(cls, data: object) -> Iterator[InitErrorDetails]:
        """Yield a problem unless there is a string called a."""
        strings = data.get("strings") if isinstance(data, Mapping) else None
        if isinstance(strings, Mapping) and "a" not in strings:
            yield problem(TOLD, ("strings",), "no string to tune by; add a")


def problems(data: object) -> list[tuple[str, Location, str]]:
    """Kind, location and text of what is wrong with a guitar."""
    with pytest.raises(ValidationError) as caught:
        Guitar.model_validate(data)
    return [(line["type"], line["loc"], line["msg"]) for line in caught.value.errors()]


def test_a_good_table_is_read() -> None:
    """Defaults are filled in; a whole number will do for a float, and becomes one."""
    guitar = Guitar.model_validate({"strings": {"a": {"pitch": 110}}})
    assert guitar.strings == {"a": String(pitch=110.0, wound=False)}
    assert isinstance(guitar.strings["a"].pitch, float)


def test_a_table_is_frozen() -> None:
    """A session that was read is a value."""
    string = String(pitch=110.0)
    with pytest.raises(ValidationError, match="frozen"):
        string.pitch = 220.0


def test_an_unknown_key_names_the_nearest_known_one() -> None:
    """And all others, for the case that the nearest is not the one."""
    assert problems({"strings": {"a": {"pitch": 110, "wuond": True}}}) == [
        (
            WRONG,
            ("strings", "a", "wuond"),
            "unknown key; did you mean wound? allowed here: pitch, wound",
        )
    ]


def test_an_unknown_key_that_is_near_to_none_names_all() -> None:
    """Nothing is guessed that is not near."""
    assert problems({"strings": {"a": {"pitch": 110, "x": 1}}}) == [
        (WRONG, ("strings", "a", "x"), "unknown key; allowed here: pitch, wound")
    ]


def test_a_missing_key_says_what_to_write() -> None:
    """The example stands as it would in the file."""
    assert problems({"strings": {"a": {}}}) == [
        (
            TOLD,
            ("strings", "a", "pitch"),
            "missing; add a number of Hz above 0, such as pitch = 110.0",
        )
    ]


@pytest.mark.parametrize("found", ["high", True, 0, -1.0, None, [110.0], {"hz": 110.0}, 10**400])
def test_a_wrong_value_says_what_is_allowed(found: object) -> None:
    """Whether the type or the range is wrong: the sentence is the same, and a bool is no number."""
    assert problems({"strings": {"a": {"pitch": found}}}) == [
        (
            WRONG,
            ("strings", "a", "pitch"),
            "must be a number of Hz above 0, such as pitch = 110.0",
        )
    ]


@pytest.mark.parametrize("found", ["true", 1, 0, 1.0])
def test_a_number_is_no_bool(found: object) -> None:
    """`wound = 1` is refused, not guessed at."""
    assert problems({"strings": {"a": {"pitch": 110, "wound": found}}}) == [
        (WRONG, ("strings", "a", "wound"), "must be true or false, such as wound = true")
    ]


def test_a_value_where_a_table_belongs_shows_the_shortest_table() -> None:
    """`a = 110.0` was likely meant as the one key that has no default."""
    text = "must be a table of pitch, wound, such as { pitch = 110.0 }"
    assert problems({"strings": {"a": 110.0}}) == [(WRONG, ("strings", "a"), text)]


def test_problems_inside_and_between_are_reported_together() -> None:
    """A person mends a file once, not once for each mistake."""
    found = problems({"strings": {"b": {"pitch": "x", "wuond": 1}, "c": 3}, "colour": "red"})
    assert [(kind, location) for kind, location, _ in found] == [
        (WRONG, ("strings", "b", "pitch")),
        (WRONG, ("strings", "b", "wuond")),
        (WRONG, ("strings", "c")),
        (WRONG, ("colour",)),
        (TOLD, ("strings",)),
    ]


def test_a_problem_between_good_parts_is_reported_alone() -> None:
    """Parts that are right for themselves may not fit each other."""
    found = problems({"strings": {"b": {"pitch": 1}}})
    assert found == [(TOLD, ("strings",), "no string to tune by; add a")]


def test_braces_in_a_text_stay_as_they_are() -> None:
    """The text is shown as given, though pydantic has templates."""
    details = problem(BAD_KEY, ("a",), "such as { gain = -6.0 }")
    error = ValidationError.from_exception_data("x", [details])
    assert error.errors()[0]["msg"] == "such as { gain = -6.0 }"


@pytest.mark.parametrize(
    ("location", "text"),
    [
        ((), ""),
        (("mixes", "drums", "send_to", 0), "mixes.drums.send_to[0]"),
        (("surfaces", 2, "port"), "surfaces[2].port"),
        (("inputs", "Lead Vox"), 'inputs."Lead Vox"'),
        (("inputs", "a.b", ""), 'inputs."a.b".""'),
        (("a\nb",), '"a\\nb"'),
    ],
)
def test_a_location_is_written_as_toml_writes_keys(location: Location, text: str) -> None:
    """It can be searched for in the file."""
    assert dotted(location) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Kick", '"Kick"'),
        ("Käthe 🥁", '"Käthe 🥁"'),
        ("\x1b[31m", '"\\u001b[31m"'),
        ("a\u2028b", '"a\\u2028b"'),
    ],
)
def test_a_quoted_text_is_one_line_without_control_characters(text: str, shown: str) -> None:
    """What a file holds cannot change the terminal that its errors are shown in."""
    assert quoted(text) == shown


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("gian", "; did you mean gain?"),
        ("GAIN", "; did you mean gain?"),
        ("lead vocals", "; did you mean Lead Vocal?"),
        ("xyz", ""),
    ],
)
def test_the_nearest_known_word_is_found(word: str, hint: str) -> None:
    """Whatever the case of its letters."""
    assert nearest(word, ["gain", "pan", "Lead Vocal"]) == hint


def test_a_nearest_word_that_cannot_be_printed_is_quoted() -> None:
    """A hint stays on its line too."""
    assert nearest("kick", ["ki\nck"]) == '; did you mean "ki\\nck"?'
