"""Every key of a TOML text is found on its line, whatever stands around it."""

import tomllib
from dataclasses import dataclass

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jackrf.sessions.lines import line_numbers, line_of

TRICKY = '''\
# [not.a.table]
format = 1                       # = # [
"quoted . key" = "a # b = [c]"
'literal' = 'a "b'
dotted . "x.y" = """
[neither.this]
k = "no key"
quotes at the end: \\" """""

[inputs.kick]
connect = [   # one to a line
    "a:b = [",
    """x:
y""",
]
after = { gain = -6.0, pan = [1, 2] }

[[ surfaces ]]
host = 1979-05-27T07:32:00Z
[surfaces.first]
port = 1
[[surfaces]]
host = \'\'\'
it\'s \'\'\'\'
last = 1'''


def line_with(text: str) -> int:
    """The number of the first line of TRICKY that starts with this."""
    return next(n for n, line in enumerate(TRICKY.split("\n"), 1) if line.startswith(text))


def test_keys_are_found_among_what_only_looks_like_keys() -> None:
    """Comments, strings of all four kinds, lists over several lines, lists of tables."""
    tomllib.loads(TRICKY)
    assert line_numbers(TRICKY) == {
        ("format",): line_with("format"),
        ("quoted . key",): line_with('"quoted'),
        ("literal",): line_with("'literal"),
        ("dotted",): line_with("dotted"),
        ("dotted", "x.y"): line_with("dotted"),
        ("inputs",): line_with("[inputs"),
        ("inputs", "kick"): line_with("[inputs"),
        ("inputs", "kick", "connect"): line_with("connect"),
        ("inputs", "kick", "after"): line_with("after"),
        ("surfaces",): line_with("[[ surf"),
        ("surfaces", 0): line_with("[[ surf"),
        ("surfaces", 0, "host"): line_with("host = 1979"),
        ("surfaces", 0, "first"): line_with("[surfaces.f"),
        ("surfaces", 0, "first", "port"): line_with("port"),
        ("surfaces", 1): line_with("[[surf"),
        ("surfaces", 1, "host"): line_with("host = '''"),
        ("surfaces", 1, "last"): line_with("last"),
    }


def test_a_place_inside_a_value_has_the_line_of_its_key() -> None:
    """A key of an inline table, an element of a list, a key that is missing."""
    lines = line_numbers(TRICKY)
    assert line_of(("inputs", "kick", "after", "gain"), lines) == line_with("after")
    assert line_of(("inputs", "kick", "connect", 1), lines) == line_with("connect")
    assert line_of(("inputs", "kick", "name"), lines) == line_with("[inputs")
    assert line_of(("mixes",), lines) is None


def test_an_empty_text_has_no_keys() -> None:
    """Nor has one of comments only."""
    assert line_numbers("") == {}
    assert line_numbers("# a = 1\n\n") == {}


@dataclass
class Statement:
    """A piece of TOML that was put together, and the table or key that it sets."""

    text: str
    key: str
    is_header: bool


def literals(text: str) -> list[str]:
    """All ways of TOML to write a text that has neither a quote nor a backslash in it."""
    flat = text.replace("\n", " ")
    return [f'"{flat}"', f"'{flat}'", f'"""{text}"""', f"'''{text}'''", f'"""a"{text}\\""""']


KEYS = st.text("abc #=.[]{},-", min_size=1, max_size=8)
TEXTS = st.text("ab #=.[]{},\n", max_size=12).flatmap(lambda text: st.sampled_from(literals(text)))
SIMPLE = st.sampled_from(["1", "-inf", "0.5", "true", "1979-05-27 07:32:00"]) | TEXTS
VALUES = (
    SIMPLE
    | st.lists(SIMPLE, max_size=3).map(lambda some: "[ # ]\n" + ",\n".join(some) + "\n]")
    | KEYS.map(lambda key: f'{{ "{key}" = [1, 2] }}')
)
STATEMENTS = st.builds(
    lambda key, value, is_header: Statement(
        f'["{key}"]' if is_header else f'"{key}" = {value}', key, is_header
    ),
    KEYS,
    VALUES,
    st.booleans(),
)
BETWEEN = st.sampled_from(["\n", "\n\n", " # x = [\n", "\n# [a]\n", "\r\n"])


@settings(deadline=None)  # a machine that is busy with audio has none
@given(st.lists(st.tuples(STATEMENTS, BETWEEN), max_size=8))
def test_every_statement_is_found_on_the_line_where_it_was_put(
    parts: list[tuple[Statement, str]],
) -> None:
    """For any order of keys, headers, values of one line or many, comments and blank lines."""
    text = ""
    table: tuple[str, ...] = ()
    expected: dict[tuple[str, ...], int] = {}
    for statement, after in parts:
        table = () if statement.is_header else table
        location = (*table, statement.key)
        expected.setdefault(location, text.count("\n") + 1)
        table = location if statement.is_header else table
        text += statement.text + after
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # a key twice
        assume(False)
    assert line_numbers(text) == expected
