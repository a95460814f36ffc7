"""The C functions that the compiled callbacks call, each with the manual page that it follows.

They are resolved by name when the machine code is loaded, so no address is baked into it and
Numba's cache works. libjack has to be loaded before the first callback is compiled or fetched
from the cache: `load_libjack` does it once, at import.
"""

import ctypes.util

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

AGAIN = 11
NO_DEVICE_BUFFERS = 105
REFUSED = 111
NET_DOWN, NET_UNREACHABLE, HOST_UNREACHABLE = 100, 101, 113
DONT_WAIT = 0x40
NO_SIGNAL = 0x4000
UNSENT_BYTES = 0x894B
"""SIOCOUTQNSD: what a TCP socket holds and has not sent yet (linux/sockios.h, tcp(7))."""
WHOLE_SIZE = 0x20
"""MSG_TRUNC: recv returns how long a datagram was, also where it did not fit."""
CLOCK_REALTIME = 0
CLOCK_MONOTONIC = 1
CANCEL_ENABLE, CANCEL_DISABLE = 0, 1
"""PTHREAD_CANCEL_ENABLE, PTHREAD_CANCEL_DISABLE (bits/pthread.h)"""
CANCEL_DEFERRED = 0
"""PTHREAD_CANCEL_DEFERRED"""

_address = types.uintp


def _function(name: str, returns: types.Type, *arguments: types.Type) -> types.ExternalFunction:
    return types.ExternalFunction(name, returns(*arguments))


def load_libjack() -> None:
    """Make libjack's functions known to the compiler.

    Raises:
        OSError: there is no libjack. Code that calls it could not be loaded either, and LLVM
            ends the process when it meets a name that it does not know.
    """
    name = ctypes.util.find_library("jack") or "libjack.so.0"
    try:
        llvm.load_library_permanently(name)
    except RuntimeError as error:
        raise OSError(f"{name} cannot be loaded: {error}: apt install libjack-jackd2-0") from error


jack_port_get_buffer = _function("jack_port_get_buffer", _address, _address, types.uint32)
"""jack.h: the port's samples of this period, float32; never kept across periods."""

jack_last_frame_time = _function("jack_last_frame_time", types.uint32, _address)
"""jack.h: frame time at the start of this period; jumps after a lost cycle."""

jack_frames_since_cycle_start = _function("jack_frames_since_cycle_start", types.uint32, _address)
"""jack.h: frames of time since the driver woke for this period, not filtered."""

jack_port_by_id = _function("jack_port_by_id", _address, _address, types.uint32)
"""jack.h: the ``jack_port_t *`` of a number that a notification gave; 0 for none."""

jack_port_name = _function("jack_port_name", _address, _address)
"""jack.h: the full name of a port, a C string that JACK owns."""

write = _function("write", types.intp, types.int32, _address, types.uintp)
"""write(2), for pipes that do not block alone"""

pthread_setcancelstate = _function("pthread_setcancelstate", types.int32, types.int32, _address)
"""pthread_setcancelstate(3): whether this thread may be ended by pthread_cancel(3)"""

pthread_setcanceltype = _function("pthread_setcanceltype", types.int32, types.int32, _address)
"""pthread_setcanceltype(3): whether at any instruction, or only where it waits"""

send = _function("send", types.intp, types.int32, _address, types.uintp, types.int32)
"""send(2)"""

sendmmsg = _function("sendmmsg", types.int32, types.int32, _address, types.uint32, types.int32)
"""sendmmsg(2)"""

recvmmsg = _function(
    "recvmmsg", types.int32, types.int32, _address, types.uint32, types.int32, _address
)
"""recvmmsg(2): many datagrams at once, each with the time at which the kernel had it."""

ioctl = _function("ioctl", types.int32, types.int32, types.uintp, _address)
"""ioctl(2), for UNSENT_BYTES alone"""

timerfd_settime = _function(
    "timerfd_settime", types.int32, types.int32, types.int32, _address, _address
)
"""timerfd_create(2); never waits"""

clock_gettime = _function("clock_gettime", types.int32, types.int32, _address)
"""clock_gettime(2)"""

errno_location = _function("__errno_location", _address)
"""The address of this thread's errno (LSB, Base Definitions, ``__errno_location``)."""


@intrinsic
def pointer(typing_context, address):  # noqa: ARG001
    """Turn an integer into a ``void *``, so that `numba.carray` makes a view of what is there."""

    def generate(context, builder, signature, arguments):  # noqa: ARG001
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.uintp), generate


@intrinsic
def flush_denormals(typing_context):  # noqa: ARG001
    """Switch denormal numbers off in this thread: they make arithmetic a hundred times slower.

    x86-64: the bits FTZ (15) and DAZ (6) of MXCSR; AArch64: the bit FZ (24) of FPCR;
    elsewhere nothing.
    """

    def generate(context, builder, signature, arguments):  # noqa: ARG001
        triple = llvm.get_process_triple()
        i32, i64 = ir.IntType(32), ir.IntType(64)
        if triple.startswith("x86_64"):
            slot = cgutils.alloca_once(builder, i32)
            byte_pointer = builder.bitcast(slot, cgutils.voidptr_t)
            kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t])
            store = cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.sse.stmxcsr")
            load = cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.sse.ldmxcsr")
            builder.call(store, [byte_pointer])
            builder.store(builder.or_(builder.load(slot), i32(0x8040)), slot)
            builder.call(load, [byte_pointer])
        elif triple.startswith("aarch64"):
            read = ir.FunctionType(i64, [])
            value = builder.asm(read, "mrs $0, fpcr", "=r", [], side_effect=True)
            write = ir.FunctionType(ir.VoidType(), [i64])
            value = builder.or_(value, i64(1 << 24))
            builder.asm(write, "msr fpcr, $0", "r", [value], side_effect=True)
        return context.get_dummy_value()

    return types.void(), generate


load_libjack()
