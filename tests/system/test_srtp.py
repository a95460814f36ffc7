"""An encrypted mix: other people's decoders open it, and it leaves in the clear by no path."""

import os
import signal
import socket
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import psutil
import pytest

from jackrf.errors import JackrfError
from jackrf.rtp.packet import parse
from jackrf.rtp.sdp import parse as parse_sdp
from jackrf.testing import DummyJack
from tests.system.instruments import Player, Recorder, wait_for
from tests.system.music import tone, wait_until_heard, wait_until_silent
from tests.system.players import ffmpeg_tcp, ffmpeg_udp
from tests.system.running import Program, Running, free_port, jackrf_command
from tests.system.tuning import RATE, Tool, deaf, listeners, url

pytestmark = pytest.mark.system

SESSION = """\
format = 2
name = "Sealed"
[inputs.kick]
name = "Kick"
connect = ["player:out_1"]
[mixes.drums]
name = "Drums"
encrypt = true
encoding = "L24"
limiter = false
send_to = SEND_TO
sends = { kick = { gain = 0.0, pan = -1.0 } }
[mixes.keys]
name = "Keys"
sends = { kick = { gain = 0.0, pan = 1.0 } }
"""


def session(*ports: int) -> str:
    """Its file, with these ports of loopback."""
    return SESSION.replace("SEND_TO", str([f"udp://127.0.0.1:{one}" for one in ports]))


def ffmpeg_by_sdp(sdp: Path) -> Tool:
    """FFmpeg, told by the SDP alone."""
    known = ["-protocol_whitelist", "file,udp,rtp,srtp", "-i", str(sdp)]
    written = ["-c:a", "pcm_s24be", "-f", "s24be", "-flush_packets", "1", "-y"]
    return lambda out: ["ffmpeg", "-nostdin", "-loglevel", "fatal", *known, *written, str(out)]


def gstreamer(port: int, key: bytes, ssrc: int) -> Tool:
    """GStreamer's srtpdec, told by caps, as docs/players.md writes them."""
    media = "application/x-srtp,media=audio,clock-rate=48000,channels=2,encoding-name=L24"
    ciphers = "srtp-cipher=aes-128-icm,srtp-auth=hmac-sha1-80"
    ciphers += ",srtcp-cipher=aes-128-icm,srtcp-auth=hmac-sha1-80"
    caps = f"caps={media},payload=97,{ciphers},srtp-key=(buffer){key.hex()},ssrc=(uint){ssrc}"
    source = ["udpsrc", "address=127.0.0.1", f"port={port}", caps, "!", "srtpdec"]
    command = ["gst-launch-1.0", "-q", "-e", *source, "!", "rtpL24depay", "!", "filesink"]
    return lambda out: [*command, f"location={out}", "buffer-mode=unbuffered"]


