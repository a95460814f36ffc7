"""C functions by name: they are those of the C library, and so is the errno they leave."""

import ctypes
import errno
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numba import carray

from jackrf.realtime import libc
from jackrf.realtime.compiling import kernel
from jackrf.realtime.context import address


@kernel
def clock(seconds_at: Any) -> Any:
    """Read the clock into memory."""
    return libc.clock_gettime(libc.CLOCK_MONOTONIC, seconds_at)


@kernel
def failed_receive() -> Any:
    """Receive from no socket; return errno."""
    libc.recvmmsg(-1, np.uint64(0), 1, libc.DONT_WAIT, np.uint64(0))
    return carray(libc.pointer(libc.errno_location()), (1,), np.int32)[0]


@kernel
def flush() -> None:
    """Switch denormals off in this thread."""
    libc.flush_denormals()


def test_the_numbers_are_those_of_this_system() -> None:
    """Errno values and flags, written as numbers because the compiler has no headers."""
    assert (libc.AGAIN, libc.NO_DEVICE_BUFFERS) == (errno.EAGAIN, errno.ENOBUFS)
    assert libc.REFUSED == errno.ECONNREFUSED
    assert libc.NET_DOWN == errno.ENETDOWN
    assert libc.NET_UNREACHABLE == errno.ENETUNREACH
    assert libc.HOST_UNREACHABLE == errno.EHOSTUNREACH
    assert time.CLOCK_MONOTONIC == libc.CLOCK_MONOTONIC


def test_flags_are_those_of_the_socket_module() -> None:
    """MSG_DONTWAIT, MSG_NOSIGNAL and MSG_TRUNC."""
    assert libc.DONT_WAIT == socket.MSG_DONTWAIT
    assert libc.NO_SIGNAL == socket.MSG_NOSIGNAL
    assert libc.WHOLE_SIZE == socket.MSG_TRUNC


def test_the_clock_is_pythons_monotonic_one() -> None:
    """clock_gettime fills a struct timespec between two readings of Python's clock."""
    timespec = np.zeros(2, np.int64)
    before = time.monotonic_ns()
    assert clock(address(timespec)) == 0
    assert before <= timespec[0] * 10**9 + timespec[1] <= time.monotonic_ns()


def test_errno_is_this_threads() -> None:
    """After a failed call the number at errno's address is its reason."""
    assert failed_receive() == errno.EBADF


def test_denormals_are_switched_off_in_one_thread() -> None:
    """There a denormal result is 0, and a denormal number counts as 0; elsewhere both live on."""

    def products() -> tuple[float, float]:
        return (
            float(np.float32(1.5e-38) * np.float32(0.5)),
            float(np.float32(1e-40) * np.float32(1e10)),
        )

    with ThreadPoolExecutor(1) as thread:
        thread.submit(flush).result()
        assert thread.submit(products).result() == (0.0, 0.0)
    assert all(product > 0.0 for product in products())


def test_a_library_that_is_missing_is_an_error_with_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without libjack the callbacks cannot be compiled: better an error now than a crash then."""
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: "libjack-of-nobody.so.7")
    with pytest.raises(OSError, match=r"libjack-of-nobody\.so\.7 cannot be loaded: .*apt install"):
        libc.load_libjack()
