"""What other programs remember of our ports is still right after a restart: aj-snapshot, for real.

jackrf's own wishes are left out of it: each run has a session of its own that wishes for nothing.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from jackrf.client import JackClient, PortName
from jackrf.testing import DummyJack
from tests.system.instruments import Player, wait_for
from tests.system.running import Program, Running

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        shutil.which("aj-snapshot") is None, reason="aj-snapshot is not installed: make test"
    ),
]

SESSION = """\
format = 2
name = "{name}"
[inputs.kick]
name = "{name} kick"
[inputs.vox]
name = "Vox"
[mixes.anna]
name = "{name} mix"
"""
PATCH = [
    ("synth:out_1", "jackrf:in_01"),
    ("synth:out_1", "jackrf:in_02"),
    ("system:capture_1", "jackrf:in_02"),
    ("jackrf:mix_01_l", "amp:in 1 (left)"),
    ("jackrf:mix_01_r", "amp:in 2 (right)"),
]


@pytest.fixture
def room(dummy_jack: DummyJack) -> Iterator[JackClient]:
    """A synth and an amplifier, whose ports have blanks and brackets in their names."""
    with Player(dummy_jack.name, name="synth"), closing(JackClient("amp", dummy_jack.name)) as amp:
        for order, short in enumerate(("in 1 (left)", "in 2 (right)"), 1):
            amp.add_input(short, PortName(short, order, "In"))
        amp.activate()
        yield amp


def patch(visitor: JackClient) -> list[tuple[str, str]]:
    """All connections of jackrf's ports."""
    client = visitor._client
    return [
        cable
        for port in client.get_ports("^jackrf:")
        for other in client.get_all_connections(port)
        for cable in [(other.name, port.name) if port.is_input else (port.name, other.name)]
    ]


def test_aj_snapshot_restores_a_patch(
    room: JackClient, dummy_jack: DummyJack, tmp_path: Path
) -> None:
    """Inputs and outputs alike, twice, in a session whose strips and mixes have other names: what
    people read is no part of what it remembers.
    """
    snapshot = tmp_path / "patch.xml"
    for name in ("first", "second", "third"):
        (tmp_path / name).mkdir()
    with Running(tmp_path / "first", SESSION.format(name="First"), dummy_jack.name):
        for source, destination in PATCH:
            assert room.connect(source, destination)
        command = ["aj-snapshot", "-j", "-q", str(snapshot)]
        subprocess.run(command, env=dummy_jack.environment, check=True, timeout=20)
    assert patch(room) == []
    with ExitStack() as stack:
        restoring = Program(["aj-snapshot", "-j", "-d", str(snapshot)], dummy_jack.environment)
        stack.enter_context(restoring)
        for name in ("second", "third"):
            session = SESSION.format(name=name.title())
            with Running(tmp_path / name, session, dummy_jack.name) as running:
                wait_for(lambda: sorted(patch(room)) == sorted(PATCH))
                assert running.status()["inputs"][0]["name"] == f"{name.title()} kick"
