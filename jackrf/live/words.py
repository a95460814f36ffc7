"""Words of the live view: cleaned of what a terminal would obey, cut to their room."""

from collections.abc import Mapping
from typing import Any

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

TROUBLE = Style(color="yellow", bold=True)
"""For what somebody should look at."""

_ASCII = str.maketrans("▄▖▁●○·∞µ…▾", "#:_*o.-u~v")
_THOUSAND = 1000
_TELLING_CELLS = 2


def clean(words: object) -> str:
    """Return a name without what a terminal would obey: only printable characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(words))


def fit(text: Text, width: int) -> Text:
    """Return the text in exactly this many cells, cut with an ellipsis or filled with spaces."""
    fitted = text.copy()
    # Rich keeps the ellipsis itself where there is no cell for it.
    fitted.truncate(max(0, width), overflow="ellipsis" if width > 0 else "crop", pad=True)
    return fitted


def fit_name(name: str, width: int) -> Text:
    """Return a name in exactly this many cells; cut, it keeps what tells it from its neighbour.

    ``Overhead L`` becomes ``Overhe…L``.
    """
    _, space, last = name.rpartition(" ")
    if space and cell_len(name) > width and cell_len(last) <= _TELLING_CELLS < width // 2:
        return fit(Text(f"{name} "), width - cell_len(last)).append(last)
    return fit(Text(name), width)


def unsaved_text(status: Mapping[str, Any]) -> str:
    """Return what stands behind the session's name: nothing, or ``, 3 not saved``."""
    unsaved = status.get("unsaved") or 0
    return f", {unsaved} not saved" if unsaved else ""


def missing_words(port: Mapping[str, Any]) -> list[str]:
    """Return what a port of a status wants and has not: ``no a:b (like a-01:b?)``."""
    offered = port.get("offered", {})
    return [
        f"no {peer} (like {offered[peer]}?)" if peer in offered else f"no {peer}"
        for peer in port.get("missing", [])
    ]


def count(number: int) -> str:
    """Return a count in at most five characters: 999, 12.3k, 4.56M."""
    size, unit = float(number), ""
    for larger in "kMGT":
        if size < _THOUSAND - 0.5:
            break
        size, unit = size / _THOUSAND, larger
    digits = 0 if not unit or size >= 99.95 else 1 if size >= 9.995 else 2
    return f"{size:.{digits}f}{unit}"


def to_ascii(text: Text) -> Text:
    """Return the text for a terminal without Unicode: other letters, the same places."""
    letters = text.plain.translate(_ASCII).encode("ascii", "replace").decode("ascii")
    return Text(letters, spans=text.spans)
