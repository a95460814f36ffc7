"""TouchOSC layouts: their shape, their sameness, and what their script does with a real server."""

import re
import zlib
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from jackrf.osc.admission import Source
from jackrf.osc.guard import Message, parse
from jackrf.osc.layout.arrange import page_of
from jackrf.osc.layout.tosc import rendered, xml
from jackrf.osc.messages import encode
from jackrf.osc.telling import Outgoing
from tests.osc.desks import large_desk, small_desk
from tests.osc.hub import TABLET, Hub
from tests.osc.layout.touchosc import TouchOsc

DRUMS = page_of(small_desk().mixer, "drums")
MANY = page_of(large_desk(24, 2).mixer, "mix-2")

COMMON = {
    "background", "color", "cornerRadius", "frame", "grabFocus", "interactive", "locked", "name",
    "orientation", "outline", "outlineStyle", "pointerPriority", "script", "shape", "tag",
    "visible",
}  # fmt: skip
OWN = {
    "GROUP": set[str](),
    "BOX": set[str](),
    "FADER": {
        "bar", "barDisplay", "cursor", "cursorDisplay", "grid", "gridSteps", "response",
        "responseFactor",
    },
    "BUTTON": {"buttonType", "press", "release", "valuePosition"},
    "LABEL": {"font", "textAlignH", "textClip", "textColor", "textLength", "textSize"},
}  # fmt: skip
VALUES = {
    "GROUP": ["touch"],
    "BOX": ["touch"],
    "FADER": ["x", "touch"],
    "BUTTON": ["x", "touch"],
    "LABEL": ["text", "touch"],
}
TAGS = {
    "node": ["properties", "values", "messages", "children"],
    "property": ["key", "value"],
    "osc": [
        "enabled", "send", "receive", "feedback", "connections", "triggers", "path", "arguments",
    ],
    "trigger": ["var", "condition"],
    "partial": ["type", "conversion", "value", "scaleMin", "scaleMax"],
}  # fmt: skip
CONTENT = {"s": "", "b": "[01]", "i": r"-?\d+", "f": r"-?[\d.]+"}


def tree(content: bytes) -> ET.Element:
    """The XML in a layout."""
    return ET.fromstring(zlib.decompress(content))  # noqa: S314 - our own


def tags(element: ET.Element) -> list[str]:
    """The names of what is in an element."""
    return [child.tag for child in element]


@pytest.mark.parametrize("page", [DRUMS, MANY])
def test_it_has_the_shape_of_the_editor_s_files(page: Any) -> None:
    """Version 3, with the nodes, properties, values and messages that this version knows."""
    content = rendered(page)
    assert content[:2] == b"\x78\x9c"
    root = tree(content)
    assert (root.tag, root.attrib, tags(root)) == ("lexml", {"version": "3"}, ["node"])
    for node in root.iter("node"):
        kind = node.attrib["type"]
        assert [tag for tag in TAGS["node"] if tag in tags(node)] == tags(node)
        assert ("children" in tags(node)) == (kind == "GROUP")
        keys = [one.findtext("key", "") for one in node.findall("properties/property")]
        assert keys == sorted(set(keys))
        assert set(keys) <= COMMON | OWN[kind]
        assert set(keys) >= OWN[kind] | {"name", "frame", "color"}
        assert [one.findtext("key") for one in node.findall("values/value")] == VALUES[kind]
    for name in ("property", "osc", "trigger", "partial"):
        assert all(tags(element) == TAGS[name] for element in root.iter(name))


@pytest.mark.parametrize("page", [DRUMS, MANY])
def test_every_property_is_of_its_type(page: Any) -> None:
    """Frames have x y w h, colours r g b a from 0 to 1."""
    for one in tree(rendered(page)).iter("property"):
        value = one.find("value")
        assert value is not None
        kind = one.attrib["type"]
        if kind in "rc":
            assert tags(value) == list("xywh" if kind == "r" else "rgba")
            numbers = [float(part.text or "") for part in value]
            assert kind == "r" or all(0.0 <= number <= 1.0 for number in numbers)
        elif kind != "s":
            assert re.fullmatch(CONTENT[kind], value.text or "")


