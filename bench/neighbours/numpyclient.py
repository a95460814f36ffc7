"""The job of jackrf as a plain Python callback on numpy arrays: what one would write first.

``python -m bench.neighbours.numpyclient N M BASEPORT [--server NAME] [--name NAME]``; the same
arguments, the same mix and the same line of JSON on SIGTERM as `mixclient.c`.
"""

import argparse
import json
import signal
import socket
import struct
import time
from typing import Any, Final

import jack
import numpy as np
from numpy.typing import NDArray

from bench.cases import Case, matrix

PACKET_FRAMES: Final = (1280 - 12) // 4
CEILING: Final = 10 ** (-1 / 20)
RAMP_SECONDS: Final = 0.020
RELEASE_SECONDS: Final = 0.2
PAYLOAD_TYPE: Final = 96

Audio = NDArray[np.float32]


class Radio:
    """One mix on its way to its listener.

    Args:
        number: of the mix, from 0.
        port: UDP port on 127.0.0.1.
    """

    def __init__(self, number: int, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))
        self._ssrc = 0x4A530000 + number
        self._sequence = 0
        self._marker = 0
        self.sent = 0
        self.dropped = 0

    def send(self, stereo: Audio, frame_time: int) -> None:
        """Send a period, shape (2, frames), as L16, in equal packets of at most 1280 bytes."""
        scaled = np.clip(np.rint(stereo * 32768.0), -32768, 32767)
        payload = scaled.T.astype(">i2")
        frames = len(payload)
        packets = -(-frames // PACKET_FRAMES)
        size = -(-frames // packets)
        for start in range(0, frames, size):
            self._send_packet(payload[start : start + size].tobytes(), frame_time + start)

    def _send_packet(self, payload: bytes, timestamp: int) -> None:
        kind = self._marker << 7 | PAYLOAD_TYPE
        numbers = (0x80, kind, self._sequence, timestamp & 0xFFFFFFFF, self._ssrc)
        try:
            self._socket.send(struct.pack(">BBHII", *numbers) + payload, socket.MSG_DONTWAIT)
        except OSError:
            self.dropped += 1
            self._marker = 1
        else:
            self.sent += 1
            self._sequence = (self._sequence + 1) & 0xFFFF
            self._marker = 0


class NumpyClient:
    """A JACK client that mixes with numpy in a Python callback.

    Args:
        case: how many inputs and mixes.
        base_port: UDP port of the first mix.
        server: name of the JACK server.
        name: name of the client.
    """

    def __init__(self, case: Case, base_port: int, server: str, name: str) -> None:
        self.client = jack.Client(name, servername=server, no_start_server=True)
        self._inputs = [self.client.inports.register(f"in_{n + 1:02}") for n in range(case.inputs)]
        self._outputs = [
            self.client.outports.register(f"mix_{n + 1:02}_{side}", is_terminal=True)
            for n in range(case.mixes)
            for side in "lr"
        ]
        self._radios = [Radio(n, base_port + 2 * n) for n in range(case.mixes)]
        self._target = matrix(case).astype(np.float32)
        self._gains = np.zeros_like(self._target)
        self._limits = np.ones(case.mixes, np.float32)
        self._input_peaks = np.zeros(case.inputs, np.float32)
        self._mix_peaks = np.zeros(2 * case.mixes, np.float32)
        self._bad_samples = 0
        self._xruns = 0
        self._durations: list[int] = []
        self.client.set_process_callback(self._process)
        self.client.set_xrun_callback(self._count_xrun)

    def _count_xrun(self, _: float) -> None:
        self._xruns += 1

    def _process(self, frames: int) -> None:
        start = time.perf_counter_ns()
        sources = self._take_inputs()
        mixed = self._mix(sources, frames)
        self._limit(mixed, frames)
        frame_time = self.client.last_frame_time
        for row, port in zip(mixed, self._outputs, strict=True):
            port.get_array()[:] = row
        for number, radio in enumerate(self._radios):
            radio.send(mixed[2 * number : 2 * number + 2], frame_time)
        self._durations.append(time.perf_counter_ns() - start)

    def _take_inputs(self) -> Audio:
        sources = np.stack([port.get_array() for port in self._inputs])
        finite = np.isfinite(sources)
        if not finite.all():
            self._bad_samples += int(np.count_nonzero(~finite))
            sources[~finite] = 0.0
        self._input_peaks = np.abs(sources).max(axis=1)
        return sources

    def _mix(self, sources: Audio, frames: int) -> Audio:
        if np.array_equal(self._gains, self._target):
            steady: Audio = self._gains @ sources
            return steady
        step = self._target / (RAMP_SECONDS * self.client.samplerate)
        line = np.arange(frames, dtype=np.float32)
        ramp = self._gains[:, :, None] + step[:, :, None] * line
        np.minimum(ramp, self._target[:, :, None], out=ramp)
        self._gains = np.minimum(self._gains + step * frames, self._target)
        mixed: Audio = np.einsum("mif,if->mf", ramp, sources)
        return mixed

    def _limit(self, mixed: Audio, frames: int) -> None:
        peaks = np.abs(mixed).max(axis=1)
        loudest = peaks.reshape(-1, 2).max(axis=1)
        need = np.minimum(1.0, CEILING / np.maximum(loudest, CEILING))
        release = frames / (RELEASE_SECONDS * self.client.samplerate)
        gains = np.minimum(need, self._limits + release)
        for number in np.flatnonzero((gains < 1.0) | (self._limits < 1.0)):
            line = np.linspace(self._limits[number], gains[number], frames)
            pair = mixed[2 * number : 2 * number + 2]
            np.clip(pair * line, -CEILING, CEILING, out=pair)
            peaks[2 * number : 2 * number + 2] = np.abs(pair).max(axis=1)
        self._limits = gains
        self._mix_peaks = peaks

    def statistics(self) -> dict[str, Any]:
        """Return what the client counted, as `mixclient.c` prints it."""
        microseconds = np.array(self._durations or [0]) / 1e3
        quantiles = np.quantile(microseconds, [0.5, 0.99, 0.999, 1.0])
        names = ("p50", "p99", "p99_9", "max")
        return {
            "cycles": len(self._durations),
            "xruns": self._xruns,
            "bad_samples": self._bad_samples,
            "sent": sum(radio.sent for radio in self._radios),
            "dropped": sum(radio.dropped for radio in self._radios),
            "callback_us": {
                name: round(float(value), 1) for name, value in zip(names, quantiles, strict=True)
            },
        }


def main() -> None:
    """Mix until SIGTERM or SIGINT, then print one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.neighbours.numpyclient")
    parser.add_argument("inputs", type=int)
    parser.add_argument("mixes", type=int)
    parser.add_argument("base_port", type=int)
    parser.add_argument("--server", default="default")
    parser.add_argument("--name", default="numpyclient")
    options = parser.parse_args()
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    case = Case(options.inputs, options.mixes)
    numpy_client = NumpyClient(case, options.base_port, options.server, options.name)
    with numpy_client.client:
        signal.sigwait(ends)
    print(json.dumps(numpy_client.statistics()))


if __name__ == "__main__":
    main()
