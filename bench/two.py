"""Two JACK servers, the paths from one to the other, and what is played and heard at their ends."""

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.clients import MODULE
from bench.place import free_ports
from bench.programs import Program
from bench.side import Heard
from jackrf.testing import DummyJack

READY_SECONDS = 60.0
GSTREAMER_MS = 10
"""docs/players.md has this as the usual one."""


def _is_ready(program: Program) -> bool:
    return "ready" in program.printed


@dataclass(frozen=True, slots=True)
class Two:
    """Two servers in one place.

    Attributes:
        near: where the sender is.
        far: where the receivers are.
        folder: for sessions, control sockets and recordings.
        base_port: the first of as many free UDP ports as `bench.place.free_ports` finds.
        programs: all that `program` returned.
    """

    near: DummyJack
    far: DummyJack
    folder: Path
    base_port: int
    programs: list[Program] = field(default_factory=list)

    def program(self, command: list[str], server: DummyJack) -> Program:
        """Return a program on one of the servers, not started."""
        alone = {"XDG_RUNTIME_DIR": str(self.folder), "PYTHONUNBUFFERED": "1"}
        self.programs.append(Program(command, server.environment | alone))
        return self.programs[-1]

    def tell_all_to_end(self) -> None:
        """Have all programs end at once: together they take no longer than the slowest."""
        for program in self.programs:
            program.tell_to_end()

    def hear(
        self,
        paths: "Sequence[Way]",
        sound: str,
        seconds: float,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> tuple[Heard, Heard]:
        """Play a sound into all paths and record their ends, for so long.

        Args:
            paths: that are running.
            sound: a key of `bench.sounds.SOUNDS`.
            seconds: how long.
            meanwhile: called as soon as both sides record.

        Returns:
            What the near side heard (its wire alone), and the far side: its wire, then each path.
        """
        into = [argument for way in paths for argument in ("--into", way.source)]
        hearing = [argument for way in paths for argument in ("--hear", way.sink)]
        with ExitStack() as stack:
            files, sides = [], []
            for server, ports in ((self.near, into), (self.far, hearing)):
                files.append(self.folder / f"{server.name}.npz")
                command = [*MODULE, "bench.side", server.name, str(files[-1])]
                side = self.program([*command, str(seconds), sound, *ports], server)
                sides.append(stack.enter_context(side))
            for side in sides:
                side.wait_until(partial(_is_ready, side), "it was connected")
            for file in files:
                Path(f"{file}.go").touch()
            meanwhile()
            for side, file in zip(sides, files, strict=True):
                side.wait_until(file.exists, "it had heard", seconds + READY_SECONDS)
        near, far = (Heard.read(file) for file in files)
        for file in files:
            file.unlink()
            Path(f"{file}.go").unlink()
        return near, far


@dataclass(frozen=True, slots=True)
class Way:
    """A path from one server to the other.

    Attributes:
        title: how it is called.
        source: the input port that takes the sound, on the first server.
        sink: the output port at which it is heard, on the second.
        sender: a command that runs on the first server; none where another path's sends, too.
        receiver: and one that runs on the second.
    """

    title: str
    source: str
    sink: str
    sender: list[str]
    receiver: list[str]

    def start(self, two: Two, stack: ExitStack) -> Program:
        """Start both ends, the receiver first; return the receiver."""
        receiver = stack.enter_context(two.program(self.receiver, two.far))
        if self.sender:
            stack.enter_context(two.program(self.sender, two.near))
        return receiver


def _session(two: Two, to: Sequence[int]) -> Path:
    """Write a session whose one input goes to the left of one mix as it is."""
    path = two.folder / "two.toml"
    urls = json.dumps([f"udp://127.0.0.1:{port}" for port in to])
    path.write_text(
        f'format = 2\nname = "Two"\n[osc]\nport = {two.base_port + 60}\n'
        f'[inputs.one]\nname = "One"\n[mixes.one]\nname = "One"\nsend_to = {urls}\n'
        "[mixes.one.sends]\none = { gain = 0.0, pan = -1.0 }\n"
    )
    return path


def jackrf(two: Two, to: Sequence[int], at: int) -> Way:
    """Return jackrf's path.

    Args:
        two: where.
        to: UDP ports that the sender sends to.
        at: UDP port at which the receiver listens.
    """
    run = ["run", str(_session(two, to)), "--server", two.near.name, "--name", "bench-run"]
    listen = ["listen", f"udp://127.0.0.1:{at}", "--server", two.far.name, "--json"]
    return Way(
        "jackrf",
        "bench-run:in_01",
        "bench-listen:out_1",
        [*MODULE, "jackrf", *run],
        [*MODULE, "jackrf", *listen, "--name", "bench-listen", "--connect", ""],
    )


def jacktrip(to: int, at: int, back: int) -> Way:
    """Return JackTrip's path; its receiver sends silence back, to port `back`."""
    common = ["-n", "2", "-q", "4", "-D"]
    server = ["jacktrip", "-s", "-J", "bench-far", "-B", str(at), "-P", str(back), *common]
    client = ["-c", "127.0.0.1", "-J", "bench-near", "-B", str(back), "-P", str(to)]
    ends = "bench-near:send_1", "bench-far:receive_1"
    return Way("JackTrip, -q 4", *ends, ["jacktrip", *client, *common], server)


def zita(two: Two, to: int, at: int) -> Way:
    """Return zita-njbridge's path."""
    near, far = ["--jserv", two.near.name], ["--jserv", two.far.name]
    j2n = ["zita-j2n", "--jname", "bench-j2n", *near, "--16bit", "127.0.0.1", str(to)]
    n2j = ["zita-n2j", "--jname", "bench-n2j", *far, "127.0.0.1", str(at)]
    return Way("zita-njbridge", "bench-j2n:in_1", "bench-n2j:out_1", j2n, n2j)


def gstreamer(two: Two, at: int) -> Way:
    """Return the path from jackrf's sender, which `jackrf` starts, to GStreamer's jitter buffer."""
    caps = "application/x-rtp,media=audio,clock-rate=48000,encoding-name=L16,channels=2,payload=96"
    pipeline = f"udpsrc port={at} caps={caps} ! rtpjitterbuffer latency={GSTREAMER_MS}"
    pipeline += " ! rtpL16depay ! audioconvert ! audioresample ! jackaudiosink name=sink"
    pipeline += f" client-name=bench-gst connect=none server={two.far.name}"
    pipeline += " buffer-time=10000 latency-time=2500 processing-deadline=0"
    title = f"GStreamer, latency={GSTREAMER_MS}"
    command = ["gst-launch-1.0", "-q", *pipeline.split()]
    return Way(title, "bench-run:in_01", "bench-gst:out_sink_1", [], command)


@contextmanager
def open_two(period: int, rate: int) -> Iterator[Two]:
    """Start both servers, of 48 kHz and of another rate, for the length of a ``with`` block."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="jackrf-bench-"))
        near, far = (
            stack.enter_context(DummyJack(f"bench-{side}-{os.getpid()}", hertz, period))
            for side, hertz in (("near", 48000), ("far", rate))
        )
        yield Two(near, far, Path(folder), free_ports())
