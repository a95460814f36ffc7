"""What the benchmark says of receivers: recordings judged, a stream damaged, figures as tables.

`bench` is imported where it is used: the wheel, against which other tests run, does not carry it.
"""

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bench.results import Results
    from bench.side import Heard

pytestmark = pytest.mark.checkout

RATE = 48000
SECONDS = 6
LATE = 300
"""Frames by which what is heard is later than what is played."""


def side(track: NDArray[np.float32], wire: NDArray[np.float32], rate: float = RATE) -> "Heard":
    """A side that heard a track; its frames are counted from the same time on every side."""
    from bench.side import Heard

    frames = np.arange(0.0, len(track), 2400.0)
    return Heard(np.stack([wire, track]), 1000, 1000, frames, frames / rate * 1e9 + 5e9, RATE, 128)


def heard(sound: str) -> tuple["Heard", "Heard", NDArray[np.float32]]:
    """Both sides of a path that is a wire of LATE frames, and what the far one heard, to change."""
    from bench.sounds import SOUNDS

    played = SOUNDS[sound]().track[: SECONDS * RATE]
    late = np.concatenate([np.zeros(LATE, np.float32), played])[: len(played)]
    far = side(late, played)
    return side(late, played), far, far.audio[1]


def test_latency_is_found_between_two_clocks() -> None:
    """Each chirp is late by what it was delayed, whatever its place and the clock of its frames."""
    from bench.heard import latencies
    from bench.sounds import tone

    near, far, track = heard("tone")
    found, played = latencies(near, far, 1)
    assert played > 20
    assert found == pytest.approx(np.full(played, LATE / 48.0), abs=0.01)
    faster = side(track, tone().track[: len(track)], 1.0005 * RATE)
    at_a_faster_rate, _ = latencies(near, faster, 1)
    assert at_a_faster_rate[0] == pytest.approx(LATE / 48.0, abs=0.2)
    assert at_a_faster_rate[8] - at_a_faster_rate[0] == pytest.approx(-1.0, abs=0.1)


def test_dropouts_and_clicks_of_a_tone_are_found() -> None:
    """A silence of 40 frames is a dropout, a step is a click, and the chirps are neither."""
    from bench.heard import disturbances

    _, _, track = heard("tone")
    track = track[LATE:]
    clean = disturbances(track)
    assert (len(clean.dropouts), len(clean.clicks)) == (0, 0)
    track[100_000:100_040] = 0.0
    track[150_012:] = np.roll(track[150_012:], 24)
    found = disturbances(track)
    assert found.dropouts.tolist() == [[100_000, 40]] or found.dropouts[0, 1] >= 40
    assert len(found.dropouts) == 1
    assert any(abs(click - 150_012) < 256 for click in found.clicks)


def test_what_a_server_loses_is_not_the_paths_own() -> None:
    """A disturbance within 0.1 s after a lost cycle is the server's; all others are the path's."""
    from bench.heard import lost_cycles, own

    wire = np.ones(1000, np.float32)
    wire[100:228] = 0.0
    assert lost_cycles(wire).tolist() == [[100, 128]]
    found = np.array([0.9e9, 1.05e9, 1.2e9])
    assert own(found, np.array([1.0e9])) == 2
    assert own(found, np.zeros(0)) == 3


def test_what_comes_after_the_other_side_was_done_is_not_judged() -> None:
    """The side that plays is done a moment sooner or later than the one that hears."""
    from bench.live import judge

    near, far, track = heard("tone")
    track[:LATE] = track[4800 : 4800 + LATE]
    track[-1000:] = 0.0
    *_, path = judge(near, far, ["late"])
    assert (path.dropouts, path.silent_ms) == (0, 0.0)
    track[100_000:100_480] = 0.0
    *_, path = judge(near, far, ["late"])
    assert (path.dropouts, path.own_dropouts) == (1, 1)
    assert path.silent_ms == pytest.approx(10.0, abs=0.5)


