"""What the benchmark says of listeners in trouble: starved, attacked, encrypted."""

from typing import TYPE_CHECKING, Any

import pytest

from jackrf.rtp.packet import parse
from tests.quiet import best_of
from tests.system.ages import Arrival
from tests.system.starving import after
from tests.web.test_packets import rtp

if TYPE_CHECKING:
    from bench.results import Results

pytestmark = pytest.mark.checkout


def results(**parts: Any) -> "Results":
    """Results of a machine that measured these parts."""
    from bench.machine import this_machine
    from bench.results import Results

    return Results(machine=this_machine(realtime=False), **parts)


def arrivals(*ats: float) -> list[Arrival]:
    """Packets of one period each, by when they came."""
    return [Arrival(parse(rtp(64 * number)), at) for number, at in enumerate(ats)]


def test_what_comes_after_a_starved_link_is_told() -> None:
    """Two packets a second late, then one that was sent and never came, then the present."""
    sent = [0.0, 0.1, 1.0005, 1.0018, 1.0031]
    heard = arrivals(1.001, 1.0012, -1.0, 1.0018, 1.0031)
    del heard[2]
    found = after(0.5, heard, arrivals(*sent), 1.25)
    assert found.stale_ms == 2.5
    assert found.fresh_ms == pytest.approx(0.8)
    assert found.missed == 0
    late = [*heard[:2], heard[3]]
    assert after(0.5, late, arrivals(*sent), 1.25).missed == 1


@pytest.mark.parametrize(("missed", "holds"), [(0, True), (1, False)])
def test_a_starved_link_is_judged_by_its_worst_turn(missed: int, *, holds: bool) -> None:
    """Stale audio by transport, and whether the next period was fresh."""
    from bench.listening import Starved, StarvedCase
    from bench.summary import requirements
    from bench.table import markdown

    tcp = StarvedCase(title="TCP", stale_ms=[8.0, 9.3], fresh_ms=[0.4, 1.9], missed=[0, missed])
    udp = StarvedCase(title="UDP", stale_ms=[4.0, 5.3], fresh_ms=[0.4, 0.9], missed=[0, 0])
    found = results(starved=Starved(seconds=1.0, period=64, cases=[udp, tcp]))
    judged = {one.what.removeprefix("a link starved for 1 s, "): one for one in requirements(found)}
    assert judged["TCP, 2 turns: periods until fresh"].holds == holds
    assert judged["TCP, 2 turns: stale audio"].holds
    assert not judged["UDP, 2 turns: stale audio"].holds
    assert f"| TCP | 8.7 | 9.3 | 1.15 | 1.90 | {missed} | 2 |" in markdown(found)


def test_an_attack_is_judged_by_its_longest_answer() -> None:
    """But for that of nobody's, which only says how quick the machine is."""
    from bench.listening import Attack, AttackCase
    from bench.summary import requirements
    from bench.table import markdown

    figures: dict[str, Any] = {"seconds": 5.0, "answers": 300, "p99_ms": 2.0, "own_ms": 3.0}
    cases = [
        AttackCase(title=title, longest_ms=longest, memory_kib=12, dropped=0, **figures)
        for title, longest in (("nobody", 300.0), ("10 of them", 99.0), ("20 of them", 101.0))
    ]
    found = results(attack=Attack(cases=cases))
    assert [one.holds for one in requirements(found)] == [True, False]
    assert "| 10 of them | 5 | 300 | 2.0 | 99.0 | 3.0 | +12 | 0 |" in markdown(found)


def test_encryption_is_told_by_packet_and_by_listener() -> None:
    """10 us for each of 375 packets a second are 0.38 % of a core."""
    from bench.listening import Sealed, SealedCase
    from bench.table import markdown

    case = SealedCase(
        listeners=32, packet_us=[9.0, 10.0, 14.0], late_p50_us=300.4, late_p99_us=900.0
    )
    page = markdown(results(sealed=Sealed(period=128, cases=[case])))
    assert "| 32 | 10.0 | 9.0 to 14.0 | 0.38 | 300 | 900 |" in page


def test_packets_are_sealed_and_heard() -> None:
    """Once the relay runs; it takes some time for each. A busy machine drops what is late."""
    from bench.sealed import PERIOD, RATE, open_room

    with open_room(2) as room:
        some = round(0.2 * RATE / PERIOD)
        each, late = best_of(lambda: room.play(0.2), lambda found: len(found[1]) >= some)
    assert 0.5 < each < 1000.0
    assert min(late) > 0.0
