"""One value is replaced, every other character stays."""

import math

import pytest

from jackrf.sessions.editing import Editor, Setting, edited_table, toml, toml_list


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-6.0, "-6.0"),
        (-math.inf, "-inf"),
        (True, "true"),
        (False, "false"),
        ('a "b" \\', '"a \\"b\\" \\\\"'),
        ("Käthe", '"Käthe"'),
        (["a", "b:c"], '["a", "b:c"]'),
        ([], "[]"),
    ],
)
def test_values_are_written_as_toml_has_them(value: float | str | list[str], text: str) -> None:
    """On one line, with quotes where they are needed."""
    assert toml(value) == text


def test_a_list_keeps_its_lines_and_comments() -> None:
    """As far as its items stay."""
    before = '[\n  "a",  # close\n  "b",\n]'
    assert toml_list(before, ["a"]) == '[\n  "a",  # close\n]'
    assert toml_list(before, ["b", "a"]) == '["b", "a"]'
    assert toml_list('["a"]', ["a", "c"]) == '["a", "c"]'


def test_an_inline_table_keeps_its_shape() -> None:
    """Blanks, order and whatever else stands in it."""
    table = "{ a = 1,  b.c=2, d = { e = 3 } }"
    assert edited_table(table, {("a",): Setting("10")}) == table.replace("1", "10")
    assert edited_table(table, {("b", "c"): Setting("4")}) == table.replace("=2", "=4")
    assert edited_table(table, {("d", "e"): Setting("4")}) == table.replace("3", "4")
    assert edited_table(table, {("d", "f"): Setting("4")}) == table.replace("3", "3, f = 4")
    assert edited_table(table, {("a",): Setting("1", droppable=True)}) == "{" + table[8:]
    assert edited_table(table, {("d",): Setting("1", droppable=True)}) == "{ a = 1,  b.c=2 }"
    assert edited_table("{}", {("a", "b"): Setting("1")}) == "{ a.b = 1 }"
    assert edited_table("{}", {("a",): Setting("1", droppable=True)}) == "{ }"


def test_an_editor_makes_all_changes_at_once() -> None:
    """In any order; a text without a line end at its end gets one."""
    editor = Editor("# top\n[a]\n  x = 1\n[b]\ny = 2")
    editor.put(("b", "y"), Setting("3"))
    editor.put(("a", "z"), Setting("4"))
    editor.put(("c",), Setting("5"))
    editor.put(("a", "x"), Setting("0", droppable=True))
    editor.put(("b", "d", "e"), Setting("6"))
    assert editor.text() == "c = 5\n# top\n[a]\n  z = 4\n[b]\ny = 3\n\n[b.d]\ne = 6\n"


def test_it_knows_what_stands_where() -> None:
    """A value by its text; a table that is one value."""
    editor = Editor("[a]\nb = { c = 1 }\nd.e = 2\n")
    assert editor.written(("a", "b")) == "{ c = 1 }"
    assert editor.written(("a", "d")) is None
    assert editor.is_one_value(("a", "b"))
    assert editor.is_one_value(("a", "b", "c"))
    assert not editor.is_one_value(("a", "d"))
