"""The doctor on a real JACK server."""

import os
import shutil
from pathlib import Path

import pytest

from jackrf.doctor.machine import read_machine
from jackrf.testing import DummyJack

pytestmark = pytest.mark.system


def test_it_meets_the_default_server_as_a_client_does(
    dummy_jack: DummyJack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rate and period as the server has them."""
    monkeypatch.setenv("JACK_DEFAULT_SERVER", dummy_jack.name)
    probe = read_machine().probe
    assert probe is not None
    assert probe.library is not None
    assert probe.server is not None
    assert (probe.server.samplerate, probe.server.period) == (48000, 128)


def test_it_meets_pipewire_behind_pw_jack(
    dummy_jack: DummyJack,
    short_runtime_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pw-jack on PATH and PipeWire's socket; here pw-jack leads to another server of JACK."""
    import socket

    jackd = shutil.which("jackd")
    assert jackd is not None
    wrapper = tmp_path / "pw-jack"
    wrapper.write_text(f'#!/bin/sh\nJACK_DEFAULT_SERVER={dummy_jack.name} exec "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "jackrf-nobody")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(short_runtime_dir / "pipewire-0"))
        machine = read_machine()
    assert machine.pipewire_runs
    assert machine.probe is not None
    assert machine.probe.server is None
    assert machine.pipewire is not None
    assert machine.pipewire.period == 128