def test_noise_is_followed_through_gaps_and_jumps() -> None:
    """What is silent and what is something else are told apart; the delay is known after a jump."""
    from bench.noise import follow

    near, far, track = heard("noise")
    track[100_000:100_960] = 0.0
    track[150_000:150_480] = track[149_520:150_000].copy()
    track[200_000:] = np.roll(track[200_000:], 96)
    found = follow(near, far, 1)
    start = far.times[0]
    assert found.delay(start + 0.5e9, start + 1.5e9) == pytest.approx(LATE / 48.0, abs=0.05)
    assert found.delay(start + 4.5e9, start + 5.5e9) == pytest.approx((LATE + 96) / 48.0, abs=0.05)
    assert found.silent.sum() - found.silent[0] == pytest.approx(960, abs=96)
    assert found.wrong.sum() == pytest.approx(480 + 96, abs=160)


@pytest.mark.parametrize(
    ("case", "lost", "latest"),
    [
        ("none", 0.0, 0.0),
        ("loss of 5 %", 0.05, 0.0),
        ("bursts of 20 ms", 0.02 / 1.7, 0.0),
        ("reordering by up to 5 packets", 0.0, 5 * 0.00267),
        ("jitter of 5 ms, normal", 0.0, 0.036),
        ("spikes of 50 ms", 0.0, 0.050),
    ],
)
def test_the_relay_does_the_damage_that_it_is_told(case: str, lost: float, latest: float) -> None:
    """So many packets are lost, and no other comes later than it should, or before it was sent."""
    import socket

    from bench.relay import Line

    with socket.socket() as one, socket.socket() as other:
        line = Line(one, other, 0, random.Random(1))  # noqa: S311 - no secret
        times = np.arange(20_000) * 128 / RATE
        fates = [line.fate(float(at), case, float(at)) for at in times]
    late = [due - at for due, at in zip(fates, times, strict=True) if due is not None]
    assert 1.0 - len(late) / len(times) == pytest.approx(lost, abs=0.006)
    assert min(late) >= 0.0
    assert max(late) == pytest.approx(latest, rel=0.2, abs=1e-9)


@pytest.mark.system
def test_what_goes_through_the_relay_comes_out() -> None:
    """In both directions, as it was."""
    import socket
    import subprocess
    import sys
    import tempfile
    from pathlib import Path

    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free,
    ):
        for end in (sender, receiver, free):
            end.bind(("127.0.0.1", 0))
            end.settimeout(20.0)
        front, to = free.getsockname()[1], receiver.getsockname()[1]
        free.close()
        command = [sys.executable, "-m", "bench.relay", str(Path(folder) / "damage")]
        with subprocess.Popen(
            [*command, f"{front}:{to}"], stdout=subprocess.PIPE, text=True
        ) as relay:
            assert relay.stdout is not None
            assert relay.stdout.readline() == "ready\n"
            sender.sendto(b"there", ("127.0.0.1", front))
            octets, back = receiver.recvfrom(100)
            receiver.sendto(octets + b" and back", back)
            assert sender.recv(100) == b"there and back"
            relay.terminate()


