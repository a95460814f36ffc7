"""What was refused can be seen, and what mends it is told with it."""

from jackrf.lan.counters import MOST_LINES
from jackrf.osc.counters import Reason, Refusals


def test_a_refusal_names_the_command_that_mends_it() -> None:
    """With the host that sent it and the mix that it was for."""
    refusals = Refusals("drums")
    line = refusals.note("192.168.1.20", Reason.UNPAIRED, "/mix/1/in/1/fader", "drums")
    assert line.startswith("OSC from 192.168.1.20 refused: jackrf pair 192.168.1.20 --mix drums")
    assert line.endswith("(/mix/1/in/1/fader: it is not paired)")
    assert refusals.lines() == [line]


def test_what_goes_on_is_one_line_with_its_number() -> None:
    """The latest stands last, and each reason of a host by itself."""
    refusals = Refusals("drums")
    for _ in range(14):
        refusals.note("10.0.0.5", Reason.MALFORMED)
    refusals.note("10.0.0.5", Reason.FOREIGN, "/mix/2/undo", "keys")
    refusals.note("10.0.0.5", Reason.MALFORMED)
    first, second = refusals.lines()
    assert "--mix keys" in first
    assert second.endswith("(what it sends is not OSC, 15 times)")
    assert refusals.counts["malformed"] == 15
    assert refusals.counts["foreign"] == 1
    assert refusals.counts["far"] == 0


def test_without_a_mix_the_remedy_names_one_that_there_is() -> None:
    """It can be typed as it stands."""
    assert "--mix drums" in Refusals("drums").note("10.0.0.5", Reason.CHALLENGE)


def test_when_it_is_mended_the_line_goes() -> None:
    """The number of all refusals stays."""
    refusals = Refusals("drums")
    refusals.note("10.0.0.5", Reason.UNPAIRED)
    refusals.note("10.0.0.6", Reason.UNPAIRED)
    refusals.settle("10.0.0.5")
    assert [line.split()[2] for line in refusals.lines()] == ["10.0.0.6"]
    assert refusals.counts["unpaired"] == 2


def test_what_a_host_has_mended_itself_never_was() -> None:
    """A challenge that is answered is no refusal."""
    refusals = Refusals("drums")
    refusals.note("10.0.0.5", Reason.CHALLENGE)
    refusals.note("10.0.0.6", Reason.CHALLENGE)
    refusals.forgive("10.0.0.5", Reason.CHALLENGE)
    refusals.forgive("10.0.0.5", Reason.CHALLENGE)
    assert refusals.counts["challenge"] == 1
    assert [line.split()[2] for line in refusals.lines()] == ["10.0.0.6"]


def test_so_many_lines_are_kept() -> None:
    """Forged hosts without end leave the latest of them."""
    refusals = Refusals("drums")
    for number in range(MOST_LINES + 36):
        refusals.note(f"10.0.1.{number}", Reason.FAR)
    assert len(refusals.lines()) == MOST_LINES
    assert "10.0.1.99" in refusals.lines()[-1]


def test_every_reason_says_what_to_do() -> None:
    """None is without a remedy, and none has braces left in it."""
    refusals = Refusals("drums")
    for reason in Reason:
        line = refusals.note("10.0.0.5", reason)
        assert "{" not in line
        assert len(line) > len("OSC from 10.0.0.5 refused:  ()") + 10
