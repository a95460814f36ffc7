"""Figures as a receiver of some minutes has them."""

from dataclasses import replace

from jackrf.listening.figures import Figures

PLAYING = Figures(
    seconds=61.0,
    state="playing",
    output="jackrf-listen",
    samplerate=48000,
    period=128,
    stream={"ssrc": 7, "payload_type": 97, "sample_bytes": 3, "channels": 2, "rate": 48000},
    delay_ms=5.3,
    goal_ms=5.3,
    parts_ms={"period": 2.667, "jitter": 1.1, "resampler": 0.333},
    drift_ppm=-93.8,
    settled=True,
    jitter_ms=0.21,
    packets=22875,
    lost=3,
    late=1,
    concealed_ms=10.7,
    peak_db=(-12.3, -18.0),
)

BEFORE = [
    replace(
        PLAYING, seconds=float(n), delay_ms=4.0 + n % 5, concealed_ms=3.0 * (n // 20), packets=n
    )
    for n in range(60)
]
