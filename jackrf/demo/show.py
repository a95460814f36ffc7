"""``jackrf demo``: the whole way from a band's instruments to a listener's ears, on one machine."""

import secrets
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.text import Text

from jackrf.control import ControlClient
from jackrf.demo import band
from jackrf.demo.findings import Findings, examine
from jackrf.demo.measure import FLOOR_DB, FaderMove
from jackrf.demo.recorder import Recording
from jackrf.demo.report import report, subtitle
from jackrf.demo.script import CLIENT, INSTRUMENT, MIX, fader_gain, write_session
from jackrf.demo.song import BANDS
from jackrf.demo.stage import Stage
from jackrf.demo.view import view
from jackrf.errors import InputError, JackrfError
from jackrf.sessions.session import Session
from jackrf.sessions.shipped import shipped_session

Status = Mapping[str, Any]

SESSION: Final = "band.toml"
_EARS: Final = ["jackrf-listen:out_1", "jackrf-listen:out_2"]
_BAND: Final = [f"{band.NAME}:{instrument}" for instrument in BANDS]

_MOVES_PER_SECOND: Final = 30
_MOVES_PER_VIEW: Final = 3
_SETTLING_SECONDS: Final = 1.5
"""From the first packet until the mix has faded in and all is steady."""
_SPARE_SECONDS: Final = 10.0
"""Room in the recording for what comes before and after the show."""


@dataclass(frozen=True, slots=True)
class Show:
    """What was played, asked and counted."""

    first_frame: int
    last_frame: int
    """JACK frame times between which the show ran."""
    move_frames: NDArray[np.float64]
    """JACK frame times at which the fader was moved."""
    move_gains: NDArray[np.float64]
    """Where it was moved to, in dB; `FLOOR_DB` for off."""
    before: Status
    after: Status
    """Status of jackrf at the beginning and at the end."""


def demo(folder: Path, *, seconds: float) -> None:
    """Let a band play through jackrf, and write and print what its drummer heard.

    Args:
        folder: for `demo.wav` and `demo.png`; made if it is not there.
        seconds: how long the band is heard, at least 5.

    Raises:
        JackrfError: something is missing or failed, or the recording does not show what it
            should: sound, a steady latency, an instrument that follows its fader.
    """
    _require("matplotlib", "soundfile")
    _prepare(folder)
    console = Console()
    with Stage() as stage:
        url = f"udp://127.0.0.1:{_free_port()}"
        session = write_session(stage.folder / SESSION, url)
        with ControlClient(CLIENT) as control:
            with _waiting(console, "Starting a JACK server, a band, jackrf and a listener ..."):
                _start(stage, control, url)
            recording, show = _record(stage, control, console, seconds)
        stage.stop_all()
    with _waiting(console, "Measuring what was heard ..."):
        recording = recording.between(show.first_frame, show.last_frame)
        findings = _examine(folder, recording, show, session)
        _draw(folder, findings, show, session)
    for label, text in report(findings, show.before, show.after, MIX):
        _say(console, label, text)
    missed = int(recording.missed[:, 1].sum())
    if missed:
        _say(console, "recorder", f"missed {missed:,} frames, which are silence in the WAV")
    _say(console, "files", f"{folder / 'demo.wav'}, {folder / 'demo.png'}")
    _say(console, "next", f"jackrf run {_near(shipped_session('band'))}, with JACK running")
    _say(console, "", "jackrf doctor, to see what this machine can do for a low latency")


def _require(*modules: str) -> None:
    for module in modules:
        try:
            import_module(module)
        except (ImportError, OSError) as error:
            raise JackrfError(
                f"the demo needs {module} ({error}): pip install 'jackrf[demo]'"
            ) from None


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("demo.wav", "demo.png"):
            (folder / name).unlink(missing_ok=True)
            (folder / name).touch()
            (folder / name).unlink()
    except OSError as error:
        raise InputError(
            f"cannot write to {folder}: {error.strerror}; choose a folder with --out"
        ) from None


