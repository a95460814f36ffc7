"""The scripts of the page that need no browser, run by Node against what Python says."""

import json
import shutil
import struct
import subprocess
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from jackrf.osc.messages import bundles, encode, of
from jackrf.units import db_text, fader_to_db
from jackrf.web.packets import Packets

SCRIPTS = Path(__file__).parent / "page"
NODE = Path(__file__).parent / "node"


def told() -> dict[str, Any]:
    """What Python's side says, for the scripts to agree with."""
    said = [of("/mix/1/in/2/fader", 0.75), of("/mix/1/name", "Däve"), of("/a", 7, "x", 0.5, True)]
    whole = [{"path": one.path, "args": list(one.args)} for one in said]
    packets = [(encode(one).hex(), [as_json]) for one, as_json in zip(said, whole, strict=True)]
    packets.append((bundles([encode(one) for one in said])[0].hex(), whole))
    messages = [
        (one.path, one.types, list(one.args), encode(one).hex())
        for one in (said[0], said[1], of("/mix/1/undo"), of("/scene/recall", "quiet", 1.5))
    ]
    faders = [
        (place, fader_to_db(place) if place else None, db_text(fader_to_db(place)))
        for place in (0.0, 0.01, 0.0625, 0.1, 0.25, 0.3, 0.5, 0.6, 0.75, 0.9, 1.0)
    ]
    return {"packets": packets, "messages": messages, "faders": faders, "sound": sound()}


def sound() -> list[tuple[Any, ...]]:
    """Packets of both encodings, with what is in them."""
    made = []
    for size, samples in ((2, (16384, -32768, 1, -1)), (3, (4194304, -8388608, 1, -1))):
        payload = b"".join(one.to_bytes(size, "big", signed=True) for one in samples)
        rtp = struct.pack("!BBHII", 0x80, 96, 0, 1000, 1) + payload
        packet = Packets(size, 48000).make(rtp, 5_000_000_000)
        assert packet is not None
        full = 1 << (8 * size - 1)
        left, right = [one / full for one in samples[::2]], [one / full for one in samples[1::2]]
        made.append((packet.data.hex(), 1000 + (1 << 32), 5000.0, left, right))
    return made


def test_types_are_as_they_are_said_to_be(tmp_path: Path) -> None:
    """TypeScript finds no fault with what stands in the comments (JSDoc), strictly."""
    compiler = NODE / "node_modules" / "typescript" / "bin" / "tsc"
    if shutil.which("node") is None or not compiler.exists():
        pytest.skip("TypeScript is not installed: make test, or npm install in tests/web/node")
    with as_file(files("jackrf.web") / "page") as page:
        shutil.copytree(page, tmp_path / "page")
    for name in ("tsconfig.json", "worklet.d.ts"):
        shutil.copy(NODE / name, tmp_path)
    command = ["node", str(compiler), "--project", str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.mjs")), ids=lambda path: path.stem)
def test_scripts_do_what_they_say(script: Path, tmp_path: Path) -> None:
    """Node runs them as modules, as a browser does."""
    if shutil.which("node") is None:
        pytest.skip("Node is not installed: make test, or apt install nodejs")
    with as_file(files("jackrf.web") / "page") as page:
        shutil.copytree(page, tmp_path, dirs_exist_ok=True)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(script, tmp_path)
    (tmp_path / "told.json").write_text(json.dumps(told()))
    command = ["env", f"TOLD={tmp_path / 'told.json'}", "node", "--test", script.name]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
