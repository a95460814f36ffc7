"""Errors of the network that no network makes on demand: the kernel is asked to answer with them.

A seccomp filter (seccomp(2), mode SECCOMP_SET_MODE_FILTER) makes the calls by which packets leave
fail with one errno, in the calling thread alone and until it ends. It needs no privilege.
"""

import ctypes
import platform
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

SYSCALLS = {"x86_64": (44, 307), "aarch64": (206, 269)}
"""Numbers of sendto (which is what libc's send calls) and sendmmsg."""

SET_SECCOMP, SET_NO_NEW_PRIVILEGES, MODE_FILTER = 22, 38, 2
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000

Result = TypeVar("Result")


def _install(code: int) -> None:
    send, send_many = SYSCALLS[platform.machine()]
    steps = [
        (LOAD, 0, 0, 0),
        (EQUAL, 2, 0, send),
        (EQUAL, 1, 0, send_many),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, FAIL | code),
    ]
    text = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    header = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(text))
    program = ctypes.create_string_buffer(header)
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0), (SET_SECCOMP, MODE_FILTER, program)):
        if libc.prctl(*arguments):
            raise OSError(ctypes.get_errno(), "the kernel allows no seccomp filter")


def where_sending_fails(code: int, function: Callable[[], Result]) -> Result:
    """Call a function in a thread of its own in which every send fails with an errno."""
    with ThreadPoolExecutor(1, initializer=_install, initargs=(code,)) as thread:
        return thread.submit(function).result()
