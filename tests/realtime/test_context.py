"""The shared memory is laid out as the processor and the C library want it."""

import ctypes
import subprocess
import sys

import numpy as np
import pytest

from jackrf.realtime.context import (
    CONTEXT,
    DROP_CAUSES,
    INPUT,
    LISTENER,
    MAX_PACKET,
    MAX_PERIOD,
    MAX_SLICES,
    MESSAGE,
    MIX,
    RTP_HEADER,
    VECTOR,
    address,
)
from jackrf.realtime.reception import RECEPTION


class Vector(ctypes.Structure):
    """struct iovec, from readv(2)."""

    _fields_ = [("base", ctypes.c_void_p), ("bytes", ctypes.c_size_t)]


class Header(ctypes.Structure):
    """struct msghdr, from sendmsg(2)."""

    _fields_ = [
        ("name_at", ctypes.c_void_p),
        ("name_bytes", ctypes.c_uint32),
        ("vectors_at", ctypes.c_void_p),
        ("vectors", ctypes.c_size_t),
        ("control_at", ctypes.c_void_p),
        ("control_bytes", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    ]


class Message(ctypes.Structure):
    """struct mmsghdr, from sendmmsg(2)."""

    _fields_ = [("header", Header), ("length", ctypes.c_uint)]


@pytest.mark.parametrize(
    "dtype",
    [CONTEXT, INPUT, MIX, LISTENER, MESSAGE, VECTOR, RECEPTION],
    ids=["context", "input", "mix", "listener", "message", "vector", "reception"],
)
def test_every_field_is_read_and_written_whole(dtype: np.dtype[np.void]) -> None:
    """Each field lies at a multiple of its size, in each row of an array: no torn values."""
    assert dtype.fields is not None
    for name, field in dtype.fields.items():
        kind, offset = field[0], field[1]
        assert offset % kind.itemsize == 0, name
    assert dtype.itemsize % 8 == 0


def test_messages_are_those_of_the_c_library() -> None:
    """MESSAGE and VECTOR have the size and the places of struct mmsghdr and struct iovec."""
    assert MESSAGE.itemsize == ctypes.sizeof(Message)
    assert VECTOR.itemsize == ctypes.sizeof(Vector)
    assert MESSAGE.fields is not None
    assert VECTOR.fields is not None
    for name in (field[0] for field in Header._fields_):
        assert MESSAGE.fields[name][1] == getattr(Header, name).offset, name
    assert MESSAGE.fields["length"][1] == Message.length.offset
    assert VECTOR.fields["bytes"][1] == Vector.bytes.offset


def test_the_longest_period_fits_into_the_slices() -> None:
    """Even twice the fewest packets of the longest period have room."""
    fewest = -(-MAX_PERIOD // ((MAX_PACKET - RTP_HEADER) // 6))
    assert 2 * fewest <= MAX_SLICES


def test_every_cause_of_a_drop_has_its_counter() -> None:
    """DROP_CAUSES names counters of LISTENER."""
    assert LISTENER.fields is not None
    assert all(LISTENER.fields[cause][0] == np.dtype("i8") for cause in DROP_CAUSES)


def test_an_address_is_where_the_first_element_lies() -> None:
    """What is written at the address is in the array."""
    array = np.zeros(3, np.int64)
    ctypes.c_int64.from_address(address(array)).value = 7
    ctypes.c_int64.from_address(address(array[1:])).value = 8
    assert array.tolist() == [7, 8, 0]


def test_the_memory_is_described_without_a_compiler() -> None:
    """Reading the layout loads numpy and nothing else: no Numba, no libjack."""
    code = (
        "import sys, jackrf.realtime.context, jackrf.realtime.reception;"
        "sys.exit('numba' in sys.modules or 'jack' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
