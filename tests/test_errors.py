"""Errors: each has the exit code that its place in the tree promises."""

import pytest

from jackrf.errors import InputError, JackrfError, JackServerError, SessionError


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [(JackrfError, 1), (JackServerError, 1), (InputError, 2), (SessionError, 2)],
)
def test_exit_codes(kind: type[JackrfError], exit_code: int) -> None:
    """What jackrf could not do exits with 1, what the user gave wrong with 2."""
    error = kind("gain of 40 dB; allowed is -inf to +10")
    assert error.exit_code == exit_code
    assert str(error) == "gain of 40 dB; allowed is -inf to +10"
