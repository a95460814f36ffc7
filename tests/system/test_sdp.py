"""``jackrf sdp``, asked as a person asks."""

from pathlib import Path

import pytest

from jackrf.rtp.stream import identify
from jackrf.testing import DummyJack
from tests.system.running import Running, jackrf

pytestmark = pytest.mark.system

SESSION = """\
format = 1
name = "Rehearsal"
[inputs.kick]
name = "Kick"
[mixes.drums]
name = "Drums"
encoding = "L24"
send_to = ["udp://127.0.0.1:50110", "udp://127.0.0.1:50112"]
[mixes.nobody]
name = "Nobody"
"""

SDP = [
    "v=0",
    f"o=- {identify('Rehearsal', 'drums')[0]} 1 IN IP4 127.0.0.1",
    "s=Rehearsal: Drums",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    "m=audio 50110 RTP/AVP 97",
    "i=2 channels: L, R",
    "a=rtpmap:97 L24/48000/2",
    "a=ptime:2.667",
    "a=extmap:1 urn:x-jackrf:clock-and-age",
    "a=recvonly",
    "a=mediaclk:sender",
    "a=ts-refclk:local",
]


def test_it_describes_each_place_that_a_mix_is_sent_to(
    dummy_jack: DummyJack, tmp_path: Path
) -> None:
    """`jackrf sdp` prints what the running jackrf sends, or writes it to a file; a mix that is not
    there or is sent nowhere, and a file that cannot be written, are one line that says so.
    """
    file = tmp_path / "drums.sdp"
    with Running(tmp_path, SESSION, dummy_jack.name):
        assert jackrf("sdp", "drums").output.splitlines() == SDP
        second = jackrf("sdp", "drums", "--listener", "2", "-o", str(file))
        nobody = jackrf("sdp", "nobody")
        third = jackrf("sdp", "drums", "--listener", "3")
        unknown = jackrf("sdp", "bass")
        folder = jackrf("sdp", "drums", "-o", str(tmp_path))
    assert (second.code, second.output) == (0, "")
    text = file.read_bytes().decode()
    assert text.split("\r\n") == [*(line.replace("50110", "50112") for line in SDP), ""]
    assert (nobody.code, folder.code) == (1, 2)
    assert nobody.line.endswith("mix 'nobody' is sent nowhere: add to its send_to")
    assert third.line.endswith("mix 'drums' is sent to 2 places, there is no number 3")
    assert unknown.line == "jackrf: no mix 'bass': there are drums, nobody"
    assert str(tmp_path) in folder.line
    assert "-o" in folder.line


def test_nobody_runs() -> None:
    """Without a running jackrf of that name one line says how to start one, exit code 1."""
    answer = jackrf("sdp", "drums", "--client", "nobody-of-this-name")
    assert answer.code == 1
    assert "nobody-of-this-name" in answer.line
    assert "jackrf run" in answer.line
