"""Other people's players tune in to a running jackrf, and hear the mix bit by bit."""

import json
import signal
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jackrf.rtp.stream import Encoding
from jackrf.testing import DummyJack
from tests.system.instruments import Player, Recorder, wait_for
from tests.system.music import TONE_LEVEL, tone, wait_until_heard, wait_until_silent
from tests.system.players import (
    TUNERS,
    Tuner,
    ffmpeg_tcp,
    ffmpeg_udp,
    ffplay,
    gstreamer_tcp,
    gstreamer_udp,
)
from tests.system.running import Program, Running, jackrf_command, server_port
from tests.system.tuning import RATE, Tool, deaf, listeners, url

pytestmark = pytest.mark.system

SESSION = """\
format = 2
name = "Tuned in"
[inputs.kick]
name = "Kick"
connect = ["player:out_1"]
[mixes.drums]
name = "Drums"
encoding = "ENCODING"
limiter = false
sends = { kick = { gain = 0.0, pan = -1.0 } }
[mixes.keys]
name = "Keys"
encoding = "ENCODING"
limiter = false
sends = { kick = { gain = 0.0, pan = 1.0 } }
"""


@pytest.mark.parametrize("encoding", ["L16", "L24"])
def test_players_hear_the_exact_mix(
    dummy_jack: DummyJack, tmp_path: Path, encoding: Encoding
) -> None:
    """Ffmpeg and GStreamer, each over UDP and over TCP: every frame in its place, within 1 LSB; and
    they leave no listener behind.
    """
    session = SESSION.replace("ENCODING", encoding)
    with Player(dummy_jack.name) as player, Running(tmp_path, session, dummy_jack.name) as running:
        tools: dict[str, Tool] = {
            name: partial(tuner, url(running), encoding) for name, tuner in TUNERS.items()
        }
        assert not deaf(tools, tmp_path, player, encoding)
        wait_for(lambda: not listeners(running))


