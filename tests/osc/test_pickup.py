"""Faders without motors."""

from jackrf.osc.pickup import TOLERANCE, Pickup


def moves(pickup: Pickup, stored: float, *positions: float) -> list[bool]:
    """Which of these moves count."""
    return [pickup.accept("fader", position, stored) for position in positions]


def test_a_fader_does_nothing_until_it_crosses_the_value() -> None:
    """Left at the top, it may come down past the value, and has it from there."""
    assert moves(Pickup(), 0.5, 1.0, 0.8, 0.6, 0.45, 0.3) == [False, False, False, True, True]


def test_it_may_come_from_below_and_in_one_jump() -> None:
    """However few moves are heard of."""
    assert moves(Pickup(), 0.5, 0.0, 1.0) == [False, True]


def test_near_enough_counts_as_met() -> None:
    """A cheap fader never meets a value exactly."""
    assert moves(Pickup(), 0.5, 0.5 + TOLERANCE * 0.9) == [True]


def test_when_somebody_else_sets_it_it_has_to_be_met_again() -> None:
    """Unless it stands there anyway."""
    pickup = Pickup()
    assert moves(pickup, 0.5, 0.5) == [True]
    pickup.lose("fader", 0.51)
    assert moves(pickup, 0.51, 0.6) == [True]
    pickup.lose("fader", 0.2)
    assert moves(pickup, 0.2, 0.61, 0.62, 0.1) == [False, False, True]


def test_controls_are_apart() -> None:
    """What one fader has met says nothing of another."""
    pickup = Pickup()
    assert pickup.accept("a", 0.5, 0.5)
    assert not pickup.accept("b", 0.9, 0.5)
    pickup.lose("c", 0.1)
