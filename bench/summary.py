"""What the raw figures say: medians, ratios within a round, and whether what must hold does."""

import statistics
from collections.abc import Callable, Iterable

from bench.limits import Requirement, at_most
from bench.listening_limits import of_listening
from bench.receiving_limits import of_receivers
from bench.results import (
    CpuCase,
    Interference,
    Latency,
    ListenerCost,
    Listeners,
    Path_,
    Quantiles,
    Results,
    Soak,
    Turn,
)


def turns(case: CpuCase, label: str) -> list[Turn]:
    """Return a client's turns."""
    return [turn[label] for turn in case.rounds if label in turn]


def labels(case: CpuCase) -> list[str]:
    """Return the clients of a case: jackrf first, then in order of CPU time."""
    found = {label for turn in case.rounds for label in turn}
    return sorted(found, key=lambda label: (label != "jackrf", cpu_ms(case, label)))


def cpu_ms(case: CpuCase, label: str) -> float:
    """Return the median CPU time of a client, ms per second."""
    return statistics.median(turn.cpu_ms for turn in turns(case, label))


def cpu_ratio(case: CpuCase, label: str) -> float:
    """Return the median, over rounds, of jackrf's CPU time divided by a client's."""
    return statistics.median(
        turn["jackrf"].cpu_ms / turn[label].cpu_ms
        for turn in case.rounds
        if label in turn and "jackrf" in turn
    )


def median_quantiles(many: Iterable[Quantiles | None]) -> Quantiles | None:
    """Return the median of each quantile over some turns; None where nobody said."""
    known = [quantiles for quantiles in many if quantiles is not None]
    if not known:
        return None

    def middle(of: Callable[[Quantiles], float]) -> float:
        return statistics.median(map(of, known))

    return Quantiles(
        p50=middle(lambda q: q.p50),
        p99=middle(lambda q: q.p99),
        p99_9=middle(lambda q: q.p99_9),
        max=middle(lambda q: q.max),
    )


def callback(case: CpuCase, label: str) -> Quantiles | None:
    """Return the median quantiles of a client's callback, in microseconds."""
    return median_quantiles(turn.callback for turn in turns(case, label))


def kind_of(interference: Interference, kind: str) -> tuple[list[int], Quantiles, list[float]]:
    """Return, of the runs of one kind: xruns of each, median quantiles, p99.9 of each."""
    runs = [turn[kind] for turn in interference.rounds]
    middle = median_quantiles(run.callback for run in runs)
    if middle is None:
        raise ValueError(f"no run is called {kind}")
    return [run.xruns for run in runs], middle, [run.callback.p99_9 for run in runs]


def periods(latency: Latency, path: Path_) -> float:
    """Return the median latency of a path, in periods; infinite when nothing came through."""
    if not path.frames:
        return float("inf")
    return statistics.median(path.frames) / latency.period


def growth_kib(soak: Soak) -> int:
    """Return by how much the second half of a run holds more memory than the first, at most."""
    middle = len(soak.memory_kib) // 2
    return max(soak.memory_kib[middle:]) - max(soak.memory_kib[: middle + 1])


def most_listeners(listeners: Listeners, cost: ListenerCost) -> int:
    """Return how many listeners of a kind make a period half full, the desk included."""
    half = listeners.period / 48000 * 1e6 / 2
    return int((half - cost.alone_us) / statistics.median(cost.each_us))


def _of_cpu(results: Results) -> list[Requirement]:
    if results.cpu is None:
        return []
    found = []
    for case in results.cpu.cases:
        always = [label for label in labels(case) if len(turns(case, label)) == len(case.rounds)]
        found += [
            at_most(f"CPU, {case.title}: jackrf / {label}", cpu_ratio(case, label), 1.0)
            for label in always
            if label in {"C", "zita-j2n"}
        ]
    largest = results.cpu.cases[-1]
    quantiles = callback(largest, "jackrf")
    if quantiles is not None:
        share = quantiles.p50 / results.cpu.period_us * 100
        found.append(at_most(f"callback p50, {largest.title}, of the period", share, 10.0, " %"))
    return found


