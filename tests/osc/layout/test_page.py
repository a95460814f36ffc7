"""The words in which a page is described."""

import pytest

from jackrf.osc.addresses import BY_NAME
from jackrf.osc.layout.page import Bank, Colour, Control, Form, Frame, Page
from jackrf.osc.tree import Tree

TREE = Tree(["drums"], ["kick"])
SOMEWHERE = Frame(0, 0, 10, 10)
BLUE = Colour.of("#0000ff")


def control(kind: str, address: str, value: float = 0.0) -> Control:
    """A control of an address of the small tree."""
    strip = "kick" if "{strip}" in BY_NAME[address].path else None
    target = TREE.target(BY_NAME[address], "drums", strip)
    given = {"name": "one", "kind": kind, "frame": SOMEWHERE, "colour": BLUE}
    return Control(**given, value=value, target=target)  # type: ignore[arg-type]


def test_a_colour_is_written_as_in_html() -> None:
    """Each way, for every code."""
    assert Colour.of("#ff8000") == (1.0, 0.502, 0.0)
    assert Colour.of("#ff8a75").code == "#ff8a75"


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (Form(100.0, 0, " % lost"), 0.031, "3 % lost"),
        (Form(1.0, 1, " dB", hides_zero=True), -3.21, "-3.2 dB"),
        (Form(1.0, 1, " dB", hides_zero=True), -0.04, ""),
        (Form(1.0, 1, " dB"), 0.0, "0.0 dB"),
    ],
)
def test_a_number_has_a_form(form: Form, value: float, text: str) -> None:
    """What rounds to zero is hidden where the form says so."""
    assert form.text(value) == text


def test_a_position_is_between_the_ends_of_the_range() -> None:
    """The range is that of the table of addresses."""
    assert control("slider", "send.pan", -1.0).position == 0.0
    assert control("slider", "send.pan", 0.0).position == 0.5
    assert control("fader", "send.fader", 0.75).position == 0.75
    assert Control(name="tab", kind="tab", frame=SOMEWHERE, colour=BLUE, value=1.0).position == 1.0


def test_only_what_moves_and_may_be_set_sets() -> None:
    """A text shows the name of a mix, although the engineer may set that."""
    assert control("fader", "send.fader").sets
    assert not control("text", "mix.name").sets
    assert not control("meter", "send.meter").sets


def test_a_page_gives_the_controls_of_all_banks() -> None:
    """First those that are always seen."""
    title, fader = control("text", "mix.name"), control("fader", "send.fader")
    page = Page("Drums", "/mix/1", BLUE, (title,), (Bank("bank_1", SOMEWHERE, (fader,)),))
    assert list(page) == [title, fader]
