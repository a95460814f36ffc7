"""Writes a page as a TouchOSC layout: zlib-packed XML, "lexml" version 3.

The shapes are those of files that TouchOSC's own editor wrote. Nothing in it is left to chance or
to the clock: the same page gives the same bytes, so a layout can live beside its session in git.
"""

import uuid
import zlib
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Final
from xml.etree import ElementTree as ET

from jackrf.osc.addresses import Address
from jackrf.osc.layout.page import HEIGHT, WIDTH, Colour, Control, Frame, Page
from jackrf.osc.layout.properties import PROPERTIES, VALUES, Property
from jackrf.osc.settings import REPLY_PORT

_NAMESPACE: Final = uuid.UUID("6f1c1e6e-0000-4000-8000-6a61636b7266")
"""Ids are made from it and from names, so that they stay the same."""
_LEVEL: Final = 6
"""Of zlib, as in the files of the editor."""
_CONNECTION: Final = "00001"
"""TouchOSC's connection 1, as bits from the right."""

_TYPES: Final = {
    "panel": "BOX",
    "text": "LABEL",
    "fader": "FADER",
    "slider": "FADER",
    "meter": "FADER",
    "switch": "BUTTON",
    "button": "BUTTON",
    "tab": "BUTTON",
}
_EAST: Final = 1
_TOGGLE, _MOMENTARY = 2, 0
_RELATIVE, _ABSOLUTE = 1, 0

_TAB_SCRIPT: Final = """\
function onValueChanged(key)
  if key == 'touch' and self.values.touch then
    root:notify('bank', {bank})
  end
end
"""

_DIFFERENT: Final[Mapping[str, Mapping[str, Property]]] = {
    "panel": {"interactive": ("b", False), "outline": ("b", False)},
    "text": {"interactive": ("b", False), "outline": ("b", False)},
    "fader": {"response": ("i", _RELATIVE)},
    "slider": {"response": ("i", _RELATIVE), "orientation": ("i", _EAST), "bar": ("b", False)},
    "meter": {
        "interactive": ("b", False),
        "cursor": ("b", False),
        "grid": ("b", False),
        "response": ("i", _ABSOLUTE),
    },
    "switch": {"buttonType": ("i", _TOGGLE)},
    "button": {"buttonType": ("i", _MOMENTARY)},
    "tab": {"buttonType": ("i", _MOMENTARY)},
}
"""What a kind of control has other than its type of node."""


def rendered(page: Page, *, reply_port: int = REPLY_PORT, pin: str = "") -> bytes:
    """Return the content of a ``.tosc`` file.

    Args:
        page: to be written.
        reply_port: where TouchOSC listens.
        pin: with which the tablet pairs itself; without one, the engineer pairs it.
    """
    return zlib.compress(xml(page, reply_port=reply_port, pin=pin), _LEVEL)


def xml(page: Page, *, reply_port: int = REPLY_PORT, pin: str = "") -> bytes:
    """Return what is packed in a ``.tosc`` file; arguments as for `rendered`."""
    whole = Frame(0, 0, WIDTH, HEIGHT)
    nodes = [node for control in page.controls for node in _nodes(control, whole, page)]
    for number, bank in enumerate(page.banks, 1):
        inside = [node for one in bank.controls for node in _nodes(one, bank.frame, page)]
        look: dict[str, Property] = {"visible": ("b", number == 1)}
        nodes.append(_group(page, bank.name, bank.frame, inside, look))
    settings: dict[str, Property] = {"script": ("s", _script(page, reply_port, pin))}
    root = ET.Element("lexml", version="3")
    root.append(_group(page, f"jackrf {page.name}", whole, nodes, settings))
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=False)
    return b"<?xml version='1.0' encoding='UTF-8'?>" + text


def _group(
    page: Page,
    name: str,
    frame: Frame,
    children: Iterable[ET.Element],
    more: Mapping[str, Property],
) -> ET.Element:
    node = _node(page, "GROUP", name, frame, {"color": ("c", page.ground), **more}, {})
    ET.SubElement(node, "children").extend(children)
    return node


def _nodes(control: Control, within: Frame, page: Page) -> Iterable[ET.Element]:
    """Yield what a control consists of; a button cannot have a text, so a label lies on it."""
    frame = control.frame._replace(x=control.frame.x - within.x, y=control.frame.y - within.y)
    kind = _TYPES[control.kind]
    look = dict(_DIFFERENT[control.kind]) | {"color": ("c", control.colour)}
    if control.kind == "text":
        look |= {"textColor": ("c", control.ink), "textSize": ("i", control.size)}
    if control.kind == "tab":
        look["script"] = ("s", _TAB_SCRIPT.format(bank=control.bank))
    node = _node(page, kind, control.name, frame, look, _defaults(control))
    ET.SubElement(node, "messages").extend(_messages(control))
    yield node
    if control.text and control.kind != "text":
        above: dict[str, Property] = {
            "background": ("b", False),
            **_DIFFERENT["text"],
            "textColor": ("c", control.ink),
            "textSize": ("i", control.size),
        }
        yield _node(page, "LABEL", f"{control.name}_label", frame, above, {"text": control.text})


