"""The compiled callbacks, called from C as libjack calls them."""

import contextlib
import ctypes
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from jackrf.realtime import notify
from jackrf.realtime.context import address

_I, _U, _A, _S = ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_char_p

DEFERRED, ASYNCHRONOUS = 0, 1
ENABLED = 0

CALLS: dict[str, Callable[..., Any]] = {
    "shutdown": ctypes.CFUNCTYPE(None, _I, _S, _A)(notify.hear_shutdown.address),
    "xrun": ctypes.CFUNCTYPE(_I, _A)(notify.hear_xrun.address),
    "period": ctypes.CFUNCTYPE(_I, _U, _A)(notify.hear_period.address),
    "freewheel": ctypes.CFUNCTYPE(None, _I, _A)(notify.hear_freewheel.address),
    "port": ctypes.CFUNCTYPE(None, _U, _I, _A)(notify.hear_port.address),
    "rename": ctypes.CFUNCTYPE(_I, _U, _S, _S, _A)(notify.hear_rename.address),
    "connection": ctypes.CFUNCTYPE(None, _U, _U, _I, _A)(notify.hear_connection.address),
    "property": ctypes.CFUNCTYPE(None, ctypes.c_uint64, _S, _I, _A)(notify.hear_property.address),
}
"""By the kind of event: the signatures of jack/types.h, jack/jack.h and jack/metadata.h."""


class Desk:
    """A notifier with a pipe, as a client has it."""

    def __init__(self) -> None:
        self.memory = np.zeros(1, notify.NOTIFIER)
        self.reader, writer = os.pipe2(os.O_NONBLOCK)
        self.memory["pipe"] = writer
        self.writer = writer
        self.at = address(self.memory)

    def read(self) -> NDArray[np.uint8]:
        """Everything that is in the pipe."""
        return np.frombuffer(self.read_now(), np.uint8)

    def read_now(self) -> bytes:
        """Everything that is in the pipe, which may be nothing."""
        with contextlib.suppress(BlockingIOError):
            return os.read(self.reader, 1 << 20)
        return b""


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Closed afterwards."""
    desk = Desk()
    yield desk
    os.close(desk.reader)
    os.close(desk.writer)


def head(data: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """The head of the notice at the beginning."""
    found = data[: notify.HEAD].view(notify.NOTICE)[0]
    return int(found["kind"]), int(found["value"]), int(found["first"]), int(found["second"])


def test_a_notice_has_its_texts_behind_its_head(desk: Desk) -> None:
    """Each as long as it is; no byte of the stack's is let out."""
    assert CALLS["rename"](3, b"synth:left", b"synth:l", desk.at) == 0
    data = desk.read()
    assert head(data) == (notify.RENAME, 0, 10, 7)
    assert bytes(data[notify.HEAD :]) == b"synth:leftsynth:l"


def test_a_text_that_is_too_long_is_cut(desk: Desk) -> None:
    """A notice stays below PIPE_BUF: whole or not there at all."""
    CALLS["rename"](0, b"x" * 600, b"y" * 512, desk.at)
    data = desk.read()
    assert head(data)[2:] == (notify.MAX_TEXT, notify.MAX_TEXT)
    assert len(data) == notify.HEAD + 2 * notify.MAX_TEXT < 4096
    assert set(data[notify.HEAD :].tobytes()) == {ord("x"), ord("y")}


def test_states_and_counters_are_in_memory_too(desk: Desk) -> None:
    """True whatever becomes of the notices; the audio thread's own flag among them."""
    flag = np.zeros(1, np.uint32)
    desk.memory["freewheel_at"] = address(flag)
    CALLS["freewheel"](1, desk.at)
    assert flag[0] == desk.memory["freewheel"][0] == 1
    CALLS["freewheel"](0, desk.at)
    assert flag[0] == desk.memory["freewheel"][0] == 0
    CALLS["xrun"](desk.at)
    CALLS["shutdown"](0, b"", desk.at)
    found = desk.memory[0]
    assert (found["xruns"], found["gone"], found["missed"]) == (1, 1, 0)


@pytest.mark.parametrize("broken", [False, True])
def test_a_pipe_that_takes_nothing_is_counted(desk: Desk, broken: bool) -> None:
    """A full one, or none at all; the callback returns as ever."""
    if broken:
        desk.memory["pipe"] = -1
    for _ in range(5000):
        assert CALLS["xrun"](desk.at) == 0
    assert desk.memory["xruns"][0] == 5000
    assert desk.memory["missed"][0] == (5000 if broken else 5000 - 65536 // notify.HEAD)


def test_threads_do_not_mix_up_their_notices(desk: Desk) -> None:
    """PipeWire calls from more than one: each notice is whole, and each is counted."""
    texts = [bytes([letter]) * 300 for letter in b"abcd"]

    def tell(text: bytes) -> None:
        for _ in range(200):
            CALLS["rename"](0, text, text, desk.at)
            CALLS["xrun"](desk.at)

    threads = [threading.Thread(target=tell, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    found = b""
    while any(thread.is_alive() for thread in threads):
        found += desk.read_now()
    found += desk.read_now()
    whole = 0
    while found:
        kind, _, first, second = head(np.frombuffer(found, np.uint8))
        text = found[notify.HEAD : notify.HEAD + first + second]
        assert kind == notify.XRUN or (len(text) == 600 and len(set(text)) == 1)
        found = found[notify.HEAD + first + second :]
        whole += 1
    assert whole + desk.memory["missed"][0] == 1600
    assert desk.memory["xruns"][0] == 800


@pytest.mark.parametrize(("kind", "afterwards"), [("xrun", DEFERRED), ("period", ASYNCHRONOUS)])
def test_the_thread_that_brings_notices_is_ended_where_it_waits(
    desk: Desk, kind: str, afterwards: int
) -> None:
    """The thread that brings notices can be ended at any instruction: not after its first notice.
    Its audio thread, which tells of the first period, has to stay as it is; both can be ended.
    """
    libc = ctypes.CDLL(None)
    found = ctypes.c_int(), ctypes.c_int()
    arguments = (64, desk.at) if kind == "period" else (desk.at,)

    def bring() -> None:
        libc.pthread_setcanceltype(ASYNCHRONOUS, None)
        CALLS[kind](*arguments)
        libc.pthread_setcanceltype(DEFERRED, ctypes.byref(found[0]))
        libc.pthread_setcancelstate(0, ctypes.byref(found[1]))

    thread = threading.Thread(target=bring)
    thread.start()
    thread.join()
    assert [number.value for number in found] == [afterwards, ENABLED]
