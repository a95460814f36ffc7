"""What the documentation says of the wire and of the layers is what the code does."""

import re
from pathlib import Path

import numpy as np
import pytest

import jackrf
from jackrf.realtime.context import MAX_PACKET, MAX_PERIOD, RTP_HEADER
from jackrf.realtime.transmit import BACKOFF_NS, slice_count
from jackrf.rtp.sdp import Description, serialise
from jackrf.rtp.stream import PAYLOADS, identify

pytestmark = pytest.mark.checkout

DOCS = Path(__file__).parent.parent / "docs"
WIRE = (DOCS / "wire-format.md").read_text() if DOCS.exists() else ""


def packet_sizes(frames: int, frame_bytes: int) -> list[int]:
    """The sizes in bytes of the packets of one period."""
    count = slice_count(frames, frame_bytes)
    borders = np.arange(count + 1) * frames // count
    return [RTP_HEADER + int(slice_) * frame_bytes for slice_ in np.diff(borders)]


def test_the_table_of_packet_sizes() -> None:
    """Each row of the table in wire-format.md is how a period of that length is cut."""
    rows = re.findall(r"^\| (\d+) \| (\d+)\D+(\d+).*? \| (\d+)\D+(\d+).*? \|$", WIRE, re.MULTILINE)
    assert len(rows) == 6
    for frames, *shown in (map(int, row) for row in rows):
        for (count, size), encoding in zip((shown[:2], shown[2:]), PAYLOADS, strict=True):
            frame_bytes = 2 * PAYLOADS[encoding].sample_bytes
            assert packet_sizes(frames, frame_bytes) == [size] * count


def test_the_numbers_of_the_wire() -> None:
    """Limits, payload types and pauses are written as they are in the code."""
    assert f"at most {MAX_PACKET} bytes" in WIRE
    assert f"nothing is tried for {BACKOFF_NS // 1_000_000} ms" in WIRE
    types = ", ".join(
        f"{payload.payload_type} = {name} stereo" for name, payload in PAYLOADS.items()
    )
    assert types in WIRE
    assert f"{MAX_PERIOD} frames" in (DOCS / "realtime.md").read_text()


def test_the_example_of_an_ssrc() -> None:
    """SSRC and offset of the example are those that jackrf derives."""
    ssrc, offset = identify("Rehearsal", "drums")
    assert f"SSRC `0x{ssrc:08x}`, offset `0x{offset:08x}`" in WIRE


def test_the_example_of_an_sdp() -> None:
    """The SDP in wire-format.md is what jackrf writes for that stream."""
    address = "192.168.1.10"
    stream = Description(
        "Drums", 3970000001, address, address, 5004, PAYLOADS["L24"], 48000, packet_frames=128
    )
    assert serialise(stream).replace("\r\n", "\n") in WIRE


@pytest.mark.parametrize("table", ["Who is who", "Who may import whom"])
def test_the_architecture_names_every_part(table: str) -> None:
    """Each module and folder at the top of the package stands in both tables."""
    page = (DOCS / "architecture.md").read_text()
    section = page.partition(f"## {table}\n")[2].partition("\n## ")[0]
    parts = {path.stem for path in Path(jackrf.__file__).parent.iterdir()}
    hidden = {part for part in parts if part.startswith(("_", "."))}
    assert [part for part in parts - hidden - {"py", "share"} if f"`{part}`" not in section] == []
