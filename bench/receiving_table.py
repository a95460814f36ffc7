"""The figures of receivers as Markdown: pure."""

import statistics

from bench.figures import of
from bench.markdown import rows, section, span
from bench.receiving import (
    FollowedCase,
    Following,
    Live,
    LiveRun,
    Losses,
    LossPath,
    ReceiverCpu,
)
from bench.receiving_limits import quantile, receiver_ratio
from bench.results import Results


def _followed(period: int, jitter: float, cases: list[FollowedCase]) -> list[str]:
    delays = [case.delay / 48 for case in cases]
    return [
        f"{period} frames, {jitter:g} ms",
        f"{1e3 * max(case.audio_s for case in cases):.0f}",
        span(delays, ".2f"),
        f"{max(case.spread for case in cases):.1f}",
        str(sum(case.missing for case in cases)),
        f"{max(case.step for case in cases):.3f}",
        f"{max(case.distortion_db for case in cases):.1f}",
        f"{100 * max(case.pitch for case in cases):.4f}",
        f"{max(case.drift_ppm for case in cases):.2f}",
    ]


def _following(following: Following) -> list[str]:
    groups: dict[tuple[int, float], list[FollowedCase]] = {}
    for case in following.cases:
        groups.setdefault((case.period, case.jitter_ms), []).append(case)
    drifts = sorted({case.ppm for case in following.cases})
    header = ["period, jitter", "audio after ms", "delay ms", "moves frames", "missing frames"]
    header += ["largest step", "THD+N dB", "pitch off %", "drift off after 20 s ppm"]
    table = [_followed(*key, cases) for key, cases in groups.items()]
    note = (
        f"{following.measured}. The compiled callback with simulated packets and clocks, "
        f"{following.minutes:g} minutes each, the worst of drifts of "
        f"{', '.join(f'{ppm:+g}' for ppm in drifts)} ppm. Jitter: packets come 0 to so many ms "
        "late, evenly. Step: over that of the tone. Delay, pitch and THD+N (of 1 kHz) after 20 s."
    )
    return section("Another clock, offline", header, table, note)


def _losses(losses: Losses) -> list[str]:
    lines = ["## A damaged stream", ""]
    titles = [path.title for path in losses.cases[0].paths]
    header = ["", *(f"{title}: silent + wrong ms" for title in titles)]
    table = [
        [case.title, *(f"{path.silent_ms:.0f} + {path.wrong_ms:.0f}" for path in case.paths)]
        for case in losses.cases
    ]
    lines += [*rows(header, *table), ""]
    header = ["", *(f"{title}: delay ms before, while, after" for title in titles)]
    table = [[case.title, *(_delays(path) for path in case.paths)] for case in losses.cases]
    lines += [*rows(header, *table), ""]
    header = ["jackrf's receiver says", "lost", "late", "concealed ms", "silent ms", "delay moved"]
    table = [
        [
            case.title,
            str(case.told.lost),
            str(case.told.late),
            f"{case.told.concealed_ms:.0f}",
            f"{case.told.silent_ms:.0f}",
            f"{case.told.shifts} times",
        ]
        for case in losses.cases
    ]
    note = (
        f"{losses.measured}. Noise up to 4 kHz from one server (48000 Hz, {losses.period} frames) "
        f"to another of another clock, through one relay that damages what it passes on, "
        f"{losses.seconds:g} s of each kind, all receivers at once. Silent: nothing was played; "
        "wrong: something else than was sent, concealment included, and what is played "
        "twice or beside its place. The delay after is 10 s after the end. What the servers lose "
        "themselves stands in the row `none`."
    )
    return [*lines, *rows(header, *table), "", note, ""]


def _delays(path: LossPath) -> str:
    """Return a path's delays in ms before, while and after; a dash where none was found."""
    found = (path.before_ms, path.delay_ms, path.after_ms)
    return ", ".join("-" if ms is None else f"{ms:.1f}" for ms in found)


def _cpu(cpu: ReceiverCpu) -> list[str]:
    table = []
    for title in cpu.rounds[0]:
        ours = title.startswith("jackrf")
        cells = [f"**{title}**" if ours else title]
        for rounds in (cpu.rounds, cpu.apart):
            cells.append(f"{statistics.median(turn[title] for turn in rounds):.1f}")
            cells.append("-" if ours else f"{receiver_ratio(rounds, title):.2f}")
        table.append(cells)
    note = (
        f"{cpu.measured}. One stereo stream of L16, 48 kHz, 128 frames: both ends on one server, "
        "where jackrf copies frames, and on two whose clocks differ, where it resamples, as zita-"
        f"n2j always does; the whole process, kernel included, {len(cpu.rounds)} turns of "
        f"{cpu.seconds:g} s; medians, and the median of the ratios within a round. JackTrip sends "
        "back as well."
    )
    header = ["receiver", "one clock, ms/s", "jackrf / it", "two clocks, ms/s", "jackrf / it"]
    return section("CPU time of receivers", header, table, note)


def _run(run: LiveRun) -> list[str]:
    table = []
    for path in run.paths:
        late = ["-", "-", "-"]
        if path.played:
            late = [f"{quantile(path, share):.2f}" for share in (0.5, 0.99, 1.0)]
        table.append(
            [
                f"**{path.title}**" if path.title.startswith("jackrf") else path.title,
                *late,
                f"{len(path.latency_ms)} of {path.played}" if path.played else "-",
                f"{path.dropouts} ({path.own_dropouts})",
                f"{path.silent_ms:.0f}",
                f"{path.clicks} ({path.own_clicks})",
            ]
        )
    header = ["", "p50 ms", "p99 ms", "largest ms", "chirps", "dropouts", "silent ms", "clicks"]
    near, far = run.rates
    note = (
        f"{run.seconds / 60:g} minutes. Frames per second that there really were: {near:.1f} and "
        f"{far:.1f}; cycles that the servers lost: {run.lost_cycles[0]} and {run.lost_cycles[1]}. "
        f"jackrf's receiver says: {run.concealed_ms:.1f} ms concealed, {run.silent_ms:.1f} ms "
        f"silent, {run.late} packets late, {run.shifts} shifts, delay {run.delay_ms:.2f} ms, drift "
        f"{run.drift_ppm:+.1f} ppm."
    )
    return [f"**{run.period} frames**", "", *rows(header, *table), "", note, ""]


def _live(live: Live) -> list[str]:
    lines = ["## Between two servers", ""]
    for run in live.runs:
        lines += _run(run)
    note = (
        f"{live.measured}. Dummy servers at 48000 and at 48005 (512 frames) or 48020 Hz (128), all "
        "paths at once, JackTrip with -q 4 and zita-n2j with its own 10 ms. A tone of 1 kHz with a "
        "chirp each 250 ms. In brackets: what is not within 0.1 s after a server lost a cycle."
    )
    return [*lines, note, ""]


def receivers(results: Results) -> list[str]:
    """Return the sections on receivers, as Markdown lines."""
    lines = of(results.live, _live) + of(results.following, _following)
    return lines + of(results.losses, _losses) + of(results.receiver_cpu, _cpu)
