"""Who may import whom: the architecture, read from the imports of every module with `ast`.

The table is the one of docs/architecture.md. A module that no layer names fails the test: whoever
adds a module says where it belongs.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

import jackrf

PACKAGE = Path(jackrf.__file__).parent

WAITING = ("asyncio", "concurrent", "logging", "multiprocessing", "queue", "selectors", "threading")
"""What waits, locks or hands work to somebody else: never in the audio thread's folder."""

OUTSIDE = (
    "asyncio",
    "jack",
    "os",
    "pathlib",
    "select",
    "socket",
    "subprocess",
    "threading",
    "time",
)
"""What reads a clock or touches the world outside: never in the pure layers."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A row of the table: patterns of modules, and what they may import."""

    modules: tuple[str, ...]
    own: tuple[str, ...]
    """of jackrf"""
    foreign: tuple[str, ...] | None
    """of other distributions; None is any"""
    never: tuple[str, ...] = ()
    """of the standard library and of anybody else"""


THE_MODEL = (
    "jackrf",
    "jackrf.destinations",
    "jackrf.errors",
    "jackrf.gains",
    "jackrf.history",
    "jackrf.mixer",
    "jackrf.parameters",
    "jackrf.units",
)
THE_ENGINE_ROOM = (
    "jackrf.audience",
    "jackrf.audience.*",
    "jackrf.hosting.absence",
    "jackrf.client",
    "jackrf.clocks",
    "jackrf.cue",
    "jackrf.desk",
    "jackrf.engine",
    "jackrf.graph",
    "jackrf.graph.*",
    "jackrf.hosting.handover",
    "jackrf.patchbay",
    "jackrf.patchbay.*",
    "jackrf.latency.instruments",
    "jackrf.listening.card",
    "jackrf.listening.tap",
    "jackrf.receiver",
    "jackrf.reports",
)
LOOP = ("jackrf.background", "jackrf.reminder")
REALTIME = ("jackrf.realtime", "jackrf.realtime.*")
RTP = ("jackrf.rtp", "jackrf.rtp.*")
LAN = ("jackrf.lan", "jackrf.lan.*")
SRTP = ("jackrf.srtp", "jackrf.srtp.*")
RTSP = ("jackrf.rtsp", "jackrf.rtsp.*")
ANNOUNCING = ("jackrf.announcing", "jackrf.announcing.*")

