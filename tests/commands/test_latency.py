"""``jackrf latency``: how what was found is told."""

import pytest

from jackrf.commands.latency import ask_receiver, latency, tell, tell_between, tell_parts
from jackrf.errors import InputError, JackrfError
from jackrf.latency.between import Between
from jackrf.latency.measuring import Found
from tests.control.serving import serving
from tests.listening.figures import PLAYING


def test_on_one_server_frames_ms_and_periods_are_told() -> None:
    """With how many chirps came through, and what JACK lost."""
    lines = tell(Found((128, 128, 130), 4, 48000, 128, 2), "a:in", "b:out")
    assert lines == [
        "a:in → b:out: 2.67 ms, 128 frames, 1.00 periods",
        "  3 of 4 chirps, from 2.67 to 2.71 ms; JACK lost 2 periods meanwhile",
    ]


def test_between_machines_the_error_is_told() -> None:
    """And how it was found."""
    lines = tell_between(Between((7.1, 7.3, 7.2), 3, 0.15, 0.3, -21.04), "a:in", "pi")
    assert lines == [
        "a:in → pi: 7.20 ms ± 0.15",
        "  3 of 3 chirps, from 7.10 to 7.30 ms",
        "  clocks compared over the network, round trip 0.30 ms; they drift -21.0 ppm",
    ]


def test_the_parts_add_up() -> None:
    """What no part explains is called so; a card's own latency comes after the port."""
    figures = PLAYING.as_json()
    figures["parts_ms"] |= {"output": 5.8}
    lines = tell_parts(figures, 7.2, 0.15)
    values = {line.split()[0]: float(line.split()[1]) for line in lines}
    assert values["output"] == 5.8
    assert sum(values.values()) - 5.8 == pytest.approx(7.2, abs=0.02)
    late = {line.split()[0]: float(line.split()[1]) for line in tell_parts(figures, 1.0, 0.15)}
    assert sum(late.values()) - 5.8 == pytest.approx(1.0, abs=0.02)
    assert min(late.values()) >= 0.0
    assert tell_parts(None, 7.2, 0.0) == [
        "  its parts are not known: `jackrf listen` of that name cannot be asked"
    ]


def test_a_receiver_is_asked_by_the_name_of_its_port() -> None:
    """If it is a `jackrf listen`."""
    with serving({"listening": lambda _: {"state": "playing"}}, "ear"):
        assert ask_receiver("ear:out_1") == {"state": "playing"}
    assert ask_receiver("system:capture_1") is None


def test_what_is_wrong_is_told() -> None:
    """No chirp came through, and too many."""
    with pytest.raises(JackrfError, match="no chirp came through: is a send from a:in up"):
        tell(Found((), 4, 48000, 128, 0), "a:in", "b:out")
    with pytest.raises(InputError, match="--chirps 0: allowed are 1 to 400"):
        latency(None, "a:in", "b:out", chirps=0, host=None, port=1)
