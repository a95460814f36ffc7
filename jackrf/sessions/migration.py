"""Formats of session files: what each one brought, and how an older file is read.

====== ===========================================================================================
format what it brought
====== ===========================================================================================
1      inputs, mixes, sends, destinations
2      what docs/sessions.md lists. A jackrf that reads format 1 takes it for mistakes, and a newer
       number tells it to be updated.
====== ===========================================================================================

The number goes up when a file may say what an older jackrf would refuse or misread. A file of an
older format opens as it is; the first save that changes it writes the present format, and keeps
the old file in ``backup/`` for good.
"""

from collections.abc import Callable, Mapping
from typing import Any

from jackrf.sessions.editing import Editor, Setting

Step = Callable[[str], str]


def _from_1(text: str) -> str:
    """All that format 1 says, format 2 says in the same words."""
    editor = Editor(text)
    editor.put(("format",), Setting("2"))
    return editor.text()


STEPS: Mapping[int, Step] = {1: _from_1}
"""From the text of each older format to that of the next one, lines and comments kept."""

OLDEST = min(STEPS)
"""The oldest format that can be read."""
FORMAT = max(STEPS) + 1
"""The format that is written."""


def migrated(text: str, data: Mapping[str, Any]) -> str:
    """Return a session's text in the present format; the same text if it is that already.

    Args:
        text: valid TOML, lines ending in LF.
        data: what it says. What is wrong with it is left for the validation to tell.
    """
    found = data.get("format")
    if type(found) is int and OLDEST <= found < FORMAT:
        for number in range(found, FORMAT):
            text = STEPS[number](text)
    return text