LAYERS = (
    Layer(("jackrf", "jackrf.units", "jackrf.errors"), own=(), foreign=(), never=OUTSIDE),
    Layer(("jackrf.descriptors",), own=(), foreign=(), never=OUTSIDE),
    Layer(LOOP, own=(), foreign=(), never=("socket", "subprocess")),
    Layer(RTP, own=("jackrf.units", "jackrf.errors", *RTP), foreign=("numpy",), never=OUTSIDE),
    Layer(
        REALTIME,
        own=REALTIME,
        foreign=("numpy", "numba", "llvmlite"),
        never=(*WAITING, "jack", "select", "socket", "subprocess"),
    ),
    Layer(
        (
            "jackrf.destinations",
            "jackrf.gains",
            "jackrf.history",
            "jackrf.mixer",
            "jackrf.parameters",
        ),
        own=("jackrf.units", "jackrf.errors", "jackrf.parameters"),
        foreign=("numpy",),
        never=OUTSIDE,
    ),
    Layer(
        THE_ENGINE_ROOM,
        own=(*THE_MODEL, *THE_ENGINE_ROOM, *REALTIME, *RTP, *SRTP),
        foreign=("jack", "numpy", "sounddevice"),
    ),
    Layer(
        SRTP,
        own=("jackrf.descriptors", "jackrf.errors", *RTP, *SRTP),
        foreign=("pylibsrtp",),
        never=("jack",),
    ),
    Layer(
        ("jackrf.sessions", "jackrf.sessions.*"),
        own=(*THE_MODEL, *LOOP, *RTP, "jackrf.sessions", "jackrf.sessions.*"),
        foreign=("numpy", "pydantic", "pydantic_core", "rich", "tomlkit"),
        never=("jack",),
    ),
    Layer(LAN, own=("jackrf.errors", *LAN), foreign=("zeroconf",), never=("jack",)),
    Layer(
        ("jackrf.osc", "jackrf.osc.*"),
        own=(*THE_MODEL, *THE_ENGINE_ROOM, *LOOP, *RTP, *LAN, "jackrf.osc", "jackrf.osc.*"),
        foreign=("matplotlib", "pythonosc"),
        never=("jack",),
    ),
    Layer(
        RTSP,
        own=(*THE_MODEL, *THE_ENGINE_ROOM, *LOOP, *RTP, *LAN, *SRTP, *RTSP),
        foreign=(),
        never=("jack",),
    ),
    Layer(
        ANNOUNCING,
        own=(*THE_MODEL, *THE_ENGINE_ROOM, *LOOP, *RTP, *LAN, *ANNOUNCING),
        foreign=(),
        never=("jack",),
    ),
    Layer(
        ("jackrf.control", "jackrf.control.*"),
        own=("jackrf.errors", "jackrf.units", "jackrf.control", "jackrf.control.*"),
        foreign=(),
    ),
    Layer(
        ("jackrf.web", "jackrf.web.*"),
        own=(
            *THE_MODEL,
            *THE_ENGINE_ROOM,
            *LOOP,
            *RTP,
            "jackrf.control",
            "jackrf.control.*",
            *LAN,
            *SRTP,
            *RTSP,
            *ANNOUNCING,
            "jackrf.descriptors",
            "jackrf.osc",
            "jackrf.osc.*",
            "jackrf.web",
            "jackrf.web.*",
        ),
        foreign=("aiohttp", "aioquic", "cryptography"),
        never=("jack",),
    ),
    Layer(("jackrf.testing",), own=("jackrf.*", *REALTIME), foreign=("jack", "numpy")),
    Layer(
        (
            "jackrf.__main__",
            "jackrf.cli",
            "jackrf.commands",
            "jackrf.commands.*",
            "jackrf.demo",
            "jackrf.demo.*",
            "jackrf.doctor",
            "jackrf.doctor.*",
            "jackrf.fanout",
            "jackrf.fanout.*",
            "jackrf.heap",
            "jackrf.hosting",
            "jackrf.hosting.guest",
            "jackrf.hosting.hosted",
            "jackrf.latency",
            "jackrf.latency.answerer",
            "jackrf.latency.between",
            "jackrf.latency.chirps",
            "jackrf.latency.clocks",
            "jackrf.latency.frame_clock",
            "jackrf.latency.measuring",
            "jackrf.listening",
            "jackrf.listening.answering",
            "jackrf.listening.figures",
            "jackrf.listening.life",
            "jackrf.listening.output",
            "jackrf.listening.plotting",
            "jackrf.listening.recording",
            "jackrf.listening.reports",
            "jackrf.listening.source",
            "jackrf.listening.view",
            "jackrf.live",
            "jackrf.live.*",
            "jackrf.running",
            "jackrf.running.*",
        ),
        own=("jackrf", "jackrf.*"),
        foreign=None,
        never=REALTIME,
    ),
)

