"""A file that cannot be read says why, where, and how to mend it."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from jackrf.errors import SessionError
from jackrf.sessions.reading import Document, place, read, shown
from jackrf.sessions.tables import BAD_KEY, TOLD, WRONG, problem
from tests.sessions.disks import as_nobody


def why(path: Path) -> str:
    """The message of a file that cannot be read, without its path."""
    with pytest.raises(SessionError) as caught:
        read(path)
    text = str(caught.value)
    assert text.startswith(f"{path}:")
    assert "\n" not in text
    return text.removeprefix(f"{path}:").strip()


def test_a_file_is_read_with_its_text(tmp_path: Path) -> None:
    """The text stays with the data, so that errors can name lines."""
    path = tmp_path / "a.toml"
    path.write_text("a = 1\n")
    assert read(path) == Document(path, "a = 1\n", {"a": 1})


def test_what_editors_of_other_systems_write_is_read(tmp_path: Path) -> None:
    """A byte order mark and lines that end in CR LF are no mistakes."""
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = '''x\r\ny'''\r\n")
    assert read(path).data == {"a": 1, "b": "x\ny"}


def test_a_missing_file_names_a_near_one(tmp_path: Path) -> None:
    """A slip of the finger is mended in one go."""
    (tmp_path / "band.toml").touch()
    assert why(tmp_path / "bnad.toml") == f"no such file; did you mean {tmp_path / 'band.toml'}?"


def test_a_missing_file_near_to_nothing_says_so(tmp_path: Path) -> None:
    """Nothing is guessed where there is nothing."""
    missing = tmp_path / "nowhere" / "band.toml"
    assert why(missing) == "no such file; give the path of a session file"


def test_a_folder_names_a_session_in_it(tmp_path: Path) -> None:
    """`jackrf check sessions/` is answered with a path that works."""
    assert why(tmp_path) == "a folder, not a session file; give the path of a file"
    (tmp_path / "band.toml").touch()
    (tmp_path / "a.toml").touch()
    answer = "a folder, not a session file; give the path of a file, such as "
    assert why(tmp_path) == f"{answer}{tmp_path / 'a.toml'}"


def test_a_file_of_somebody_else_says_what_to_do(tmp_path: Path) -> None:
    """Being refused is not the same as being missing."""
    path = tmp_path / "a.toml"
    path.touch(0o000)
    with as_nobody():
        assert why(path) == "you may not read it; mend with: chmod u+r, or ask its owner"


def test_other_troubles_of_the_system_are_passed_on(tmp_path: Path) -> None:
    """A link that leads to itself, a path through a file."""
    link = tmp_path / "link.toml"
    link.symlink_to(link)
    assert why(link) == "cannot be read: Too many levels of symbolic links"
    (tmp_path / "a.toml").touch()
    assert why(tmp_path / "a.toml" / "b.toml") == "cannot be read: Not a directory"


def test_a_file_that_is_not_utf8_names_line_and_byte(tmp_path: Path) -> None:
    """Latin-1 from an old editor."""
    path = tmp_path / "a.toml"
    path.write_bytes("a = 1\nname = 'Käthe'\n".encode("latin-1"))
    assert why(path) == "2: byte 0xe4 is not UTF-8 text; save the file as UTF-8"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a = 1\ngain = -6,5\n",
            (
                "2:10: not TOML: Expected newline or end of document after a statement; "
                'mend the line "gain = -6,5"'
            ),
        ),
        ("a =", '1:4: not TOML: Invalid value; mend the line "a ="'),
        ("a = '''\n\n", "1:8: not TOML: Expected \"'''\"; mend the line \"a = '''\""),
        ("[a]\n[a]\n", "2:3: not TOML: Cannot declare ('a',) twice; mend the line \"[a]\""),
        ("a = \x1b\n", '1:5: not TOML: Invalid value; mend the line "a = \\u001b"'),
        ("a = " + "1" * 5000, "not TOML: an integer of thousands of digits; shorten it"),
        ("a = " + "[" * 5000, "tables or lists too deep in each other"),
    ],
)
def test_a_file_that_is_not_toml_names_line_and_column(
    tmp_path: Path, text: str, message: str
) -> None:
    """With the line itself, so that a decimal comma is seen at once."""
    path = tmp_path / "a.toml"
    path.write_text(text)
    assert why(path) == message


def test_all_problems_are_explained_in_the_order_of_the_file() -> None:
    """FILE:LINE: KEY = FOUND: TEXT, one line each, those of no line first."""
    text = "a = 1\n\n[b]\nc = 'x'\n"
    document = Document(Path("x.toml"), text, {"a": 1, "b": {"c": "x"}})
    error = ValidationError.from_exception_data(
        "x",
        [
            problem(WRONG, ("b", "c"), "must be a number", "x"),
            problem(WRONG, ("a",), "must be a text", 1),
            problem(TOLD, ("b", "d"), "missing; add it"),
            problem(BAD_KEY, ("b", "[key]"), "a key is longer"),
            problem(TOLD, ("e",), "missing; add it"),
        ],
    )
    assert document.explain(error).split("\n") == [
        "x.toml: e: missing; add it",
        "x.toml:1: a = 1: must be a text",
        "x.toml:3: b.d: missing; add it",
        "x.toml:3: b: a key is longer",
        'x.toml:4: b.c = "x": must be a number',
    ]


def test_a_document_says_where_a_key_stands() -> None:
    """The file alone, for what is not in it."""
    document = Document(Path("x.toml"), "\na = 1", {"a": 1})
    assert document.at(("a",)) == "x.toml:2"
    assert document.at(("b",)) == "x.toml"


def test_a_path_that_would_break_the_line_is_quoted() -> None:
    """Even a file's name is somebody's text."""
    assert place(Path("a\nb.toml"), 3) == '"a\\nb.toml":3'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("loud", '"loud"'),
        ("x" * 60, f'"{"x" * 60}"'),
        ("x" * 61, f'"{"x" * 60}"...'),
        (True, "true"),
        (40, "40"),
        (40.0, "40.0"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (2**63, "9223372036854775808"),
        pytest.param(16**5000, "(an integer of more than 64 bits)", id="huge"),
        (date(2026, 1, 2), "2026-01-02"),
        ([], "[]"),
        ([1, 2], "(a list of 2)"),
        ({}, "(an empty table)"),
        ({"a": 1}, "(a table of 1)"),
    ],
)
def test_a_value_is_shown_as_the_file_has_it(value: object, text: str) -> None:
    """Long ones are cut or described, so that a line stays a line."""
    assert shown(value) == text
