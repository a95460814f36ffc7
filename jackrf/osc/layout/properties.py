"""The properties and values of TouchOSC's nodes, with what they are unless said otherwise."""

from collections.abc import Mapping
from typing import Final

from jackrf.osc.layout.page import GRID_STEPS, WHITE, Colour, Frame

Property = tuple[str, "bool | int | float | str | Colour | Frame"]
"""Type (s text, b switch, i whole number, f number, r frame, c colour) and value."""

PROPERTIES: Final[Mapping[str, Mapping[str, Property]]] = {
    "*": {
        "background": ("b", True),
        "color": ("c", Colour(0.25, 0.25, 0.25)),
        "cornerRadius": ("f", 4),
        "grabFocus": ("b", True),
        "interactive": ("b", True),
        "locked": ("b", False),
        "orientation": ("i", 0),
        "outline": ("b", True),
        "outlineStyle": ("i", 1),
        "pointerPriority": ("i", 0),
        "shape": ("i", 1),
        "visible": ("b", True),
    },
    "GROUP": {"grabFocus": ("b", False), "outline": ("b", False), "outlineStyle": ("i", 0)},
    "BOX": {},
    "FADER": {
        "bar": ("b", True),
        "barDisplay": ("i", 0),
        "cursor": ("b", True),
        "cursorDisplay": ("i", 0),
        "grid": ("b", True),
        "gridSteps": ("i", GRID_STEPS),
        "response": ("i", 1),
        "responseFactor": ("i", 100),
    },
    "BUTTON": {
        "buttonType": ("i", 0),
        "press": ("b", True),
        "release": ("b", True),
        "valuePosition": ("b", False),
    },
    "LABEL": {
        "font": ("i", 0),
        "textAlignH": ("i", 2),
        "textClip": ("b", True),
        "textColor": ("c", WHITE),
        "textLength": ("i", 0),
        "textSize": ("i", 14),
    },
}
"""By type of node; ``*`` is what they all have."""

VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "GROUP": {"touch": "false"},
    "BOX": {"touch": "false"},
    "FADER": {"x": "0", "touch": "false"},
    "BUTTON": {"x": "0", "touch": "false"},
    "LABEL": {"text": "", "touch": "false"},
}
"""By type of node: its values, and what they are to begin with."""
