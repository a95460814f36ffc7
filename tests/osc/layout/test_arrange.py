"""A mix on a page: everything is on it, nothing lies on anything else, every address exists."""

from collections import Counter
from itertools import combinations

import pytest

from jackrf.mixer import Mixer
from jackrf.osc.addresses import TABLE
from jackrf.osc.layout.arrange import MOST_IN_BANK, SMALLEST, page_of
from jackrf.osc.layout.page import HEIGHT, WIDTH, Bank, Control, Page
from jackrf.osc.namespace import Namespace
from jackrf.parameters import Place
from tests.osc.desks import large_desk, small_desk


def mixer(strips: int) -> Mixer:
    """A desk of so many inputs and two mixes."""
    return large_desk(strips, 2).mixer


def seen_together(page: Page, bank: Bank) -> list[Control]:
    """What is on the screen at a time, but the panels behind it."""
    return [one for one in (*page.controls, *bank.controls) if one.kind != "panel"]


def overlap(one: Control, other: Control) -> bool:
    """Whether two controls lie on each other."""
    a, b = one.frame, other.frame
    beside = a.x + a.width <= b.x or b.x + b.width <= a.x
    above = a.y + a.height <= b.y or b.y + b.height <= a.y
    return not (beside or above)


@pytest.mark.parametrize("strips", [1, 2, 4, 8, 10, 11, 24, 64])
def test_nothing_lies_on_anything_else_or_beyond_the_page(strips: int) -> None:
    """However many inputs there are."""
    page = page_of(mixer(strips), "mix-1")
    for bank in page.banks:
        controls = seen_together(page, bank)
        assert not [(a.name, b.name) for a, b in combinations(controls, 2) if overlap(a, b)]
        for one in controls:
            x, y, width, height = one.frame
            assert x >= 0
            assert y >= 0
            assert x + width <= WIDTH
            assert y + height <= HEIGHT
            assert min(width, height) >= 12, one.name


@pytest.mark.parametrize("strips", [1, 10, 11, 64])
def test_a_thumb_finds_every_fader(strips: int) -> None:
    """They are at least 1 cm wide on a tablet of 21 cm, which is 49 units."""
    page = page_of(mixer(strips), "mix-1")
    assert all(one.frame.width >= 49 for one in page if one.kind in ("fader", "switch", "tab"))
    assert max(
        Counter(c.frame.y for c in b.controls)[page.banks[0].frame.y] for b in page.banks
    ) <= (MOST_IN_BANK)


def test_every_address_is_in_the_table_and_on_the_desk() -> None:
    """What a page shows or sets is found under its path, and is the same."""
    desk = small_desk()
    namespace = Namespace(desk)
    for mix in desk.mixer.mix_number:
        for control in page_of(desk.mixer, mix):
            for target in filter(None, (control.target, control.touch)):
                assert target.address in TABLE
                assert [one.path for one in namespace.resolve(target.path)] == [target.path]
                assert namespace.resolve(target.path)[0].address is target.address
                assert target.mix == mix


def test_all_that_a_musician_needs_is_there() -> None:
    """For every input: name, level in three ways, pan, mute, solo; for the mix the rest."""
    paths = {one.target.path for one in page_of(small_desk().mixer, "drums") if one.target}
    sends = ("fader", "meter", "mute", "solo", "pan", "name", "text")
    assert {f"/mix/1/in/{n}/{leaf}" for n in (1, 2, 3) for leaf in sends} < paths
    mix = ("fader", "mute", "name", "text", "meter/l", "meter/r", "limit", "moreme", "undo")
    assert {f"/mix/1/{leaf}" for leaf in mix} < paths
    assert {f"/mix/1/stream/{x}" for x in ("state", "loss", "delay", "listeners")} < paths


def test_more_me_is_there_for_those_who_have_an_input() -> None:
    """The keyboarder of the small desk has none of the mix's name."""
    names = {one.name for one in page_of(small_desk().mixer, "keys")}
    assert "mix_moreme" not in names
    assert "mix_fader" in names


def test_the_page_stands_as_the_session_does() -> None:
    """A page that is not connected yet shows what the session file says."""
    controls = {one.name: one for one in page_of(small_desk().mixer, "keys")}
    assert controls["title"].text == "Keith"
    assert controls["in_2_name"].text == "Vox (Anna)"
    assert controls["in_2_text"].text == "+3.0 dB"
    assert controls["in_2_pan"].value == 0.5
    assert controls["in_2_mute"].value == 1.0
    assert controls["in_1_text"].text == "off"
    assert controls["in_1_fader"].value == 0.0


def test_names_are_the_only_ones_of_their_kind() -> None:
    """Ids are made from them."""
    page = page_of(mixer(64), "mix-2")
    names = [one.name for one in page] + [bank.name for bank in page.banks]
    assert len(set(names)) == len(names)
    assert len(page.banks) == 8
    assert [one.text for one in page.controls if one.kind == "tab"][:2] == ["1 - 8", "9 - 16"]


def test_names_are_as_large_as_they_fit() -> None:
    """Each by itself: one long name does not make the others small."""
    desk = large_desk(8, 1)
    desk.change({Place(None, "input-1", "name"): "Vox", Place(None, "input-2", "name"): "x" * 40})
    controls = {one.name: one for one in page_of(desk.mixer, "mix-1")}
    short, long = controls["in_1_name"], controls["in_2_name"]
    assert short.size == 19
    assert long.size == SMALLEST
    assert 0.64 * short.size * len(short.text) <= short.frame.width
