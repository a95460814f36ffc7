"""PipeWire without a sound card or a desktop: its server, its session manager, one null sink."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Self

from tests.system.instruments import wait_for

SINK = """\
context.properties = { default.clock.rate = 48000 }
context.objects = [ { factory = adapter, args = {
    factory.name = support.null-audio-sink, node.name = studio, media.class = Audio/Sink,
    audio.position = [ FL FR ] } } ]
"""

PROGRAMS = ("dbus-run-session", "pipewire", "wireplumber", "pw-metadata", "pw-jack")

PROGRAMS_IN_ORDER = """
rm -f "$PIPEWIRE_RUNTIME_DIR/pipewire-0"
pipewire &
until [ -S "$PIPEWIRE_RUNTIME_DIR/pipewire-0" ]; do sleep 0.05; done
exec wireplumber
"""
"""The session manager ends at once where PipeWire is not there yet, or what was killed left its
socket."""


class PipeWire:
    """Runs for the length of a ``with`` block, in the runtime folder of the test.

    Args:
        folder: where its configuration is written.
    """

    def __init__(self, folder: Path) -> None:
        self._configuration = folder / "pipewire"
        shutil.copytree("/usr/share/pipewire", self._configuration)
        drop_in = self._configuration / "pipewire.conf.d"
        drop_in.mkdir(exist_ok=True)
        (drop_in / "studio.conf").write_text(SINK)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which its own programs and ``pw-jack`` find it."""
        return os.environ | {
            "PIPEWIRE_CONFIG_DIR": str(self._configuration),
            "PIPEWIRE_RUNTIME_DIR": os.environ["XDG_RUNTIME_DIR"],
        }

    def start(self) -> None:
        """Start everything and wait until JACK's programs see the null sink."""
        self._process = subprocess.Popen(
            ["dbus-run-session", "--", "sh", "-c", PROGRAMS_IN_ORDER],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(lambda: "studio:playback_FL" in self.jack("jack_lsp"))

    def jack(self, *command: str) -> str:
        """Run a program on PipeWire's libjack; return what it printed."""
        done = subprocess.run(
            ["pw-jack", *command],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
        return done.stdout

    def force_quantum(self, frames: int) -> None:
        """Change the period for everybody, as ``pw-metadata`` does; 0 lets PipeWire choose."""
        subprocess.run(
            ["pw-metadata", "-n", "settings", "0", "clock.force-quantum", str(frames)],
            env=self.environment,
            capture_output=True,
            check=True,
            timeout=20,
        )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End all of it."""
        process, self._process = self._process, None
        if process is None:
            return
        os.killpg(process.pid, number)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
