"""What is played in the system tests, and the session that it is played into."""

import numpy as np

from tests.system.instruments import Audio, Recorder, wait_for

VOICE = """\
format = 1
name = "One voice"

[inputs.voice]
name = "Voice"
connect = ["player:out_1"]

[mixes.ear]
name = "Ear"
send_to = [{urls}]
[mixes.ear.sends]
voice = {{ gain = 0.0, pan = -1.0 }}
"""

TONE_LEVEL = 0.25
"""Amplitude of `tone`."""


def one_voice(*ports: int) -> str:
    """Return a session whose mix has on its left side what the input has, sent to these ports."""
    return VOICE.format(urls=", ".join(f'"udp://127.0.0.1:{port}"' for port in ports))


def tone() -> Audio:
    """Return a sine of 100 Hz at 48 kHz to be looped, shape (1, 480)."""
    cycle = np.sin(2 * np.pi * np.arange(480) / 480)
    return np.float32(TONE_LEVEL) * cycle[np.newaxis].astype(np.float32)


def constant(level: float = 0.5) -> Audio:
    """Return a constant to be looped, which shows every gain as it is; shape (1, 8192)."""
    return np.full((1, 8192), level, np.float32)


def level(recorder: Recorder, seconds: float = 0.1) -> float:
    """Return the peak amplitude on the recorder's first port during some time from now on."""
    return float(np.abs(recorder.record(seconds).audio[0]).max())


def wait_until_heard(recorder: Recorder, wanted: float = TONE_LEVEL, seconds: float = 10.0) -> None:
    """Wait until a tone of that peak is heard on the recorder's first port."""
    wait_for(lambda: recorder.connect() and abs(level(recorder) - wanted) < 0.01, seconds)


def wait_until_silent(recorder: Recorder) -> None:
    """Wait until nothing at all is heard on the recorder's first port."""
    wait_for(lambda: level(recorder) == 0.0)
