"""PipeWire as a desktop has it, headless, with what docs/players.md has people configure."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.system.running import Program

CONFIGURATION = """\
context.properties = { core.daemon = true  core.name = pipewire-0  default.clock.rate = 48000 }
context.spa-libs = {
  audio.convert.* = audioconvert/libspa-audioconvert
  support.* = support/libspa-support
}
context.modules = [
  { name = libpipewire-module-protocol-native }
  { name = libpipewire-module-metadata }
  { name = libpipewire-module-spa-node-factory }
  { name = libpipewire-module-client-node }
  { name = libpipewire-module-client-device }
  { name = libpipewire-module-access }
  { name = libpipewire-module-adapter }
  { name = libpipewire-module-link-factory }
  { name = libpipewire-module-session-manager }
  RTP_SOURCE
]
context.objects = [
  { factory = spa-node-factory
    args = { factory.name = support.node.driver  node.name = Dummy-Driver
             node.group = pipewire.dummy  priority.driver = 20000 } }
]
"""


def documented() -> str:
    """The module that docs/players.md has people write, told to listen on loopback."""
    text = (Path(__file__).parents[2] / "docs" / "players.md").read_text()
    begin = text.index("{ name = libpipewire-module-rtp-source")
    module = text[begin : text.index("\n]\n", begin)]
    return module.replace("args = {", "args = { local.ifname = lo", 1)


@contextlib.contextmanager
def pipewire(folder: Path) -> Iterator[dict[str, str]]:
    """Run it with a session manager; give the environment in which its clients find it."""
    configuration = folder / "pipewire.conf"
    configuration.write_text(CONFIGURATION.replace("RTP_SOURCE", documented()))
    where = os.environ["XDG_RUNTIME_DIR"]
    environment = {"PIPEWIRE_RUNTIME_DIR": where, "XDG_STATE_HOME": str(folder)}
    command = ["pipewire", "-c", str(configuration)]
    manager = ["dbus-run-session", "--", "wireplumber"]
    with Program(command, environment) as server:
        server.wait_until((Path(where) / "pipewire-0").exists)
        with Program(manager, environment) as managing:
            yield environment
            # The bus ends when what runs on it does, and not by a signal of its own.
            for child in psutil.Process(managing.pid).children():
                if child.name() == "wireplumber":
                    child.terminate()
            managing.wait(10.0)
        server.stop(signal.SIGTERM)
