"""A refusal says why, in a number and in words."""

from jackrf.osc.refusals import Code, OscError


def test_codes_are_those_of_nsm() -> None:
    """An unknown address is -5, as NSM says that there is no such file."""
    assert [int(code) for code in Code] == [-1, -3, -5, -8]


def test_an_error_carries_what_is_answered() -> None:
    """Its code and its text are what /error has."""
    error = OscError(Code.UNKNOWN, "/mix/9: no such address")
    assert (error.code, error.text, str(error)) == (-5, "/mix/9: no such address", error.text)
