"""The band as a JACK client; that it plays the song bit for bit is in test_recorder.py."""

import subprocess
import sys
import time

import pytest

from jackrf.demo.clients import open_client
from jackrf.demo.song import BANDS
from jackrf.testing import DummyJack

pytestmark = pytest.mark.system

BAND = [sys.executable, "-m", "jackrf.demo.band", "--server"]


def test_the_band_has_a_port_for_each_instrument_and_ends_when_told(dummy_jack: DummyJack) -> None:
    """Four audio outputs; SIGTERM ends it with exit code 0 and takes them away."""
    client = open_client("jackrf-test", dummy_jack.name)
    process = subprocess.Popen([*BAND, dummy_jack.name])
    try:
        deadline = time.monotonic() + 30
        while len(client.get_ports("jackrf-band:")) < len(BANDS) and time.monotonic() < deadline:
            time.sleep(0.05)
        ports = client.get_ports("jackrf-band:", is_audio=True, is_output=True)
        assert [port.shortname for port in ports] == list(BANDS)
        process.terminate()
        assert process.wait(10) == 0
        assert not client.get_ports("jackrf-band:")
    finally:
        process.kill()
        process.wait()
        client.close()


def test_the_band_ends_with_its_server() -> None:
    """No process stays behind when the server goes away, crashed or not."""
    with DummyJack(name="jackrf-band-test") as server:
        process = subprocess.Popen([*BAND, server.name])
        client = open_client("jackrf-test", server.name)
        deadline = time.monotonic() + 30
        while len(client.get_ports("jackrf-band:")) < len(BANDS) and time.monotonic() < deadline:
            time.sleep(0.05)
        client.close()
        time.sleep(0.2)
        server.stop(kill=True)
    try:
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()


def test_without_a_server_it_says_so_in_one_line() -> None:
    """Exit code 1."""
    ended = subprocess.run(
        [*BAND, "jackrf-nowhere"], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("jackrf-band: cannot open the JACK client jackrf-band")
    assert ended.stderr.count("\n") == 1
