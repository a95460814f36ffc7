"""`jackrf fanout`: a mix becomes Opus that others play; and a browser hears it by way of Janus."""

import json
import signal
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from jackrf.testing import DummyJack
from tests.system.instruments import Player, wait_for
from tests.system.janus import Janus, heard, listener, wait_until_heard
from tests.system.links import Link
from tests.system.music import tone
from tests.system.running import Program, Running, free_port, jackrf_command

pytestmark = pytest.mark.system

RATE = 48000
HERTZ = 100.0
"""Of the tone."""
SESSION = """\
format = 2
name = "Crowd"
[inputs.kick]
name = "Kick"
connect = ["player:out_1"]
[mixes.drums]
name = "Drums"
encoding = "L24"
send_to = ["udp://127.0.0.1:PORT"]
sends = { kick = { gain = 0.0 } }
"""
OPUS = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Drums\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio PORT RTP/AVP 111\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 sprop-stereo=1\r\n"
)


def test_ffmpeg_decodes_what_it_repeats(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """A tone is the tone again, at its level; a player that is not there is only counted."""
    here, there, nobody = free_port(), free_port(), free_port()
    sdp, out = tmp_path / "opus.sdp", tmp_path / "opus.raw"
    sdp.write_text(OPUS.replace("PORT", str(there)))
    known = ["-protocol_whitelist", "file,udp,rtp", "-i", str(sdp)]
    decoder = ["ffmpeg", "-nostdin", "-loglevel", "fatal", *known, "-f", "f32le"]
    with ExitStack() as stack:
        player = stack.enter_context(Player(dummy_jack.name))
        player.play(tone(), loop=True)
        session = SESSION.replace("PORT", str(here))
        stack.enter_context(Running(tmp_path, session, dummy_jack.name))
        engines = ["--to", f"udp://127.0.0.1:{there}", "--to", f"udp://127.0.0.1:{nobody}"]
        command = jackrf_command("fanout", f"udp://127.0.0.1:{here}", *engines, "--json")
        fanout = stack.enter_context(Program(command))
        program = stack.enter_context(Program([*decoder, "-flush_packets", "1", "-y", str(out)]))
        program.wait_until(lambda: out.exists() and out.stat().st_size > 3 * RATE * 8)
        program.stop(signal.SIGINT)
        ended = fanout.stop(signal.SIGINT)
    assert (ended.code, ended.errors) == (0, "")
    figures = json.loads(ended.output.splitlines()[-1])
    first, second = figures["engines"]
    assert first["sent"] > 200
    assert second["dropped"] > 0
    assert figures["alien"] == 0
    heard_by_ffmpeg = np.frombuffer(out.read_bytes(), "<f4").reshape(-1, 2)[-2 * RATE :]
    for side in heard_by_ffmpeg.T:
        spectrum = np.abs(np.fft.rfft(side * np.hanning(len(side))))
        # Two seconds long: 100 Hz is the line 200.
        assert abs(int(spectrum.argmax()) - 2 * HERTZ) <= 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["udp://127.0.0.1:5004"], "fanout needs an engine: --to udp://127.0.0.1:5302"),
        (["udp://127.0.0.1:5004", "--to", "udp://nobody.invalid:5302"], "is not known"),
        (["udp://127.0.0.1:5004", "--to", "udp://127.0.0.1:5302", "--frame", "7"], "--frame 7"),
        (["udp://127.0.0.1:5004", "--to", "udp://127.0.0.1:5302", "--bitrate", "1"], "16 to 512"),
        (["udp://192.0.2.77:5004", "--to", "udp://127.0.0.1:5302"], "cannot be listened on"),
    ],
)
def test_what_is_wrong_is_told(arguments: list[str], told: str) -> None:
    """In one line, with exit code 2."""
    with Program(jackrf_command("fanout", *arguments)) as program:
        ended = program.wait()
    assert ended.code == 2
    assert told in ended.line


def test_an_encrypted_mix_stays_on_the_machine(tmp_path: Path) -> None:
    """An engine takes it in the clear: another machine's is refused."""
    key = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + 40 * "A"
    sdp = tmp_path / "sealed.sdp"
    text = f"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio {free_port()} RTP/SAVP 96\r\n"
    sdp.write_text(f"{text}a=rtpmap:96 L16/48000/2\r\n{key}\r\n")
    with Link(9) as link:
        there = f"udp://{link.far}:5302"
        with Program(jackrf_command("fanout", str(sdp), "--to", there)) as program:
            ended = program.wait()
    assert ended.code == 2
    assert "is encrypted, and goes to an engine in the clear" in ended.line


@pytest.mark.janus
def test_a_browser_hears_the_mix_by_way_of_janus(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """By WebRTC: the tone, and packet by packet what Janus got."""
    here = free_port()
    with ExitStack() as stack:
        # Janus and Chromium pass over loopback: there must be another address.
        stack.enter_context(Link(8))
        player = stack.enter_context(Player(dummy_jack.name))
        player.play(tone(), loop=True)
        session = SESSION.replace("PORT", str(here))
        stack.enter_context(Running(tmp_path, session, dummy_jack.name))
        folder = tmp_path / "janus"
        folder.mkdir()
        janus = stack.enter_context(Janus(folder))
        to = f"udp://127.0.0.1:{janus.rtp}"
        command = jackrf_command("fanout", f"udp://127.0.0.1:{here}", "--to", to)
        fanout = stack.enter_context(Program(command))
        fanout.wait_until(lambda: "the mix comes" in fanout.said())
        wait_for(lambda: janus.age_ms() < 50.0)
        page = stack.enter_context(listener())
        janus.watch(page)
        wait_until_heard(page, HERTZ)
        before = heard(page)["packets"]
        wait_for(lambda: heard(page)["packets"] > before + 200)
        assert fanout.stop(signal.SIGTERM).code == 0