def _node(
    page: Page,
    kind: str,
    name: str,
    frame: Frame,
    look: Mapping[str, Property],
    defaults: Mapping[str, str],
) -> ET.Element:
    identity = uuid.uuid5(_NAMESPACE, f"{page.prefix}/{kind}/{name}")
    node = ET.Element("node", ID=str(identity), type=kind)
    given: dict[str, Property] = {
        **PROPERTIES["*"], **PROPERTIES[kind], "frame": ("r", frame), "name": ("s", name), **look
    }  # fmt: skip
    properties = ET.SubElement(node, "properties")
    for key in sorted(given):
        _property(properties, key, given[key])
    values = ET.SubElement(node, "values")
    for key, default in VALUES[kind].items():
        value = ET.SubElement(values, "value")
        _fill(
            value,
            {
                "key": key,
                "locked": "0",
                "lockedDefaultCurrent": "0",
                "default": defaults.get(key, default),
                "defaultPull": "0",
            },
        )
    return node


def _property(parent: ET.Element, key: str, given: Property) -> None:
    kind, value = given
    element = ET.SubElement(parent, "property", type=kind)
    ET.SubElement(element, "key").text = key
    content = ET.SubElement(element, "value")
    if isinstance(value, Frame):
        _fill(content, dict(zip("xywh", map(str, value), strict=True)))
    elif isinstance(value, Colour):
        _fill(content, dict(zip("rgba", (f"{part:g}" for part in (*value, 1.0)), strict=True)))
    else:
        content.text = str(int(value)) if isinstance(value, bool) else str(value)


def _fill(parent: ET.Element, texts: Mapping[str, str]) -> None:
    for tag, text in texts.items():
        ET.SubElement(parent, tag).text = text


def _defaults(control: Control) -> dict[str, str]:
    if control.kind == "text":
        return {"text": control.text}
    return {"x": f"{control.position:.6g}"}


def _messages(control: Control) -> Iterable[ET.Element]:
    target = control.target
    if target is None or control.form is not None:
        return
    address = target.address
    if address.direction == "command":
        yield _osc(target.path, "x", None, send=True, condition="RISE")
        return
    variable = "text" if control.kind == "text" else "x"
    scale = (0.0, 1.0) if control.kind == "text" else control.scale
    argument = (_conversion(address), variable, *scale)
    yield _osc(target.path, variable, argument, send=control.sets, receive=True)
    if control.touch is not None:
        argument = (_conversion(control.touch.address), "touch", 0.0, 1.0)
        yield _osc(control.touch.path, "touch", argument, send=True)


def _conversion(address: Address) -> str:
    return {"f": "FLOAT", "i": "INTEGER", "s": "STRING"}[address.types]


def _osc(
    path: str,
    variable: str,
    argument: tuple[str, str, float, float] | None,
    *,
    send: bool = False,
    receive: bool = False,
    condition: str = "ANY",
) -> ET.Element:
    message = ET.Element("osc")
    flags = {"enabled": True, "send": send, "receive": receive, "feedback": False}
    _fill(message, {key: str(int(flag)) for key, flag in flags.items()})
    ET.SubElement(message, "connections").text = _CONNECTION
    trigger = ET.SubElement(ET.SubElement(message, "triggers"), "trigger")
    _fill(trigger, {"var": variable, "condition": condition})
    _partial(ET.SubElement(message, "path"), "CONSTANT", ("STRING", path, 0.0, 1.0))
    arguments = ET.SubElement(message, "arguments")
    if argument is not None:
        _partial(arguments, "VALUE", argument)
    return message


def _partial(parent: ET.Element, kind: str, content: tuple[str, str, float, float]) -> None:
    conversion, value, low, high = content
    fields = {
        "type": kind,
        "conversion": conversion,
        "value": value,
        "scaleMin": f"{low:g}",
        "scaleMax": f"{high:g}",
    }
    _fill(ET.SubElement(parent, "partial"), fields)


def _script(page: Page, reply_port: int, pin: str) -> str:
    settings = (_lua(page.prefix), str(reply_port), _lua(pin), str(len(page.banks)))
    lines = [
        f"local PREFIX, PORT, PIN, BANKS = {', '.join(settings)}",
        "local FORMS = {",
        *_forms(page),
        "}",
    ]
    return "\n".join(lines) + "\n" + files(__package__).joinpath("surface.lua").read_text("utf-8")


def _forms(page: Page) -> Sequence[str]:
    return [
        f"  [{_lua(control.target.path)}] = {{name = {_lua(control.name)}, "
        f"factor = {control.form.factor:g}, places = {control.form.places}, "
        f"after = {_lua(control.form.after)}, "
        f"hides_zero = {'true' if control.form.hides_zero else 'false'}}},"
        for control in page
        if control.form is not None and control.target is not None
    ]


def _lua(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{quoted}'"
