"""What tests, demos and benchmarks are made with: a JACK server of one's own, callbacks offline."""

import ctypes
import os
import shutil
import signal
import subprocess
import threading
import time
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from jackrf.engine import Engine
from jackrf.errors import JackServerError
from jackrf.realtime import offline
from jackrf.realtime.context import address
from jackrf.receiver import Receiver

DUMMY_START_SECONDS = 10.0


class DummyJack:
    """A ``jackd -d dummy`` under a server name of its own, for the length of a ``with`` block.

    It needs no sound card, does not meet any other JACK server of the machine, and leaves
    no process behind, not even (where there is ``setpriv``) when its own is killed. Clients reach
    it by ``servername=dummy.name``.

    Args:
        name: the server's name; by default one that this process alone uses.
        samplerate: Hz.
        period: frames per period.
        port_max: how many ports the server allows.
    """

    def __init__(
        self,
        name: str | None = None,
        samplerate: int = 48000,
        period: int = 128,
        port_max: int = 1024,
    ) -> None:
        self.name = name or f"jackrf-dummy-{os.getpid()}"
        self.samplerate = samplerate
        self.period = period
        self.port_max = port_max
        self.process: subprocess.Popen[bytes] | None = None
        self._crashed = False

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which a program finds this server as its default."""
        return os.environ | {"JACK_DEFAULT_SERVER": self.name, "JACK_NO_START_SERVER": "1"}

    def start(self) -> None:
        """Start the server and wait until a client can connect.

        Raises:
            JackServerError: jackd is missing, or did not come up in 10 seconds.
        """
        jackd = shutil.which("jackd")
        if jackd is None:
            raise JackServerError("jackd is not installed: apt install jackd2")
        server = ["-n", self.name, "-p", str(self.port_max)]
        driver = ["-d", "dummy", "-r", str(self.samplerate), "-p", str(self.period)]
        self.process = subprocess.Popen(
            _ending_with_us([jackd, *server, *driver]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"JACK_NO_AUDIO_RESERVATION": "1"},
            start_new_session=True,
        )
        self._wait_until_ready(self.process)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + DUMMY_START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise JackServerError(
                    f"jackd -n {self.name} ended at once with code {process.returncode}: "
                    f"run `jackd -n {self.name} -d dummy` to see why"
                )
            if self._answers():
                return
            time.sleep(0.05)
        self.stop()
        raise JackServerError(f"jackd -n {self.name} did not come up in {DUMMY_START_SECONDS:g} s")

    def _answers(self) -> bool:
        check = ["jack_wait", "-s", self.name, "-c"]
        try:
            answer = subprocess.run(
                check, env=self.environment, capture_output=True, text=True, check=False, timeout=2
            )
        except subprocess.TimeoutExpired:
            return False
        return answer.stdout.strip() == "running"

    def stop(self, *, kill: bool = False) -> None:
        """Stop the server: politely, then for good; or with SIGKILL at once, as a crash does.

        JACK knows at most 8 servers of a user, and one that crashed counts until its name ends in
        order. The end of a ``with`` block sees to that.
        """
        if self.process is None:
            return
        self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._crashed = self.process.returncode < 0
        self.process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        if self._crashed:
            self.start()
            self.stop()


def _ending_with_us(command: list[str]) -> list[str]:
    """Return a command line whose program ends when this one does, even if that is killed.

    The kernel goes by the thread that starts it (PR_SET_PDEATHSIG, prctl(2)): of any but the main
    one nobody knows that it stays.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None or threading.current_thread() is not threading.main_thread():
        return command
    return [setpriv, "--pdeathsig", "TERM", "--", *command]


_OFFLINE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_int64)


class OfflineClient:
    """The compiled send callback on plain arrays: the same machine code, without JACK.

    Args:
        engine: as `jackrf.desk` makes it; its listeners' sockets are sent to for real.
        frame_time: JACK's frame time of the first period.
        now: monotonic ns of the first period; time passes with the frames.
    """

    def __init__(self, engine: Engine, frame_time: int = 0, now: int = 0) -> None:
        self.engine = engine
        self.frame_time = frame_time
        self.now = now
        self._call = _OFFLINE(offline.process_offline.address)

    def process(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run one period.

        Args:
            inputs: float32, shape (inputs, frames), C order; never written.

        Returns:
            What the local ports get, float32, shape (2 * mixes, frames): left and right of each.

        Raises:
            ValueError: the array is not what machine code can read.
        """
        self._check(inputs)
        engine = self.engine
        frames = inputs.shape[1]
        outputs = np.zeros((2 * len(engine.mixes), frames), np.float32)
        step = outputs.strides[0]
        engine.inputs["buffer_at"] = address(inputs) + inputs.strides[0] * np.arange(len(inputs))
        engine.mixes["left_at"] = address(outputs) + 2 * step * np.arange(len(engine.mixes))
        engine.mixes["right_at"] = engine.mixes["left_at"] + step
        self._call(engine.context_address, frames, self.frame_time, self.now)
        self.frame_time = (self.frame_time + frames) % 2**32
        self.now += frames * 1_000_000_000 // int(engine.context["samplerate"][0])
        return outputs

    def _check(self, inputs: NDArray[np.float32]) -> None:
        count, capacity = len(self.engine.inputs), int(self.engine.context["capacity"][0])
        if inputs.dtype != np.float32 or inputs.ndim != 2 or len(inputs) != count:
            raise ValueError(
                f"inputs are {inputs.dtype}, shape {inputs.shape}: "
                f"this engine takes float32, shape ({count}, frames)"
            )
        frames = inputs.shape[1]
        if not 0 < frames <= capacity:
            raise ValueError(f"a period of {frames} frames: this engine holds 1 to {capacity}")
        if inputs.size and frames > 1 and inputs.strides[1] != inputs.itemsize:
            raise ValueError("frames do not lie side by side: use numpy.ascontiguousarray")

    def run(self, inputs: NDArray[np.float32], period: int) -> NDArray[np.float32]:
        """Run many periods over long inputs, and return the long outputs, of whole periods."""
        blocks = [
            self.process(np.ascontiguousarray(inputs[:, start : start + period]))
            for start in range(0, inputs.shape[1] - period + 1, period)
        ]
        return np.concatenate(blocks, axis=1)


class OfflineListener:
    """The compiled receive callback on plain arrays; its socket is a real one.

    Args:
        receiver: with a bound, non-blocking datagram socket.
        frame_time: JACK's frame time of the first period.
        now: monotonic ns of the first period; time passes with the frames, and what is in the
            socket came just now.
    """

    def __init__(self, receiver: Receiver, frame_time: int = 0, now: int = 0) -> None:
        self.receiver = receiver
        self.frame_time = frame_time
        self.now = now
        self._call = _OFFLINE(offline.receive_offline.address)

    def process(self, frames: int) -> NDArray[Any]:
        """Run one period; return what is played, float32, shape (2, frames)."""
        heard = np.zeros((2, frames), np.float32)
        self.receiver.reception["left_at"] = address(heard)
        self.receiver.reception["right_at"] = address(heard) + heard.strides[0]
        self._call(self.receiver.context_address, frames, self.frame_time, self.now)
        self.frame_time = (self.frame_time + frames) % 2**32
        self.now += frames * 1_000_000_000 // int(self.receiver.reception["samplerate"][0])
        return heard
