"""The message function that says nothing."""

import ctypes

import pytest

from jackrf.realtime.quiet import quiet


def test_it_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """Any text, or none, goes nowhere, without the interpreter: the GIL is not taken for it."""
    call = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(quiet.address)
    call(b"Cannot connect to server socket err = No such file or directory")
    call(None)
    assert capfd.readouterr() == ("", "")