def test_decoders_hear_the_exact_mix(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """Ffmpeg by the SDP and by RTSP, GStreamer by the key: every frame in its place, within 1 LSB.
    Who is started anew hears a stream from its beginning, and can open it.
    """
    with ExitStack() as stack:
        ear = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        # GStreamer is told the SSRC beforehand: somebody else is there first, and sees it. Of two
        # who share a port the last one gets what comes.
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(10.0)
        ports = free_port(), ear.getsockname()[1]
        player = stack.enter_context(Player(dummy_jack.name))
        running = stack.enter_context(Running(tmp_path, session(*ports), dummy_jack.name))
        pin = running.ask("pin", mix="drums")
        sdp = tmp_path / "drums.sdp"
        sdp.write_text(str(running.ask("sdp", mix="drums")))
        crypto = parse_sdp(sdp.read_text()).crypto
        assert crypto is not None
        tools: dict[str, Tool] = {
            "ffmpeg by SDP": ffmpeg_by_sdp(sdp),
            "GStreamer": gstreamer(ports[1], crypto.key, parse(ear.recv(2048)).ssrc),
            "ffmpeg by RTSP": lambda out: ffmpeg_udp(
                url(running, user=f"drums:{pin}@"), "L24", out
            ),
        }
        assert not deaf(tools, tmp_path, player, "L24")


def test_it_leaves_in_the_clear_by_no_path(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """The port that it is sent to gets what is not the mix; RTSP tells nobody without a PIN, and
    nobody over TCP; HTTP gives no SDP; nobody is sent what was refused.
    """
    with socket.socket(type=socket.SOCK_DGRAM) as ear, ExitStack() as stack:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(10.0)
        player = stack.enter_context(Player(dummy_jack.name))
        player.play(np.full((1, RATE), 0.5, np.float32), loop=True)
        port = ear.getsockname()[1]
        running = stack.enter_context(Running(tmp_path, session(port), dummy_jack.name))
        plain = bytes.fromhex("400000000000")
        wait_for(lambda: running.status()["mixes"]["drums"]["peak_db"][0] > -7.0)
        for _ in range(200):
            data = ear.recv(2048)
            assert plain not in data
            assert len(parse(data).payload) == 6 * 128 + 10
        status = running.status()
        assert status["mixes"]["drums"]["encrypted"]
        assert not status["mixes"]["keys"]["encrypted"]
        out = tmp_path / "heard.raw"
        with Program(ffmpeg_udp(url(running), "L24", out)) as player_without:
            assert player_without.wait().code != 0
        page = f"http://127.0.0.1:{status['announcing']['http_port']}/mix/drums.sdp"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(page)
        pin = running.ask("pin", mix="drums")
        with Program(ffmpeg_tcp(url(running, user=f"drums:{pin}@"), "L24", out)) as over_tcp:
            assert over_tcp.wait().code != 0
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(page)
        assert not out.exists()
        assert len(listeners(running)) == 1
        refused = running.status()["rtsp"]["refused"]
        assert (refused["no_pin"], refused["not_sealed"]) == (1, 1)
        with pytest.raises(JackrfError, match="sent nowhere"):
            running.ask("sdp", mix="keys")


def test_a_long_period_goes_out_whole(tmp_path: Path) -> None:
    """The slices of 1024 frames are sent together, and none of them is late: with a busy machine's
    leave, all are heard.
    """
    with (
        DummyJack(period=1024, name="jackrf-sealed-long") as server,
        socket.socket(type=socket.SOCK_DGRAM) as ear,
    ):
        ear.bind(("127.0.0.1", 0))
        with Running(tmp_path, session(ear.getsockname()[1]), server.name) as running:

            def counted() -> tuple[int, int]:
                (found,) = listeners(running)
                return found["sent"], found["dropped_by"]["full"]

            wait_for(lambda: counted()[0] > 0)
            before = counted()
            wait_for(lambda: counted()[0] > before[0] + 800)
            sent, full = (now - then for now, then in zip(counted(), before, strict=True))
    assert full < sent / 10


def test_jackrf_listen_hears_it_and_tells_how(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """By RTSP, with the PIN; the sender is told of loss and jitter, encrypted as packets are. When
    the relay was killed it hears the mix again by itself.
    """
    with ExitStack() as stack:
        player = stack.enter_context(Player(dummy_jack.name))
        player.play(tone(), loop=True)
        running = stack.enter_context(Running(tmp_path, session(free_port()), dummy_jack.name))
        pin = running.ask("pin", mix="drums")
        words = url(running, user=f"drums:{pin}@")
        ear = ["--server", dummy_jack.name, "--name", "ear", "--connect", ""]
        program = stack.enter_context(Program(jackrf_command("listen", words, *ear)))
        program.wait_until(lambda: "listens on" in program.said())
        recorder = stack.enter_context(Recorder(dummy_jack.name, ["ear:out_1"]))
        wait_until_heard(recorder)
        wait_for(lambda: any(one["heard"] is not None for one in listeners(running)))
        (heard,) = [one["heard"] for one in listeners(running) if one["owner"] == "rtsp"]
        assert heard["round_trip_ms"] is None or heard["round_trip_ms"] < 1000.0
        os.kill(relay_of(running.pid), signal.SIGKILL)
        wait_until_silent(recorder)
        wait_until_heard(recorder)


def relay_of(pid: int) -> int:
    """The process that seals for a jackrf."""
    children = psutil.Process(pid).children()
    (found,) = [one.pid for one in children if "jackrf.srtp.relay" in one.cmdline()]
    return int(found)
