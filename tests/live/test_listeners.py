"""Who hears which mix, as rows."""

from typing import Any

import pytest
from rich.cells import cell_len

from jackrf.live.listeners import listener_rows, listeners_of, listeners_title
from tests.live.band import a_status, make_ill


def plain(status: dict[str, Any], rows: int, width: int) -> list[str]:
    """Title and rows without style; each is as wide as asked for."""
    listeners = listeners_of(status)
    lines = [listeners_title(listeners, rows, width, 1)]
    if rows > 0:
        lines += listener_rows(listeners, rows, width)
    assert {cell_len(line.plain) for line in lines} == {width}
    return [line.plain.rstrip() for line in lines]


def test_a_row_says_all_and_the_title_what_is_what() -> None:
    """State, mix, where to, packets sent, ms queued."""
    assert plain(a_status(mixes=2), 2, 80) == [
        " LISTENERS                                 sent    queued",
        " ● sending Kick udp://192.168.1.20:5004    637k    1.2 ms",
        " ● sending Bass udp://192.168.1.21:5004    637k    1.2 ms",
    ]


def test_drops_are_told_by_cause_the_most_frequent_first() -> None:
    """Where it gets narrow, udp:// goes first and the causes are cut."""
    status = a_status(mixes=2)
    make_ill(status, "mix-1")
    assert plain(status, 2, 110)[2] == (
        " ○ refused Bass udp://192.168.1.21:5004    637k    1.2 ms"
        "  11.0k refused, 1.00k backoff, 31 full"
    )
    assert plain(status, 2, 80) == [
        " LISTENERS                           sent    queued  dropped",
        " ● sending Kick 192.168.1.20:5004    637k    1.2 ms",
        " ○ refused Bass 192.168.1.21:5004    637k    1.2 ms  11.0k refused, 1.00k backo…",
    ]


def test_below_70_cells_the_figures_go() -> None:
    """What is left is who, where to, and what is lost."""
    status = a_status(mixes=1)
    make_ill(status, "mix-0")
    assert plain(status, 1, 50) == [
        " LISTENERS                          dropped",
        " ○ refused Kick 192.168.1.20:5004   11.0k refused…",
    ]


def test_those_in_trouble_have_room_first() -> None:
    """The title counts them all then, and the last row those without a row."""
    status = a_status(mixes=8)
    make_ill(status, "mix-5")
    lines = plain(status, 3, 80)
    assert lines[0] == " LISTENERS  7 sending, 1 refused, 12.0k dropped"
    assert lines[1].startswith(" ○ refused Hi-hat")
    assert lines[2].startswith(" ● sending Kick ")
    assert lines[3:] == [" … and 6 more, all well"]
    make_ill(status, "mix-6")
    assert plain(status, 2, 80)[2] == " … and 7 more, 1 in trouble"
    assert plain(status, 1, 80)[1].startswith(" ○ refused Hi-hat")


def test_without_listeners_it_says_none() -> None:
    """A session may send nowhere."""
    assert plain(a_status(listeners=0), 0, 40) == [" LISTENERS  none"]


@pytest.mark.parametrize("width", range(1, 120))
def test_no_row_is_wider_than_asked_for(width: int) -> None:
    """Nor narrower."""
    status = a_status(mixes=3)
    make_ill(status, "mix-2")
    status["mixes"]["mix-1"]["name"] = "太鼓と三味線の大楽団"
    plain(status, 3, width)


def test_a_listener_without_causes_still_tells_its_drops() -> None:
    """Whatever else is missing is nothing."""
    status = {"mixes": {"drums": {"listeners": [{"url": "udp://h:1", "dropped": 3}]}}}
    (found,) = listeners_of(status)
    assert (found.mix, found.sent, found.dropped, found.is_well) == ("drums", 0, {"": 3}, False)


def test_what_the_receiver_tells_is_shown_behind() -> None:
    """Loss and jitter of the way to it; who loses packets there is in trouble."""
    status = a_status(mixes=2)
    heard = status["mixes"]["mix-0"]["listeners"][0]
    heard["heard"] = {"loss": 0.021, "lost": 9, "jitter_ms": 3.24, "round_trip_ms": None}
    assert plain(status, 2, 110)[1] == (
        " ● sending Kick udp://192.168.1.20:5004    637k    1.2 ms  2.1% lost on the way, ±3.2 ms"
    )
    assert [one.is_well for one in listeners_of(status)] == [False, True]
    heard["heard"]["loss"] = 0.0
    assert listeners_of(status)[0].is_well