def figures() -> dict[str, Any]:
    """Made-up figures of receivers."""
    from bench.receiving import (
        FollowedCase,
        Following,
        Live,
        LivePath,
        LiveRun,
        LossCase,
        Losses,
        LossPath,
        ReceiverCpu,
        Told,
    )

    case = FollowedCase(
        ppm=300.0,
        jitter_ms=5.0,
        period=128,
        audio_s=0.2,
        spread=3.0,
        missing=0,
        late=0,
        shifts=1,
        step=1.0,
        distortion_db=-104.0,
        pitch=1e-5,
        drift_ppm=0.5,
        delay=240.0,
    )
    damaged = [
        LossPath(title=title, silent_ms=1, wrong_ms=200, delay_ms=6, before_ms=5, after_ms=after)
        for title, after in (("jackrf", 5.1), ("JackTrip, -q 4", None))
    ]

    def path(title: str, latency: float, clicks: int) -> LivePath:
        return LivePath(
            title=title,
            latency_ms=[latency] * 9 if latency else [],
            played=10 if latency else 0,
            dropouts=2,
            silent_ms=3.0,
            clicks=clicks,
            own_dropouts=0,
            own_clicks=0,
        )

    run = LiveRun(
        period=128,
        rates=[48000.0, 47990.0],
        lost_cycles=[1, 2],
        seconds=60,
        paths=[path("near", 0, 1), path("far", 0, 2), path("jackrf", 4.2, 4), path("zita", 11, 5)],
        concealed_ms=3.0,
        silent_ms=0.0,
        late=1,
        shifts=2,
        delay_ms=4.25,
        drift_ppm=-40.0,
    )
    return {
        "following": Following(minutes=10, cases=[case]),
        "losses": Losses(
            period=128,
            seconds=20,
            cases=[
                LossCase(
                    title="loss of 1 %",
                    rates=[48000.0, 47990.0],
                    paths=damaged,
                    told=Told(
                        concealed_ms=99.6, silent_ms=0.0, lost=38, late=1, shifts=0, streams=0
                    ),
                )
            ],
        ),
        "receiver_cpu": ReceiverCpu(
            seconds=4,
            rounds=[
                {"jackrf listen": 10.0, "zita-n2j": 20.0, "JackTrip": 15.0},
                {"jackrf listen": 12.0, "zita-n2j": 20.0, "JackTrip": 10.0},
            ],
            apart=[{"jackrf listen": 30.0, "zita-n2j": 20.0, "JackTrip": 15.0}],
        ),
        "live": Live(runs=[run]),
    }


def results() -> "Results":
    """Made-up results of receivers alone."""
    from bench.machine import Machine
    from bench.results import Results

    machine = Machine(
        processor="P", cores=2, kernel="6", virtual=True, realtime=True, versions={"jackrf": "0.1"}
    )
    return Results(machine=machine, **figures())


def test_receivers_are_judged() -> None:
    """By the worst clock, the delay that comes back, the median of ratios, and the wires beside."""
    from bench.summary import requirements

    judged = {found.what: (found.measured, found.holds) for found in requirements(results())}
    assert judged["1 clocks and links offline: delay moves after lock"] == ("3.00 frames", True)
    assert judged["1 clocks and links offline: frames missing"] == ("0", True)
    assert judged["1 clocks and links offline: THD+N of 1 kHz"] == ("-104.00 dB", True)
    assert judged["1 clocks and links offline: drift off after 20 s"] == ("0.50 ppm", True)
    assert judged["delay 10 s after any damage, above what it was"] == ("0.10 ms", True)
    assert judged["times that damage made the stream begin anew"] == ("0", True)
    assert judged["CPU, one clock, jackrf listen / zita-n2j"] == ("0.55", True)
    assert judged["CPU, one clock, jackrf listen / JackTrip"] == ("0.93", True)
    assert judged["CPU, two clocks, jackrf listen / zita-n2j"] == ("1.50", False)
    assert judged["two servers at 128: latency p50"] == ("4.20 ms", True)
    assert judged["two servers at 128: clicks, no more than on both wires"] == ("4", False)


def test_receivers_have_their_tables() -> None:
    """A row for each path, and what is silent and what is wrong for each receiver."""
    from bench.table import markdown

    page = markdown(results())
    assert "| **jackrf** | 4.20 | 4.20 | 4.20 | 9 of 10 | 2 (0) | 3 | 4 (0) |" in page
    assert "| near | - | - | - | - | 2 (0) | 3 | 1 (0) |" in page
    assert "| loss of 1 % | 1 + 200 | 1 + 200 |" in page
    assert "| loss of 1 % | 5.0, 6.0, 5.1 | 5.0, 6.0, - |" in page
    assert "| loss of 1 % | 38 | 1 | 100 | 0 | 0 times |" in page
    assert "| 128 frames, 5 ms | 200 | 5.00 to 5.00 | 3.0 | 0 | 1.000 | -104.0 |" in page
    assert "| **jackrf listen** | 11.0 | - | 30.0 | - |" in page
    assert "| JackTrip | 12.5 | 0.93 | 15.0 | 2.00 |" in page
