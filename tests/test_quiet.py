"""Measuring in turns: one good turn is enough, and what is always wrong is found."""

import pytest

from tests.quiet import best_of


def test_the_first_right_turn_ends_it() -> None:
    """What comes after it is not measured."""
    figures = iter([7, 5, 3, 1])
    assert best_of(lambda: next(figures), lambda found: found < 4) == 3
    assert next(figures) == 1


def test_what_is_wrong_in_every_turn_fails_with_all_figures() -> None:
    """However many turns it was given."""
    figures = iter([7, 5, 6])
    with pytest.raises(pytest.fail.Exception, match="any of 3 turns: 7; 5; 6"):
        best_of(lambda: next(figures), lambda found: found < 4, turns=3)
