"""The results as Markdown: pure, from what `bench.results` holds."""

import statistics

from bench.figures import of
from bench.listening_table import tables
from bench.markdown import rows, section, span
from bench.receiving_table import receivers
from bench.relays_table import of_relays
from bench.results import (
    Age,
    Cpu,
    CpuCase,
    FirstPacket,
    Interference,
    Latency,
    Listeners,
    Path_,
    Results,
    Soak,
)
from bench.summary import (
    callback,
    cpu_ms,
    cpu_ratio,
    growth_kib,
    kind_of,
    labels,
    most_listeners,
    periods,
    requirements,
    turns,
)
from bench.web_table import browsers

NONE = "-"

BEGIN, END = "<!-- bench:start -->\n", "<!-- bench:end -->"
"""Between these the README has its table."""

ROLES = {
    "jackrf": "**jackrf**",
    "C": "C, `gcc -O3 -march=native`",
    "zita-j2n": "zita-j2n, `--16bit` (does not mix)",
    "numpy": "numpy in a Python callback",
}

LOADS = {
    "idle": "idle",
    "busy": "a busy Python thread inside jackrf",
    "beside": "the same load in another process",
}


def what_must_hold(results: Results) -> list[str]:
    """Return the table of limits, as Markdown lines; none where nothing was measured."""
    found = requirements(results)
    if not found:
        return []
    lines = [(r.what, r.limit, r.measured, "yes" if r.holds else "**no**") for r in found]
    return rows(("", "limit", "measured", "holds"), *lines)


def in_readme(readme: str, results: Results) -> str:
    """Return the README with the table of limits between its two marks."""
    before, mark, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    return "".join((before, mark, *(f"{line}\n" for line in what_must_hold(results)), end, after))


def _client(case: CpuCase, label: str, period_us: float) -> list[str]:
    quantiles = callback(case, label)
    durations = [NONE] * 4
    if quantiles is not None:
        share = f"{quantiles.p50 / period_us * 100:.1f} %"
        durations = [f"{q:.0f}" for q in (quantiles.p50, quantiles.p99, quantiles.p99_9)] + [share]
    every = turns(case, label)
    packets = statistics.median(turn.packets_per_second for turn in every)
    ratio = NONE if label == "jackrf" else f"{cpu_ratio(case, label):.2f}"
    counted = [f"{packets:.0f}", str(len(every))]
    return [ROLES.get(label, label), f"{cpu_ms(case, label):.1f}", ratio, *durations, *counted]


def _cpu(cpu: Cpu) -> list[str]:
    header = [
        "client",
        "CPU ms/s",
        "jackrf / it",
        "p50 µs",
        "p99 µs",
        "p99.9 µs",
        "p50 of period",
        "packets/s",
        "turns",
    ]
    lines = ["## CPU time and callback", ""]
    for case in cpu.cases:
        table = [_client(case, label, cpu.period_us) for label in labels(case)]
        lines += [f"**{case.title}, one UDP listener each**", "", *rows(header, *table), ""]
    note = (
        f"{cpu.measured}. Each client on its own, in turns of {cpu.seconds:g} s, with noise at all "
        "inputs, every send open, and all packets taken. CPU time is that of the whole process, "
        "kernel included. Figures are medians over the turns; a ratio is the median of the ratios "
        "within each round. zita-j2n sends its inputs as one stream of as many channels."
    )
    return [*lines, note, ""]


def _path(latency: Latency, path: Path_) -> list[str]:
    lost = path.sent - len(path.frames)
    if not path.frames:
        return [path.title, NONE, NONE, NONE, NONE, f"{lost} of {path.sent}"]
    middle = statistics.median(path.frames)
    return [
        f"**{path.title}**" if path.title.startswith("jackrf") else path.title,
        f"{middle:.0f}",
        f"{periods(latency, path):.2f}",
        f"{middle / latency.samplerate * 1e3:.2f}",
        span(path.frames, "d"),
        f"{lost} of {path.sent}",
    ]


def _latency(latency: Latency) -> list[str]:
    header = ["path", "frames", "periods", "ms", "lowest to highest", "lost"]
    table = [_path(latency, path) for path in latency.paths]
    note = (
        f"{latency.measured}. Median, from a JACK port through the network (loopback) to a JACK "
        f"port of the same server, {latency.samplerate} Hz, {latency.period} frames a period. "
        "JACK's own capture and playback latency comes on top for all alike."
    )
    return section("Latency on one server", header, table, note)


