"""The words of the live view."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from jackrf.live.words import clean, count, fit, fit_name, missing_words, to_ascii, unsaved_text


@given(st.text())
def test_no_name_commands_the_terminal(name: str) -> None:
    """Escape, newline and every other unprintable character is replaced."""
    assert clean(name).isprintable()
    assert len(clean(name)) == len(name)


@given(st.text().map(clean), st.integers(-2, 40))
def test_fitted_text_has_exactly_its_cells(words: str, width: int) -> None:
    """Whatever it holds, wide letters too."""
    assert cell_len(fit(Text(words), width).plain) == max(0, width)
    assert cell_len(fit_name(words, width).plain) == max(0, width)


@pytest.mark.parametrize(
    ("name", "cut"),
    [
        ("Kick", "Kick    "),
        ("Overhead L", "Overhe…L"),
        ("Overhead 12", "Overh…12"),
        ("Grand piano", "Grand p…"),
        ("Hammond B3x", "Hammond…"),
    ],
)
def test_a_name_that_is_cut_keeps_its_number_or_side(name: str, cut: str) -> None:
    """Left and right must not look the same."""
    assert fit_name(name, 8).plain == cut


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.00k"),
        (9994, "9.99k"),
        (9996, "10.0k"),
        (99_949, "99.9k"),
        (99_951, "100k"),
        (999_499, "999k"),
        (999_500, "1.00M"),
        (12_345_678_901, "12.3G"),
        (5 * 10**15, "5000T"),
    ],
)
def test_a_count_has_three_digits_and_a_unit(number: int, text: str) -> None:
    """It never takes more than five characters."""
    assert count(number) == text


def test_ascii_stands_where_the_letters_stood() -> None:
    """One for one; silence stays apart from -8 dB."""
    assert to_ascii(Text("▄▖▁ ● -∞ µs … Jürgen")).plain == "#:_ * -- us ~ J?rgen"


def test_what_is_missing_is_told_with_what_is_like_it() -> None:
    """One word for each port, as it stands in the session."""
    port = {"missing": ["a:1", "b:2"], "offered": {"b:2": "b-01:2"}}
    assert missing_words(port) == ["no a:1", "no b:2 (like b-01:2?)"]
    assert missing_words({}) == []


def test_what_is_not_saved_is_told_when_there_is_some() -> None:
    """An older jackrf says nothing of it."""
    assert unsaved_text({"unsaved": 3}) == ", 3 not saved"
    assert unsaved_text({"unsaved": 0}) == unsaved_text({}) == unsaved_text({"unsaved": None}) == ""