SANS_IO = (
    "jackrf.announcing.sap",
    "jackrf.announcing.sdp_page",
    "jackrf.lan.counters",
    "jackrf.lan.digest",
    "jackrf.lan.limits",
    "jackrf.osc.addresses",
    "jackrf.osc.admission",
    "jackrf.osc.aliases",
    "jackrf.osc.calls",
    "jackrf.osc.commands",
    "jackrf.osc.counters",
    "jackrf.osc.endpoints",
    "jackrf.osc.feedback",
    "jackrf.osc.framing",
    "jackrf.osc.guard",
    "jackrf.osc.hands",
    "jackrf.osc.health",
    "jackrf.osc.hearing",
    "jackrf.osc.intake",
    "jackrf.osc.layout.arrange",
    "jackrf.osc.layout.open_stage_control",
    "jackrf.osc.layout.page",
    "jackrf.osc.layout.properties",
    "jackrf.osc.layout.tosc",
    "jackrf.lan.limits",
    "jackrf.osc.messages",
    "jackrf.osc.moreme",
    "jackrf.osc.moves",
    "jackrf.osc.namespace",
    "jackrf.osc.oscquery",
    "jackrf.osc.patterns",
    "jackrf.osc.pickup",
    "jackrf.osc.readings",
    "jackrf.osc.rows",
    "jackrf.osc.setter",
    "jackrf.osc.settings",
    "jackrf.osc.surfaces",
    "jackrf.osc.syncing",
    "jackrf.osc.telling",
    "jackrf.osc.tree",
    "jackrf.osc.views",
    "jackrf.rtsp.admission",
    "jackrf.rtsp.conversation",
    "jackrf.rtsp.dialogue",
    "jackrf.rtsp.house",
    "jackrf.rtsp.messages",
    "jackrf.rtsp.refusals",
    "jackrf.rtsp.transport",
    "jackrf.sessions.nsm",
    "jackrf.sessions.nsm_messages",
    "jackrf.web.gate",
    "jackrf.web.packets",
    "jackrf.web.plan",
)
"""Conversations that somebody else carries to and fro, and that are told what time it is."""


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of the patterns fits the whole dotted name."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def module_name(path: Path) -> str:
    """The dotted name of a source file of the package."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(tree: ast.Module) -> Iterator[str]:
    """The dotted names that a source imports, at the top or inside a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "an import is written in full, never relative"
            base = node.module or ""
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield whole if whole in MODULES else base


def layer_of(name: str) -> Layer:
    """The one row of the table that names this module."""
    rows = [layer for layer in LAYERS if matches(name, layer.modules)]
    assert len(rows) == 1, f"{name} stands in {len(rows)} layers of tests/test_imports.py, not in 1"
    return rows[0]


def is_allowed(imported: str, layer: Layer) -> bool:
    """Whether a row of the table lets its modules import this."""
    top = imported.partition(".")[0]
    if matches(imported, layer.never) or top in layer.never:
        return False
    if top == "jackrf":
        return matches(imported, layer.own)
    if top in sys.stdlib_module_names:
        return True
    return layer.foreign is None or top in layer.foreign


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_what_its_layer_may(name: str) -> None:
    """No arrow of the architecture points the wrong way."""
    layer = layer_of(name)
    tree = ast.parse(MODULES[name].read_text())
    wrong = sorted({imported for imported in imports(tree) if not is_allowed(imported, layer)})
    assert not wrong, f"{name} may not import {', '.join(wrong)}"


@pytest.mark.parametrize("name", SANS_IO)
def test_a_conversation_is_without_io_and_without_a_clock(name: str) -> None:
    """It may name a path, which is no I/O; what waits or touches the world it may not import."""
    found = {
        imported.partition(".")[0] for imported in imports(ast.parse(MODULES[name].read_text()))
    }
    assert not found & ({*WAITING, *OUTSIDE} - {"pathlib"})


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("jackrf.realtime.process", "import logging"),
        ("jackrf.realtime.process", "from threading import Lock"),
        ("jackrf.realtime.process", "def f():\n    import jackrf.errors"),
        ("jackrf.rtp.packet", "import socket"),
        ("jackrf.rtp.packet", "from time import monotonic"),
        ("jackrf.mixer", "from pathlib import Path"),
        ("jackrf.units", "import numpy"),
        ("jackrf.engine", "import pythonosc"),
        ("jackrf.sessions.session", "from jackrf.realtime import process"),
        ("jackrf.osc.namespace", "from jackrf.sessions import session"),
        ("jackrf.osc.namespace", "import jack"),
        ("jackrf.osc.guard", "from jackrf.realtime import process"),
        ("jackrf.sessions.session", "import jackrf.osc.addresses"),
        ("jackrf.cli", "from jackrf import realtime"),
        ("jackrf.commands.status", "import jackrf.realtime.context"),
    ],
)
def test_a_forbidden_import_is_found(module: str, source: str) -> None:
    """The rule bites: each of these would turn the architecture around."""
    layer = layer_of(module)
    assert not all(is_allowed(name, layer) for name in imports(ast.parse(source)))