def _interference(interference: Interference) -> list[str]:
    table = []
    for kind, name in LOADS.items():
        xruns, quantiles, tails = kind_of(interference, kind)
        cpu = statistics.median(turn[kind].cpu_ms for turn in interference.rounds)
        count = ", ".join(map(str, xruns))
        durations = [f"{quantiles.p50:.0f}", f"{quantiles.p99:.0f}", f"{quantiles.p99_9:.0f}"]
        table.append([name, f"{cpu:.0f}", count, *durations, span(tails, ".0f")])
    header = [
        "",
        "CPU ms/s",
        "xruns of the runs",
        "p50 µs",
        "p99 µs",
        "p99.9 µs",
        "p99.9 of the runs",
    ]
    note = (
        f"{interference.measured}. {interference.title}; {len(interference.rounds)} runs each, of "
        f"{interference.seconds:g} s, in turns. Busy: an endless loop in Python that makes cyclic "
        "garbage. jackd's dummy driver makes xruns by itself when the machine is late."
    )
    return section("While Python is busy", header, table, note)


def _first_packet(first: FirstPacket) -> list[str]:
    middle, seconds = statistics.median(first.seconds), sorted(first.seconds)
    text = (
        f"{middle:.2f} s from the start of `jackrf run` to its first packet, warm cache: median of "
        f"{len(seconds)} ({seconds[0]:.2f} to {seconds[-1]:.2f} s), {first.measured}."
    )
    return ["## First packet", "", text, ""]


def _soak(soak: Soak) -> list[str]:
    text = (
        f"{soak.minutes:g} minutes, {soak.title}, {soak.packets} packets, {soak.measured}: "
        f"resident {soak.memory_kib[0]} KiB at first, {soak.memory_kib[-1]} KiB in the end; the "
        f"highest of the second half is {growth_kib(soak):+d} KiB from that of the first. The "
        f"audio thread touched {soak.audio_thread_faults} new pages of memory."
    )
    return ["## Memory", "", text, ""]


def _age(age: Age) -> list[str]:
    table = [
        [case.title, str(case.packets), f"{case.p50:.1f}", f"{case.p99:.1f}", f"{case.largest:.1f}"]
        for case in age.cases
    ]
    note = (
        f"{age.measured}. {age.seconds:g} s of L16 stereo at 48 kHz, 1.5 Mbit/s, over links of "
        f"{age.rate} (`tc tbf`, burst and limit 3 kB), all at once; age against a listener on "
        "loopback. [age.png](age.png) shows it over time."
    )
    header = ["listener", "packets", "p50 ms", "p99 ms", "largest ms"]
    return section("Age of the audio over a slow link", header, table, note)


def _listeners(listeners: Listeners) -> list[str]:
    table = [
        [
            cost.kind,
            f"{statistics.median(cost.each_us):.2f}",
            span(cost.each_us, ".2f"),
            f"{most_listeners(listeners, cost)}",
        ]
        for cost in listeners.costs
    ]
    note = (
        f"{listeners.measured}. {listeners.title}, with 0 and {listeners.count} listeners of one "
        "mix in turns, over loopback, where sending does the receiver's work as well. The last "
        f"column: how many make a period of {listeners.period} frames half full, the desk included."
    )
    header = ["one more listener", "µs each", "lowest to highest", "for half a period"]
    return section("Many listeners of one mix", header, table, note)


def markdown(results: Results) -> str:
    """Return the whole page."""
    machine = results.machine
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions.items())
    lines = [
        "# jackrf beside its neighbours",
        "",
        "Made by `make bench`; raw figures of every round are in [results.json](results.json).",
        "",
        f"{machine.sentence}. {versions}.",
        "",
    ]
    must = what_must_hold(results)
    if must:
        lines += ["## What must hold", "", *must, ""]
    lines += of(results.cpu, _cpu)
    lines += of(results.latency, _latency)
    lines += receivers(results)
    lines += of(results.interference, _interference)
    lines += of(results.first_packet, _first_packet)
    lines += of(results.age, _age)
    lines += of(results.listeners, _listeners)
    lines += tables(results)
    lines += browsers(results)
    lines += of(results.relays, of_relays)
    lines += of(results.soak, _soak)
    return "\n".join(lines).rstrip() + "\n"
