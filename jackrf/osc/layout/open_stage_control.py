"""Writes a page as a session of Open Stage Control, which shows it in any web browser."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from jackrf.osc.layout.arrange import NOTICE
from jackrf.osc.layout.page import HEIGHT, WIDTH, Colour, Control, Frame, Page
from jackrf.osc.settings import REPLY_PORT

_VERSION: Final = "1.30.1"
"""Of Open Stage Control, whose examples the shapes are taken from."""

_RENEW_MS: Final = 4000
Widget = dict[str, Any]


def rendered(page: Page, *, reply_port: int = REPLY_PORT, pin: str = "") -> bytes:
    """Return the content of a session file.

    Its widgets send to the address that Open Stage Control was started with (``--send``).

    Args:
        page: to be written.
        reply_port: where Open Stage Control listens (``--osc-port``).
        pin: with which it pairs itself; without one, the engineer pairs it.
    """
    whole = Frame(0, 0, WIDTH, HEIGHT)
    widgets = [_widget(control, whole) for control in page.controls if control.kind != "tab"]
    widgets.append(_banks(page))
    widgets += _signals(page, reply_port)
    root = {
        "type": "root",
        "id": "root",
        "width": WIDTH,
        "height": HEIGHT,
        "colorBg": page.ground.code,
        "onCreate": _every(page, reply_port, pin),
        "widgets": widgets,
        "tabs": [],
    }
    session = {
        "createdWith": "Open Stage Control",
        "version": _VERSION,
        "type": "session",
        "content": root,
    }
    return (json.dumps(session, indent=1, ensure_ascii=False) + "\n").encode()


def _every(page: Page, reply_port: int, pin: str) -> str:
    """Return the script that keeps the lease alive."""
    subscribe = _subscribe(page, reply_port)
    pair = f'send("/pair", {_typed("s", pin)}); ' if pin else ""
    return f'{subscribe}; {pair}setInterval("lease", () => {{ {subscribe} }}, {_RENEW_MS})'


def _subscribe(page: Page, reply_port: int, *more: str) -> str:
    said = (json.dumps(page.prefix), _typed("i", str(reply_port)), *more)
    return f'send("/subscribe", {", ".join(said)})'


def _typed(tag: str, value: str) -> str:
    """Return an argument with its type, in the app's words; a number may be a variable's name."""
    return f'{{type: "{tag}", value: {json.dumps(value) if tag == "s" else value}}}'


def _banks(page: Page) -> Widget:
    """Return a panel with the strips; with a tab for each bank where there are several."""
    parts = [[_widget(one, bank.frame) for one in bank.controls] for bank in page.banks]
    frame = page.banks[0].frame
    tabs = [control for control in page.controls if control.kind == "tab"]
    if not tabs:
        return _panel("strips", frame, page.ground) | {"widgets": parts[0], "tabs": []}
    # Its own row of tabs takes the place of ours.
    top = tabs[0].frame.y
    tall = Frame(frame.x, top, frame.width, frame.y + frame.height - top)
    made = [
        {"type": "tab", "id": tab.name, "label": tab.text, "widgets": widgets, "tabs": []}
        for tab, widgets in zip(tabs, parts, strict=True)
    ]
    return _panel("strips", tall, page.ground) | {"widgets": [], "tabs": made}


def _panel(name: str, frame: Frame, colour: Colour) -> Widget:
    return _placed("panel", name, frame) | {
        "colorBg": colour.code,
        "alphaStroke": 0,
        "innerPadding": False,
        "padding": 0,
        "scroll": False,
    }


def _placed(kind: str, name: str, frame: Frame) -> Widget:
    return {
        "type": kind,
        "id": name,
        "left": frame.x,
        "top": frame.y,
        "width": frame.width,
        "height": frame.height,
    }


def _widget(control: Control, within: Frame) -> Widget:
    frame = control.frame._replace(x=control.frame.x - within.x, y=control.frame.y - within.y)
    if control.kind == "panel":
        return _panel(control.name, frame, control.colour) | {"widgets": [], "tabs": []}
    kinds = {"text": "text", "switch": "button", "button": "button"}
    widget = _placed(kinds.get(control.kind, "fader"), control.name, frame)
    widget |= {"colorWidget": control.colour.code, "colorText": control.ink.code}
    if control.kind == "text":
        widget |= {"colorBg": control.colour.code, "value": control.text, "wrap": False}
        widget |= {"css": f"font-size: {control.size}px", "interaction": False}
    elif control.kind in ("switch", "button"):
        mode = "toggle" if control.kind == "switch" else "tap"
        widget |= {"label": control.text, "mode": mode, "on": 1, "off": 0, "decimals": 0}
    else:
        widget |= _range(control)
    return widget | _addresses(control)


def _range(control: Control) -> Widget:
    low, high = control.scale
    lying = control.kind == "slider"
    return {
        "horizontal": lying,
        "design": "compact",
        "knobSize": "auto",
        "range": {"min": low, "max": high},
        "origin": 0 if lying else "auto",
        "default": control.value,
        "decimals": 4,
        "snap": False,
        "doubleTap": lying,
        "interaction": control.kind != "meter",
    }


def _addresses(control: Control) -> Widget:
    target = control.target
    # What is written in a form of its own goes through a variable (see `_signals`).
    if target is None or control.form is not None:
        return {"bypass": True}
    widget: Widget = {
        "address": target.path,
        "typeTags": "i" if target.address.types in ("", "i") else target.address.types,
        "bypass": not (control.sets or target.address.direction == "command"),
    }
    if control.touch is not None:
        widget["touchAddress"] = control.touch.path
    return widget


def _signals(page: Page, reply_port: int) -> Sequence[Widget]:
    """Return what is not seen: the challenge's answer, numbers made into text, errors."""
    answer = f"if (value) {_subscribe(page, reply_port, _typed('i', 'value'))}"
    heard = [
        ("challenge", "/challenge", answer),
        ("errors", "/error", f'if (value.length > 2) set("{NOTICE}", value[2])'),
        ("heartbeat", "/heartbeat", f'set("{NOTICE}", "", {{send: false}})'),
    ]
    return [_variable(*one) for one in (*heard, *_forms(page))]


def _forms(page: Page) -> Iterator[tuple[str, str, str]]:
    for control in page:
        form = control.form
        if form is None or control.target is None:
            continue
        number = f"(value * {form.factor:g}).toFixed({form.places})"
        text = f"{number} + {json.dumps(form.after)}"
        if form.hides_zero:
            text = f'Number({number}) == 0 ? "" : {text}'
        yield f"{control.name}_value", control.target.path, f'set("{control.name}", {text})'


def _variable(name: str, path: str, script: str) -> Widget:
    return {
        "type": "variable",
        "id": name,
        "address": path,
        "value": "",
        "bypass": True,
        "onValue": script,
    }