def _free_port() -> int:
    """Return a port for RTP; it, the next one for RTCP and the one after it for OSC are free.

    They are of those that the kernel gives to nobody by itself: they stay free until they are used.
    """
    while True:
        port = 20_000 + 4 * secrets.randbelow(3000)
        with ExitStack() as opened, suppress(OSError):
            for one in range(port, port + 3):
                probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                opened.enter_context(probe).bind(("127.0.0.1", one))
            return port


def _start(stage: Stage, control: ControlClient, url: str) -> None:
    stage.start("jackrf.demo.band")
    stage.wait_for_ports(*_BAND)
    stage.start("jackrf", "run", str(stage.folder / SESSION), "--name", CLIENT)
    stage.start("jackrf", "listen", url)
    stage.wait_for_ports(*_EARS)
    stage.wait_until(lambda: _is_sending(control), "the first packet")


def _is_sending(control: ControlClient) -> bool:
    try:
        listeners = _status(control)["mixes"][MIX]["listeners"]
    except JackrfError:  # jackrf is still starting
        return False
    return any(listener["sent"] for listener in listeners)


def _record(
    stage: Stage, control: ControlClient, console: Console, seconds: float
) -> tuple[Recording, Show]:
    file = stage.folder / "recording.npz"
    room = str(seconds + _SPARE_SECONDS)
    stage.start("jackrf.demo.recorder", "--out", str(file), "--seconds", room, *_EARS, *_BAND)
    stage.wait_for_ports("jackrf-recorder:in_1")
    time.sleep(_SETTLING_SECONDS)
    show = _play(stage, control, console, seconds)
    stage.check()
    stage.stop_last()
    return Recording.load(file), show


def _play(stage: Stage, control: ControlClient, console: Console, seconds: float) -> Show:
    before = _status(control)
    first_frame, start = stage.frame_time, time.monotonic()
    moves = []
    gain = fader_gain(0.0)
    with view(console) as draw:
        while (elapsed := time.monotonic() - start) < seconds:
            gain = fader_gain(elapsed / seconds)
            moves.append((stage.frame_time, gain))
            asked = None if gain == FLOOR_DB else gain
            control.request({"do": "set", "mix": MIX, "input": INSTRUMENT, "gain": asked})
            if len(moves) % _MOVES_PER_VIEW == 1:
                stage.check()
                draw(_status(control), gain, elapsed / seconds)
            time.sleep(max(0.0, start + len(moves) / _MOVES_PER_SECOND - time.monotonic()))
        after = _status(control)
        draw(after, gain, 1.0)
    frames, gains = np.array(moves, np.float64).T
    return Show(first_frame, stage.frame_time, frames, gains, before, after)


def _status(control: ControlClient) -> dict[str, Any]:
    status = control.request({"do": "status"})
    if not isinstance(status, dict):
        raise JackrfError(f"jackrf gave no status but {status!r}")
    return status


@contextmanager
def _waiting(console: Console, text: str) -> Iterator[None]:
    """Say what is going on; on a terminal for as long as it does."""
    if console.is_terminal:
        with console.status(text):
            yield
    else:
        console.print(text)
        yield


def _examine(folder: Path, recording: Recording, show: Show, session: Session) -> Findings:
    import soundfile

    heard = recording.channels(_EARS)
    soundfile.write(folder / "demo.wav", heard.T, recording.samplerate, subtype="PCM_24")
    seconds = (show.move_frames - recording.first_frame) / recording.samplerate
    return examine(
        heard,
        recording.channels(_BAND),
        recording.samplerate,
        recording.period,
        fader_name=INSTRUMENT,
        fader=FaderMove(seconds, show.move_gains),
        other_gain=session.inputs[INSTRUMENT].trim + session.mixes[MIX].gain,
    )


def _draw(folder: Path, findings: Findings, show: Show, session: Session) -> None:
    from jackrf.demo.plot import plot

    title = f"The {session.mixes[MIX].name} mix, as its listener heard it"
    plot(
        folder / "demo.png",
        findings,
        title=title,
        subtitle=subtitle(findings, show.before, show.after, MIX),
    )


def _say(console: Console, label: str, text: str) -> None:
    console.print(Text.assemble((f"{label:<9}", "bold"), text), soft_wrap=True)


def _near(path: Path) -> Path:
    """Return the path as seen from here, if it is below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
