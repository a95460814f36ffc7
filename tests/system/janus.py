"""Debian's Janus with one mountpoint for Opus, and a browser that watches it by WebRTC."""

import contextlib
import json
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.system.browsing import chromium
from tests.system.instruments import wait_for
from tests.system.running import Program, free_port

MOUNTPOINT = 101
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
    # Else it hides this machine's addresses, and Janus would have to find them by mDNS.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]

CONFIGURATION = {
    "janus.jcfg": """
general: { configs_folder = "FOLDER" admin_secret = "test" session_timeout = 60 debug_level = 3 }
nat: { nice_debug = false }
plugins: { disable = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,\
libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_textroom.so,\
libjanus_videocall.so,libjanus_videoroom.so,libjanus_voicemail.so" }
transports: { disable = "libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,\
libjanus_rabbitmq.so,libjanus_websockets.so" }
events: { broadcast = false }
loggers: { disable = "libjanus_jsonlog.so" }
""",
    "janus.transport.http.jcfg": """
general: { json = "compact" base_path = "/janus" http = true port = HTTP ip = "127.0.0.1" }
""",
    "janus.plugin.streaming.jcfg": """
mix: { type = "rtp" id = 101 description = "Drums" media = ( { type = "audio" mid = "a"
  label = "Drums" port = RTP iface = "127.0.0.1" pt = 111 codec = "opus"
  fmtp = "stereo=1;sprop-stereo=1" } ) }
""",
}

LISTEN = """
async ([sdp]) => {
  const peer = new RTCPeerConnection();
  window.peer = peer;
  peer.ontrack = (event) => {
    const stream = new MediaStream([event.track]);
    // Without an element that plays it, Chromium decodes nothing.
    const audio = new Audio();
    audio.srcObject = stream;
    audio.play();
    const context = new AudioContext();
    const probe = context.createAnalyser();
    probe.fftSize = 8192;
    probe.smoothingTimeConstant = 0;
    context.createMediaStreamSource(stream).connect(probe);
    window.probe = probe;
  };
  await peer.setRemoteDescription({type: "offer", sdp});
  const answer = await peer.createAnswer();
  answer.sdp = answer.sdp.replace(/useinbandfec=1/, "useinbandfec=1;stereo=1");
  await peer.setLocalDescription(answer);
  while (peer.iceGatheringState !== "complete") await new Promise((go) => setTimeout(go, 20));
  return peer.localDescription.sdp;
}
"""
HEARD = """
async () => {
  const found = {packets: 0, concealed: 0, hertz: 0, level: 0};
  for (const one of (await window.peer.getStats()).values()) {
    if (one.type !== "inbound-rtp") continue;
    found.packets = one.packetsReceived;
    found.concealed = (one.concealedSamples || 0) - (one.silentConcealedSamples || 0);
  }
  if (!window.probe) return found;
  const samples = new Float32Array(window.probe.fftSize);
  window.probe.getFloatTimeDomainData(samples);
  found.level = Math.max(...samples.map(Math.abs));
  const lines = new Float32Array(window.probe.frequencyBinCount);
  window.probe.getFloatFrequencyData(lines);
  let best = 0;
  lines.forEach((line, place) => { if (line > lines[best]) best = place; });
  found.hertz = best * window.probe.context.sampleRate / window.probe.fftSize;
  return found;
}
"""


class Janus(Program):
    """A running one.

    Attributes:
        rtp: port of its mountpoint, on loopback.
    """

    def __init__(self, folder: Path) -> None:
        path = shutil.which("janus")
        if path is None:
            pytest.skip("Janus is not installed: make janus, or apt install janus")
        self.rtp, http = free_port(), free_port()
        self._url = f"http://127.0.0.1:{http}/janus"
        for name, text in CONFIGURATION.items():
            known = {"FOLDER": str(folder), "HTTP": str(http), "RTP": str(self.rtp)}
            for word, value in known.items():
                text = text.replace(word, value)  # noqa: PLW2901 - filled in word by word
            (folder / name).write_text(text)
        super().__init__([path, "-F", str(folder), "-o"])

    def become_ready(self) -> None:
        """Wait until it answers."""
        self.wait_until(self._answers)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            return bool(self.ask("/info") is not None)
        return False

    def ask(self, path: str, message: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask its HTTP API."""
        body = None
        if message is not None:
            body = json.dumps(message | {"transaction": "test"}).encode()
        with urllib.request.urlopen(self._url + path, body, timeout=10.0) as answer:  # noqa: S310 - http
            found: dict[str, Any] = json.load(answer)
        return found

    def attach(self) -> str:
        """Return the path of a handle of the streaming plugin."""
        session = f"/{self.ask('', {'janus': 'create'})['data']['id']}"
        wanted = {"janus": "attach", "plugin": "janus.plugin.streaming"}
        return f"{session}/{self.ask(session, wanted)['data']['id']}"

    def event(self, handle: str, kind: str) -> dict[str, Any]:
        """Return the next event of a kind."""
        session = "/" + handle.split("/")[1]
        for _ in range(20):
            found = self.ask(f"{session}?maxev=1")
            if found["janus"] == kind:
                return found
        raise AssertionError(f"no {kind}")

    def age_ms(self) -> float:
        """How long ago RTP came to its mountpoint."""
        body = {"janus": "message", "body": {"request": "info", "id": MOUNTPOINT}}
        found = self.ask(self.attach(), body)["plugindata"]["data"]["info"]["media"][0]
        return float(found.get("age_ms", 1e9))

    def watch(self, page: Page) -> None:
        """Have a page listen."""
        handle = self.attach()
        self.ask(handle, {"janus": "message", "body": {"request": "watch", "id": MOUNTPOINT}})
        offer = self.event(handle, "event")["jsep"]["sdp"]
        answer = page.evaluate(LISTEN, [offer])
        started = {"janus": "message", "body": {"request": "start"}}
        self.ask(handle, started | {"jsep": {"type": "answer", "sdp": answer}})


@contextlib.contextmanager
def listener() -> Iterator[Page]:
    """An empty page of Debian's Chromium, that may make sound by itself."""
    with chromium(FLAGS, ignore_default_args=["--mute-audio"]) as browser:
        yield browser.new_page()


def heard(page: Page) -> dict[str, float]:
    """What it hears now: packets so far, frames that were filled in, pitch and level."""
    found: dict[str, float] = page.evaluate(HEARD)
    return found


def wait_until_heard(page: Page, hertz: float) -> None:
    """Wait until it hears a tone."""
    wait_for(lambda: abs(heard(page)["hertz"] - hertz) < 6.0 and heard(page)["level"] > 0.05)
