"""Every key, value and line of a TOML text is found where it stands."""

import pytest

from jackrf.sessions.statements import key_parts, pieces, statements

TEXT = """\
a = 1 # = [
[t."x y"]   # {
  b.c = { d = "}, #", e = [1, 2] }   # last
k = [ # one
  "#",
]
'q'='''
= ['''"""


def test_values_are_found_among_comments_and_brackets() -> None:
    """With the lines that they stand on, and whether there is a comment."""
    found = [(s.location, s.line, TEXT[s.value or slice(0)], s.commented) for s in statements(TEXT)]
    assert found == [
        (("a",), 1, "1", True),
        (("t", "x y"), 2, "", True),
        (("t", "x y", "b", "c"), 3, '{ d = "}, #", e = [1, 2] }', True),
        (("t", "x y", "k"), 4, '[ # one\n  "#",\n]', True),
        (("t", "x y", "q"), 7, "'''\n= ['''", False),
    ]


def test_statements_are_whole_lines() -> None:
    """Together they are the text, but for blank lines and lines of comments."""
    assert "".join(TEXT[s.start : s.end] for s in statements(TEXT)) == TEXT
    text = "\n# x\na = 1\n\n# y\nb = 2\n"
    assert [text[s.start : s.end] for s in statements(text)] == ["a = 1\n", "b = 2\n"]


@pytest.mark.parametrize(
    ("table", "keys", "values"),
    [
        ("{}", [], []),
        ("{ }", [], []),
        ("{a=1}", [("a",)], ["1"]),
        ("{ a = 1 , b.c = [1, {x = 2}], 'd' = \", =\" }", [("a",), ("b", "c"), ("d",)], None),
        ("{ a = { b = { c = 1 } }, d = 2 }", [("a",), ("d",)], ["{ b = { c = 1 } }", "2"]),
    ],
)
def test_an_inline_table_is_taken_apart(
    table: str, keys: list[tuple[str, ...]], values: list[str] | None
) -> None:
    """At its own commas only; put together it is the same."""
    found = pieces(table)
    assert [piece.key for piece in found] == keys
    assert values is None or [piece.value_text for piece in found] == values
    assert not found or "{" + ",".join(piece.text for piece in found) + "}" == table


def test_a_piece_takes_another_value() -> None:
    """And keeps the blanks around it."""
    [piece] = pieces("{  a =  1  }")
    other = piece.with_value("22")
    assert (other.text, other.value_text) == ("  a =  22  ", "22")


def test_keys_are_read_as_toml_has_them() -> None:
    """Bare, quoted, dotted, with blanks."""
    assert key_parts(" a-b_1 ") == ("a-b_1",)
    assert key_parts("a . \"b.c\" .'d'") == ("a", "b.c", "d")
