"""A stand-in for TouchOSC: reads a layout, runs its script in Lua 5.1, sends and receives.

It does what the app's manual says of messages and scripts, and nothing about looks.
"""

import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from lupa import lua51

from jackrf.osc.guard import Message

_API = """
function(send, millis, is_there, read, write, set)
  sendOSC = function(message) send(message[1], message[2] or {}) end
  getMillis = millis
  local function node(name)
    if not is_there(name) then return nil end
    local values = setmetatable({}, {
      __newindex = function(_, key, value) write(name, key, value) end,
      __index = function(_, key) return read(name, key) end,
    })
    return setmetatable({values = values}, {
      __newindex = function(_, key, value) set(name, key, value) end,
    })
  end
  root = {children = setmetatable({}, {__index = function(_, name) return node(name) end})}
  function root:findByName(name, recursive) return node(name) end
  function root:notify(...) onReceiveNotify(...) end
end
"""


class Node:
    """A control of the layout with its values and properties as they are now."""

    def __init__(self, element: ET.Element) -> None:
        self.element = element
        self.name = element.findtext("properties/property[key='name']/value") or ""
        self.values: dict[str, Any] = {
            value.findtext("key") or "": value.findtext("default") or ""
            for value in element.findall("values/value")
        }
        self.properties: dict[str, Any] = {}


class TouchOsc:
    """The app with one layout open.

    Args:
        layout: content of a ``.tosc`` file.

    Attributes:
        now: milliseconds since the app started; moved by the test.
        sent: messages, which the test takes away.
    """

    def __init__(self, layout: bytes) -> None:
        self.root = ET.fromstring(zlib.decompress(layout))  # noqa: S314 - our own
        self.nodes = {node.name: node for node in map(Node, self.root.iter("node"))}
        self.now = 0.0
        self.sent: list[Message] = []
        self._lua = lua51.LuaRuntime(unpack_returned_tuples=True)
        # Only texts and numbers go between Python and Lua.
        self._lua.eval(_API)(
            self._send,
            lambda: self.now,
            lambda name: name in self.nodes,
            lambda name, key: self.nodes[name].values[key],
            lambda name, key, value: self.nodes[name].values.update({key: value}),
            lambda name, key, value: self.nodes[name].properties.update({key: value}),
        )
        top = self.root.find("node")
        assert top is not None
        self._lua.execute(top.findtext("properties/property[key='script']/value"))
        self._lua.globals().init()

    def _send(self, path: str, arguments: Any) -> None:
        given = [(one.tag, one.value) for one in arguments.values()]
        values = tuple(int(value) if tag == "i" else value for tag, value in given)
        self.sent.append(Message(path, "".join(tag for tag, _ in given), values))

    def taken(self) -> list[Message]:
        """Return what was sent since this was asked last."""
        sent, self.sent = self.sent, []
        return sent

    def frame(self, seconds: float = 0.0) -> None:
        """Go on by so much time, and let the script do what it does in each frame."""
        self.now += 1000.0 * seconds
        self._lua.globals().update()

    def receive(self, message: Message) -> None:
        """Take in one message: the script first, then the controls that are bound to its path."""
        lua = self._lua
        pairs = zip(message.types, message.args, strict=True)
        arguments = lua.table_from([lua.table_from({"tag": t, "value": v}) for t, v in pairs])
        if lua.globals().onReceiveOSC(lua.table_from([message.path, arguments]), None):
            return
        for node, osc, variable in self._bound(message.path):
            if osc.findtext("receive") == "1":
                node.values[variable] = self._scaled(osc, message.args[0])

    @staticmethod
    def _scaled(osc: ET.Element, value: Any) -> Any:
        if isinstance(value, str):
            return value
        low, high = (float(osc.findtext(f"arguments/partial/{k}") or 0) for k in _SCALE)
        return (value - low) / (high - low)

    def _bound(self, path: str) -> Iterator[tuple[Node, ET.Element, str]]:
        for node in self.nodes.values():
            for osc in node.element.findall("messages/osc"):
                if osc.findtext("path/partial/value") == path:
                    yield node, osc, osc.findtext("triggers/trigger/var") or ""

    def move(self, name: str, variable: str, value: Any) -> None:
        """Change a value of a control by a finger: its messages are sent."""
        node = self.nodes[name]
        rises = node.values[variable] in ("0", "false", 0, False) and bool(value)
        node.values[variable] = value
        for osc in node.element.findall("messages/osc"):
            trigger = osc.find("triggers/trigger")
            assert trigger is not None
            if trigger.findtext("var") != variable or osc.findtext("send") != "1":
                continue
            if trigger.findtext("condition") == "RISE" and not rises:
                continue
            self.sent.append(self._message(osc, float(value)))

    @staticmethod
    def _message(osc: ET.Element, value: float) -> Message:
        path = osc.findtext("path/partial/value") or ""
        partial = osc.find("arguments/partial")
        if partial is None:
            return Message(path, "", ())
        low, high = (float(partial.findtext(key) or 0) for key in _SCALE)
        scaled = low + value * (high - low)
        if partial.findtext("conversion") == "INTEGER":
            return Message(path, "i", (round(scaled),))
        return Message(path, "f", (scaled,))

    def text(self, name: str) -> str:
        """Return what is written on a label."""
        found: str = self.nodes[name].values["text"]
        return found


_SCALE = ("scaleMin", "scaleMax")