def test_messages_are_of_the_words_that_there_are() -> None:
    """Connection 1 of five, no feedback, and never sent by what only shows."""
    for node in tree(rendered(DRUMS)).iter("node"):
        for osc in node.findall("messages/osc"):
            assert osc.findtext("connections") == "00001"
            assert osc.findtext("feedback") == "0"
            assert osc.findtext("triggers/trigger/condition") in ("ANY", "RISE")
            assert osc.findtext("triggers/trigger/var") in VALUES[node.attrib["type"]]
            assert node.attrib["type"] != "LABEL" or osc.findtext("send") == "0"
            for partial in osc.iter("partial"):
                assert partial.findtext("type") in ("CONSTANT", "VALUE")
                assert partial.findtext("conversion") in ("FLOAT", "INTEGER", "STRING")


def test_it_is_the_same_each_time_and_its_ids_stay() -> None:
    """Byte by byte; and another level in the session changes no id."""
    assert rendered(DRUMS) == rendered(page_of(small_desk().mixer, "drums"))
    desk = small_desk()
    desk.mixer.mixes[0].sends["vox"].gain = -20.0
    other = rendered(page_of(desk.mixer, "drums"))
    assert other != rendered(DRUMS)
    ids = [node.attrib["ID"] for node in tree(other).iter("node")]
    assert ids == [node.attrib["ID"] for node in tree(rendered(DRUMS)).iter("node")]
    assert len(set(ids)) == len(ids)
    assert not set(ids) & {node.attrib["ID"] for node in tree(rendered(MANY)).iter("node")}


def test_a_name_may_have_any_letter() -> None:
    """Markup, quotes and letters beyond ASCII come back as they were."""
    desk = small_desk()
    desk.mixer.strips[1].name = "Ünal & <Söhne>"
    desk.mixer.mixes[0].name = "Dave's \\ mix"
    root = tree(rendered(page_of(desk.mixer, "drums"), pin="12'34"))
    texts = [
        value.findtext("default") for value in root.iter("value") if value.find("key") is not None
    ]
    assert "Ünal & <Söhne>" in texts
    assert "Dave's \\ mix" in texts
    assert "'12\\'34'" in xml(DRUMS, pin="12'34").decode()


class Stage:
    """A tablet with the drummer's page in a network with a server, in virtual time."""

    def __init__(self, pin: str = "1111", page: Any = DRUMS) -> None:
        self.hub = Hub()
        self.tablet = TouchOsc(rendered(page, pin=pin))
        self.source = Source(TABLET.host, 54321)
        self.heard: list[Message] = []
        self.deaf = False

    def go(self, seconds: float) -> list[Message]:
        """Let time pass; return what the tablet heard, but meters and heartbeats."""
        self.heard.clear()
        for _ in range(round(seconds * 30)):
            self._deliver(self.hub.step())
            self.tablet.frame(1 / 30)
            for said in self.tablet.taken():
                self._deliver(self.hub.raw(self.source, encode(said)))
        kept = [one for one in self.heard if "/meter" not in one.path]
        return [one for one in kept if one.path not in ("/heartbeat", "/mix/1/limit")]

    def change(self, path: str, value: float) -> None:
        """Set a value from elsewhere."""
        (target,) = self.hub.namespace.resolve(path)
        self.hub.namespace.set(target, (value,), "engineer")

    def _deliver(self, outgoing: list[Outgoing]) -> None:
        for one in outgoing:
            assert one.to == TABLET, "feedback goes where the app listens"
            for said in [] if self.deaf else parse(one.datagram):
                self.heard.append(said)
                self.tablet.receive(said)


def test_the_page_connects_itself() -> None:
    """It subscribes, answers the challenge, shows its PIN, and is told everything."""
    stage = Stage()
    assert stage.tablet.text("notice") == "not connected yet"
    paths = [one.path for one in stage.go(2.0)]
    assert paths[0] == "/challenge"
    assert "/reply" in paths
    assert stage.tablet.text("notice") == ""
    stage.change("/mix/1/in/2/mute", 1)
    stage.go(0.1)
    assert stage.tablet.nodes["in_2_mute"].values["x"] == 1


