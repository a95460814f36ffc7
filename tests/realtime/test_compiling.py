"""What the two decorators promise: C addresses, no exceptions, NaN left alone, a cache in place."""

import ctypes
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba import types
from numba.core import config

from jackrf.realtime import offline, process, quiet, receive
from jackrf.realtime.compiling import JACK_PROCESS, OFFLINE, callback, kernel

FULL = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
from jackrf.realtime.quiet import quiet
print(quiet.address != 0)
"""


def test_a_full_disk_is_no_reason_not_to_start(tmp_path: Path) -> None:
    """What the cache does not take is compiled at each start."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", FULL], env=environment, capture_output=True, text=True, check=False
    )
    assert (run.stdout, run.stderr) == ("True\n", "")


@kernel
def quotient(a: Any, b: Any) -> Any:
    """Divide."""
    return a / b


@kernel
def is_a_number(value: Any) -> Any:
    """Compare a value with itself, which only NaN fails."""
    return value == value and abs(value) < np.inf  # noqa: PLR0124 - it is what is tested


def test_nothing_raises() -> None:
    """Division by zero is infinity or NaN, as numpy has it: no exception in the audio thread."""
    assert quotient(1.0, 0.0) == math.inf
    assert math.isnan(quotient(0.0, 0.0))


@pytest.mark.parametrize(("value", "expected"), [(1.0, True), (np.nan, False), (np.inf, False)])
def test_tests_for_nan_and_infinity_are_left_in(value: float, expected: bool) -> None:
    """The liberties that the compiler has do not let it assume that there is no NaN."""
    assert is_a_number(np.float32(value)) is expected


def test_a_callback_is_a_c_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is called by address, and lies in our cache; Numba's own setting is left as it was."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    before = config.CACHE_DIR

    @callback(types.int32(types.uint32, types.uint32))
    def added(a: Any, b: Any) -> Any:
        return a + b

    call = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_uint32, ctypes.c_uint32)(added.address)
    assert call(40, 2) == 42
    assert before == config.CACHE_DIR
    assert list((tmp_path / "jackrf" / "compiled").rglob("*.added-*.nbc"))


def test_a_failure_to_compile_leaves_the_setting_too() -> None:
    """What cannot be compiled is an error at import, and nothing else is changed by it."""
    before = config.CACHE_DIR
    with pytest.raises(Exception, match="Failed in nopython mode"):

        @callback(types.int32(types.int32))
        def impossible(value: Any) -> Any:
            return open(value)  # noqa: PTH123 - nothing opens: it must not compile

    assert before == config.CACHE_DIR


def test_every_callback_has_the_type_that_is_called() -> None:
    """JACK's two are JackProcessCallbacks, the offline two have one signature, quiet takes text."""
    assert process.process._sig == receive.receive._sig == JACK_PROCESS
    assert offline.process_offline._sig == offline.receive_offline._sig == OFFLINE
    assert process.process.address != receive.receive.address != quiet.quiet.address != 0
