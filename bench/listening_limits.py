"""What must hold of listeners under trouble, and whether it did."""

from bench.figures import of
from bench.limits import Requirement, at_most
from bench.listening import Attack, Starved
from bench.results import Results

MOST_STALE_MS = {"UDP": 5.0, "TCP": 15.0}
ANSWER_MS = 100.0


def _of_starved(starved: Starved) -> list[Requirement]:
    found = []
    for case in starved.cases:
        what = f"a link starved for {starved.seconds:g} s, {case.title}, {len(case.missed)} turns"
        worst = max(case.missed)
        found += [
            at_most(f"{what}: stale audio", max(case.stale_ms), MOST_STALE_MS[case.title], " ms"),
            Requirement(f"{what}: periods until fresh", "≤ 1", f"{worst + 1}", worst == 0),
        ]
    return found


def _of_attack(attack: Attack) -> list[Requirement]:
    return [
        at_most(f"RTSP attacked by {case.title}: longest answer", case.longest_ms, ANSWER_MS, " ms")
        for case in attack.cases[1:]
    ]


def of_listening(results: Results) -> list[Requirement]:
    """Return what must hold of the parts that were measured."""
    return of(results.starved, _of_starved) + of(results.attack, _of_attack)