def test_the_page_stays_connected() -> None:
    """The lease of 10 s is renewed for as long as the page is open."""
    stage = Stage()
    stage.go(30.0)
    stage.change("/mix/1/gain", -9.0)
    stage.go(0.5)
    assert stage.tablet.text("mix_text") == "-9.0 dB"


def test_fingers_move_the_desk() -> None:
    """Faders, pans in their own range, switches; undo acts once, when it is pressed."""
    stage = Stage()
    stage.go(2.0)
    send = stage.hub.desk.mixer.mixes[0].sends["vox"]
    stage.tablet.move("in_2_fader", "touch", value=True)
    stage.tablet.move("in_2_fader", "x", 0.5)
    stage.tablet.move("in_2_pan", "x", 0.25)
    stage.tablet.move("in_2_solo", "x", 1)
    stage.go(0.2)
    assert (send.gain, send.pan, send.solo) == (-10.0, -0.5, True)
    stage.tablet.move("undo", "x", 1)
    stage.tablet.move("undo", "x", 0)
    stage.go(0.2)
    assert (send.gain, send.pan, send.solo) == (0.0, 0.0, False)


def test_what_got_lost_is_asked_for_once_more() -> None:
    """A change that did not arrive shows in the heartbeat's revision, and a sync mends it."""
    stage = Stage()
    stage.go(8.0)
    stage.deaf = True
    stage.change("/mix/1/in/1/mute", 1)
    stage.go(0.1)
    stage.deaf = False
    paths = [one.path for one in stage.go(1.5)]
    assert "/sync/begin" in paths
    assert stage.tablet.nodes["in_1_mute"].values["x"] == 1


def test_silence_is_said_and_ends() -> None:
    """The page says that jackrf does not answer, and that it does again."""
    stage = Stage()
    stage.go(2.0)
    stage.deaf = True
    stage.go(5.0)
    assert stage.tablet.text("notice") == "no answer from jackrf: look at the network"
    stage.deaf = False
    stage.go(2.0)
    assert stage.tablet.text("notice") == ""


def test_a_restarted_server_finds_the_page_again() -> None:
    """The page subscribes and pairs anew without anybody doing anything."""
    stage = Stage()
    stage.go(2.0)
    stage.hub = Hub()
    stage.go(15.0)
    stage.tablet.move("in_2_mute", "x", 1)
    stage.go(0.2)
    assert stage.hub.desk.mixer.mixes[0].sends["vox"].mute


def test_an_unpaired_page_says_why_it_does_nothing() -> None:
    """The server's words stand on the page."""
    stage = Stage(pin="")
    stage.go(2.0)
    stage.tablet.move("in_2_fader", "x", 0.1)
    stage.go(0.2)
    assert "pair" in stage.tablet.text("notice").lower()


def test_numbers_are_written_in_their_form() -> None:
    """Loss in percent, the limiter only when it works."""
    tablet = Stage().tablet
    tablet.receive(Message("/mix/1/stream/loss", "f", (0.25,)))
    tablet.receive(Message("/mix/1/limit", "f", (-2.26,)))
    assert tablet.text("stream_loss") == "25 % lost"
    assert tablet.text("mix_limit") == "-2.3 dB limiter"
    tablet.receive(Message("/mix/1/limit", "f", (0.0,)))
    assert tablet.text("mix_limit") == ""


def test_tabs_bring_banks_to_the_front() -> None:
    """One bank is seen at a time."""
    tablet = TouchOsc(rendered(MANY))
    tablet._lua.globals().onReceiveNotify("bank", 2)
    shown = {name: tablet.nodes[name].properties["visible"] for name in ("bank_1", "bank_2")}
    assert shown == {"bank_1": False, "bank_2": True}
    assert tablet.nodes["tab_2"].values["x"] == 1
    script = tablet.nodes["tab_2"].element.findtext("properties/property[key='script']/value")
    assert script is not None
    assert "root:notify('bank', 2)" in script
