"""Trying JACK and real-time scheduling, in a process of its own."""

import pytest

from jackrf.doctor.probe import Probe, Server, try_all


@pytest.mark.parametrize(
    "probe",
    [
        Probe(library=None, server=None, fifo=False),
        Probe(library="1.9.21", server=Server(48000, 128, realtime=True), fifo=True),
    ],
)
def test_a_probe_passes_between_processes(probe: Probe) -> None:
    """As a line of JSON."""
    assert Probe.from_json(probe.to_json()) == probe


@pytest.mark.parametrize("line", ["", "null", "[]", "{}", '{"library": "", "server": {"x": 1}}'])
def test_another_line_is_no_probe(line: str) -> None:
    """JACK's library may have written something."""
    with pytest.raises(ValueError, match=r"^not a probe: "):
        Probe.from_json(line)


def test_without_a_server_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has a server of this name; none is started."""
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "jackrf-nobody")
    assert try_all().server is None
