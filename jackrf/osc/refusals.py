"""What is answered on ``/error``: codes as NSM numbers them, with one line of text."""

from enum import IntEnum


class Code(IntEnum):
    """Why a message did nothing."""

    WRONG = -1
    """what it says is not allowed there"""
    DENIED = -3
    """the sender's role does not allow it"""
    UNKNOWN = -5
    """there is no such address"""
    NOT_NOW = -8
    """the address is there, but nothing answers on it"""


class OscError(Exception):
    """A message was understood, and is not done.

    Attributes:
        code: for ``/error``.
        text: one line for whoever looks at the surface.
    """

    def __init__(self, code: Code, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