def test_status_shows_who_has_tuned_in(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """With where they hear and how; and who was refused, with the sentence that mends it."""
    session = SESSION.replace("ENCODING", "L16")
    with Running(tmp_path, session, dummy_jack.name) as running, ExitStack() as stack:
        outs = [tmp_path / f"{number}.raw" for number in range(2)]
        for tuner, out in zip((ffmpeg_udp, ffmpeg_tcp), outs, strict=True):
            stack.enter_context(Program(tuner(url(running), "L16", out)))
        wait_for(lambda: len(listeners(running)) == 2)
        wait_for(lambda: all(one["state"] == "sending" for one in listeners(running)))
        found = listeners(running)
        assert {one["owner"] for one in found} == {"rtsp"}
        assert {one["url"][:15] for one in found} == {"udp://127.0.0.1", "tcp://127.0.0.1"}
        with Program(ffmpeg_tcp(url(running, "guitar"), "L16", outs[0])) as lost:
            assert lost.wait().code != 0
        report = running.status()["rtsp"]
        assert report["refused"]["unknown"] == 1
        assert "jackrf status shows the mixes" in report["remedies"][0]


def test_a_pin_opens_a_mix_to_players(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """In the URL: ffmpeg and GStreamer send it as Digest; without it, and with another one, nothing
    is heard. The other mix stays open.
    """
    session = SESSION.replace("ENCODING", "L16")
    with Running(tmp_path, session, dummy_jack.name) as running:
        pin = running.ask("pin", mix="drums")
        out = tmp_path / "pin.raw"
        for tuner in (ffmpeg_tcp, ffmpeg_udp, gstreamer_tcp):
            with Program(tuner(url(running, user=f"drums:{pin}@"), "L16", out)) as program:
                program.wait_until(lambda: out.exists() and out.stat().st_size > 0)
            out.unlink()
        for user in ("", "drums:000000@"):
            with Program(ffmpeg_tcp(url(running, user=user), "L16", out)) as program:
                assert program.wait().code != 0
        with Program(ffmpeg_tcp(url(running, "keys"), "L16", out)) as program:
            program.wait_until(lambda: out.exists() and out.stat().st_size > 0)
        assert running.status()["rtsp"]["refused"]["wrong_pin"] == 1


@pytest.mark.parametrize("scheme", ["rtsp", "rtspt"])
def test_jackrf_listen_tunes_in_and_stays(
    dummy_jack: DummyJack, tmp_path: Path, scheme: str
) -> None:
    """With the PIN of the mix, over UDP and over TCP; and when the sender has been started anew it
    hears it again by itself.
    """
    session = f"{SESSION.replace('ENCODING', 'L16')}[osc]\nport = {server_port()}\n"
    session += f"[listen]\nport = {server_port()}\n"
    with ExitStack() as stack:
        player = stack.enter_context(Player(dummy_jack.name))
        player.play(tone(), loop=True)
        with Running(tmp_path, session, dummy_jack.name) as running:
            pin = running.ask("pin", mix="drums")
            words = url(running, user=f"drums:{pin}@").replace("rtsp", scheme, 1)
            ear = ["--server", dummy_jack.name, "--name", "ear", "--connect", ""]
            program = stack.enter_context(Program(jackrf_command("listen", words, *ear)))
            program.wait_until(lambda: "listens on" in program.said())
            assert pin not in program.said()
            recorder = stack.enter_context(Recorder(dummy_jack.name, ["ear:out_1"]))
            wait_until_heard(recorder)
            assert listeners(running)[0]["url"].startswith("udp" if scheme == "rtsp" else "tcp")
        wait_until_silent(recorder)
        with Running(tmp_path, session, dummy_jack.name):
            wait_until_heard(recorder)


def test_jackrf_listen_follows_a_sender_to_another_rate(
    dummy_jack: DummyJack, tmp_path: Path
) -> None:
    """And to another encoding: as where the stage's sound card was changed over lunch."""
    session = f"{SESSION}[osc]\nport = {server_port()}\n[listen]\nport = {server_port()}\n"
    with ExitStack() as stack:
        other = stack.enter_context(DummyJack(name="jackrf-other-rate", samplerate=44100))
        ear = ["--server", dummy_jack.name, "--name", "ear", "--connect", "", "--json"]

        def plays(program: Program, rate: int, width: int) -> bool:
            lines = program.said().splitlines()
            found: dict[str, Any] = {"state": "", "stream": {}}
            found |= json.loads(lines[-1]) if lines else {}
            form = found["stream"].get("rate"), found["stream"].get("sample_bytes")
            return found["state"] == "playing" and form == (rate, width)

        with Running(tmp_path, session.replace("ENCODING", "L16"), dummy_jack.name) as running:
            words = url(running)
            program = stack.enter_context(Program(jackrf_command("listen", words, *ear)))
            program.wait_until(lambda: plays(program, 48000, 2))
        with Running(tmp_path, session.replace("ENCODING", "L24"), other.name):
            program.wait_until(lambda: plays(program, 44100, 3))
        assert "the stream comes at 44100 Hz now" in program.said(1)


def test_ffplay_plays_the_mix(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """What it hands to its sound card, which here is a file, is the tone that is played."""
    out = tmp_path / "card.raw"
    card = {"SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": str(out)}
    session = SESSION.replace("ENCODING", "L16")
    with Player(dummy_jack.name) as player, Running(tmp_path, session, dummy_jack.name) as running:
        player.play(tone(), loop=True)
        with Program(ffplay(url(running)), card) as program:
            program.wait_until(lambda: out.exists() and out.stat().st_size > 4 * RATE * 4)
            program.stop(signal.SIGTERM)
    heard = np.frombuffer(out.read_bytes(), "<i2").reshape(-1, 2)[-2 * RATE :, 0] / 2**15
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    # Two seconds long: 100 Hz is the line 200.
    assert abs(int(spectrum.argmax()) - 200) <= 2
    assert np.abs(heard).max() == pytest.approx(TONE_LEVEL, abs=0.01)


@pytest.mark.parametrize("tuner", [ffmpeg_udp, gstreamer_udp, gstreamer_tcp])
def test_players_tell_how_they_hear(dummy_jack: DummyJack, tmp_path: Path, tuner: Tuner) -> None:
    """Their receiver reports are in the status: over loopback they lost nothing, and the way there
    and back is short. When jackrf stops they end, by the goodbye or by the connection.
    """
    out = tmp_path / "heard.raw"
    with Running(tmp_path, SESSION.replace("ENCODING", "L16"), dummy_jack.name) as running:
        program = Program(tuner(url(running), "L16", out))
        with program:
            wait_for(lambda: any(one["heard"] for one in listeners(running)), 25.0)
            (heard,) = [one["heard"] for one in listeners(running)]
            assert heard["lost"] <= 2
            assert heard["jitter_ms"] < 50.0
            running.stop()
            program.wait()
