"""The figures of listeners under trouble as Markdown: pure."""

import statistics

from bench.figures import of
from bench.listening import Attack, Sealed, Starved
from bench.markdown import section, span
from bench.results import Results


def _starved(starved: Starved) -> list[str]:
    table = [
        [
            case.title,
            f"{statistics.median(case.stale_ms):.1f}",
            f"{max(case.stale_ms):.1f}",
            f"{statistics.median(case.fresh_ms):.2f}",
            f"{max(case.fresh_ms):.2f}",
            f"{max(case.missed)}",
            str(len(case.missed)),
        ]
        for case in starved.cases
    ]
    header = ["listener", "stale ms", "at most", "fresh after ms", "at most", "missed", "turns"]
    note = (
        f"{starved.measured}. Nothing gets through for {starved.seconds:g} s, then everything; "
        f"{starved.period} frames a period, L16, a link that itself holds 1.2 kB. Stale: audio "
        "that came more than 5 ms after it came to a listener on loopback, medians of the turns. "
        "Fresh: from the first packet that came to the first that was not stale. Missed: periods "
        "that JACK called meanwhile, and whose packet did not come fresh."
    )
    return section("A starved link", header, table, note)


def _attack(attack: Attack) -> list[str]:
    table = [
        [
            case.title,
            f"{case.seconds:.0f}",
            str(case.answers),
            f"{case.p99_ms:.1f}",
            f"{case.longest_ms:.1f}",
            f"{case.own_ms:.1f}",
            f"{case.memory_kib:+d}",
            str(case.dropped),
        ]
        for case in attack.cases
    ]
    header = ["RTSP attacked by", "s", "answers", "p99 ms", "longest ms", "own ms"]
    header += ["memory KiB", "dropped"]
    note = (
        f"{attack.measured}. Answers of the control socket, asked again 10 ms after each; own: the "
        "longest without the time in which other programs, the attacker above all, had the "
        "processors. Dropped: packets to a listener that hears meanwhile."
    )
    return section("Under attack", header, table, note)


def _sealed(sealed: Sealed) -> list[str]:
    table = [
        [
            str(case.listeners),
            f"{statistics.median(case.packet_us):.1f}",
            span(case.packet_us),
            f"{100e-6 * statistics.median(case.packet_us) * 48000 / sealed.period:.2f}",
            f"{case.late_p50_us:.0f}",
            f"{case.late_p99_us:.0f}",
        ]
        for case in sealed.cases
    ]
    header = ["listeners", "µs a packet", "lowest to highest", "% of a core each"]
    header += ["late p50 µs", "p99 µs"]
    note = (
        f"{sealed.measured}. CPU time of the relay that encrypts, kernel included, L16 at "
        f"{sealed.period} frames. Late: from before the first packet of a period is sent into the "
        "relay's sockets to its coming by loopback, all listeners at once."
    )
    return section("Encryption", header, table, note)


def tables(results: Results) -> list[str]:
    """Return the tables of the parts that were measured."""
    lines = of(results.starved, _starved)
    return lines + of(results.attack, _attack) + of(results.sealed, _sealed)