def _of_interference(results: Results) -> list[Requirement]:
    if results.interference is None:
        return []
    idle_xruns, _, idle_tails = kind_of(results.interference, "idle")
    busy_xruns, busy, _ = kind_of(results.interference, "busy")
    more = statistics.median(busy - idle for busy, idle in zip(busy_xruns, idle_xruns, strict=True))
    xruns = Requirement(
        "xruns, Python busy, more than idle: median of the rounds", "≤ 0", f"{more:g}", more <= 0
    )
    tail = Requirement(
        "callback p99.9, Python busy: median",
        f"≤ {max(idle_tails):.0f} µs (worst idle run)",
        f"{busy.p99_9:.0f} µs",
        busy.p99_9 <= max(idle_tails),
    )
    return [xruns, tail]


def _of_listeners(results: Results) -> list[Requirement]:
    found = []
    if results.age is not None:
        udp, tcp, ancestor = results.age.cases
        slow = "over a link that is too slow"
        found += [
            at_most(f"age of audio {slow}, {udp.title}, p99", udp.p99, 40.0, " ms"),
            at_most(f"age of audio {slow}, {tcp.title}, p50", tcp.p50, 60.0, " ms"),
            Requirement(
                f"age of audio {slow}, {ancestor.title}",
                "> 5000 ms",
                f"{ancestor.largest:.0f} ms",
                ancestor.largest > 5000.0,
            ),
        ]
    if results.listeners is not None:
        udp_cost = statistics.median(results.listeners.costs[0].each_us)
        found.append(at_most("one more UDP listener of a mix", udp_cost, 3.0, " µs"))
    return found


def _of_web_link(results: Results) -> list[Requirement]:
    found = []
    for case in results.web_link.cases if results.web_link else ():
        if case.bounded:
            what = f"age over 1 Mbit/s in Chromium, {case.transport}"
            found.append(at_most(f"{what}, p50", case.p50, 25.0, " ms"))
            found.append(at_most(f"{what}, p99", case.p99, 40.0, " ms"))
    return found


def _of_web(results: Results) -> list[Requirement]:
    if results.web is None:
        return []
    found = []
    for page in results.web.pages:
        what = f"callback → browser's worker, {page.transport}"
        found += [
            at_most(f"{what}, p50", page.p50, 1.0, " ms"),
            at_most(f"{what}, p99", page.p99, 8.0, " ms"),
        ]
        click = statistics.median(page.late_ms)
        what = f"click in the graph → Chromium's sink, {page.transport}, median"
        found.append(at_most(what, click, 50.0, " ms"))
    crowd = results.web.crowd
    what = f"relay, {crowd.pages} pages of {crowd.mixes} mixes by WebSocket, of a core for each"
    found.append(at_most(what, crowd.relay_percent / crowd.pages, 1.0, " %"))
    found.append(at_most("OSC /ping meanwhile, longest", max(crowd.ping_ms), 100.0, " ms"))
    return found


def requirements(results: Results) -> list[Requirement]:
    """Return what must hold, of the parts that were measured."""
    found = _of_cpu(results) + _of_interference(results) + _of_listeners(results)
    found += of_listening(results) + _of_web(results) + _of_web_link(results)
    latency, first, soak = results.latency, results.first_packet, results.soak
    if latency is not None:
        for path in latency.paths:
            if path.title.startswith("jackrf"):
                value = periods(latency, path)
                found.append(at_most("latency run → listen, median", value, 1.0, " periods"))
    if first is not None:
        middle = statistics.median(first.seconds)
        found.append(at_most("first packet, warm cache, median", middle, 1.5, " s"))
    if soak is not None:
        growth = growth_kib(soak)
        what = f"memory growth, second half of {soak.minutes:g} minutes"
        found.append(Requirement(what, "≤ 0 KiB", f"{growth} KiB", growth <= 0))
    return found + of_receivers(results)
