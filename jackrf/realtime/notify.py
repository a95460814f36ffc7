"""What JACK tells, written into a pipe by compiled callbacks: no thread of JACK's meets Python.

libjack ends its notification thread by pthread_cancel(3), at whatever instruction it stands. One
that waited for the interpreter then, in a callback written in Python, would leave that locked for
ever. These callbacks take no lock and allocate nothing. From the first on, that thread can only be
ended where it waits for the server, and never in here.

One notice is one write of less than PIPE_BUF bytes: whole, or not at all (pipe(7)). A pipe that is
full makes nobody wait: what does not fit is counted, and the reader looks at everything again.

jackd tells all of this on the client's notification thread, but for the period that a client begins
with: the audio thread tells of that, before its first cycle. PipeWire tells of xruns on its audio
thread, and of the rest on others. Each notice is put together on the stack of whoever brings it.
"""

import numpy as np
from llvmlite import ir
from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic

from jackrf.realtime import libc
from jackrf.realtime.compiling import callback, kernel
from jackrf.realtime.libc import pointer

SHUTDOWN, XRUN, PERIOD, FREEWHEEL, PORT, RENAME, CONNECTION, PROPERTY = range(1, 9)
"""Kinds of notices."""

MAX_TEXT = 512
"""Bytes of a name: PipeWire's longest (jackd's are 319); longer keys of properties are cut."""

NOTIFIER = np.dtype(
    [
        ("client", "u8"),  # jack_client_t *
        ("freewheel_at", "u8"),  # u4: 1 while JACK freewheels; 0 is nowhere
        ("pipe", "i4"),  # descriptor, non-blocking
        ("gone", "u4"),  # 1: the server is
        ("freewheel", "u4"),  # 1: the graph runs as fast as it can
        ("xruns", "i8"),  # counter
        ("missed", "i8"),  # counter: notices that the pipe did not take
    ]
)
"""Memory of one client's callbacks: counters and states are true also where notices are missed."""

NOTICE = np.dtype(
    [
        ("value", "u8"),  # frames, 0 or 1, or a UUID
        ("kind", "u4"),
        ("first", "u2"),  # bytes of the first text, which follows
        ("second", "u2"),  # bytes of the second text, which follows that
    ]
)
"""Head of a notice in the pipe."""

HEAD = NOTICE.itemsize


@intrinsic
def _room(typing_context):  # noqa: ARG001
    """Return the address of room for one notice, on the stack of the function it is called in."""

    def generate(context, builder, signature, arguments):  # noqa: ARG001
        kind = ir.ArrayType(ir.IntType(8), HEAD + 2 * MAX_TEXT)
        room = cgutils.alloca_once(builder, kind)
        room.align = 16
        return builder.ptrtoint(room, ir.IntType(64))

    return types.uintp(), generate


@intrinsic
def _count(typing_context, address):  # noqa: ARG001
    """Count the int64 at an address up by one, whoever else does so at the same time."""

    def generate(context, builder, signature, arguments):  # noqa: ARG001
        i64 = ir.IntType(64)
        counter = builder.inttoptr(arguments[0], i64.as_pointer())
        builder.atomic_rmw("add", counter, i64(1), "seq_cst")
        return context.get_dummy_value()

    return types.void(types.uintp), generate


def _place(field):
    return np.uint64(NOTIFIER.fields[field][1])


XRUNS, MISSED = (_place(field) for field in ("xruns", "missed"))


@kernel
def _copy(to_at, text_at):
    """Copy a C string, or as much of it as a notice holds; return how many bytes."""
    length = 0
    if text_at != 0:
        text = carray(pointer(text_at), (MAX_TEXT,), np.uint8)
        to = carray(pointer(to_at), (MAX_TEXT,), np.uint8)
        while length < MAX_TEXT and text[length] != 0:
            to[length] = text[length]
            length += 1
    return length


@kernel
def _tell(notifier_at, kind, value, first_at, second_at):
    """Write a notice. Addresses of texts may be 0."""
    notifier = carray(pointer(notifier_at), (1,), NOTIFIER)[0]
    room = _room()
    notice = carray(pointer(room), (1,), NOTICE)[0]
    first = _copy(room + np.uint64(HEAD), first_at)
    second = _copy(room + np.uint64(HEAD + first), second_at)
    notice.kind = kind
    notice.value = value
    notice.first = first
    notice.second = second
    size = HEAD + first + second
    if libc.write(notifier.pipe, room, np.uint64(size)) != size:
        _count(notifier_at + MISSED)


@kernel
def _enter():
    """Let nobody end this thread until `_leave`."""
    libc.pthread_setcancelstate(libc.CANCEL_DISABLE, np.uint64(0))


@kernel
def _enter_for_good():
    """Do so, and let nobody end it later on but where it waits in read(2).

    Not for the audio thread: that waits for its futex, where it is ended at any instruction or
    not at all.
    """
    libc.pthread_setcanceltype(libc.CANCEL_DEFERRED, np.uint64(0))
    libc.pthread_setcancelstate(libc.CANCEL_DISABLE, np.uint64(0))


@kernel
def _leave():
    libc.pthread_setcancelstate(libc.CANCEL_ENABLE, np.uint64(0))


@callback(types.void(types.int32, types.uintp, types.uintp))
def hear_shutdown(_status, reason_at, notifier_at):
    """Be a ``JackInfoShutdownCallback``."""
    _enter_for_good()
    carray(pointer(notifier_at), (1,), NOTIFIER)[0].gone = 1
    _tell(notifier_at, SHUTDOWN, 0, reason_at, 0)
    _leave()


@callback(types.int32(types.uintp))
def hear_xrun(notifier_at):
    """Be a ``JackXRunCallback``."""
    _enter_for_good()
    _count(notifier_at + XRUNS)
    _tell(notifier_at, XRUN, 0, 0, 0)
    _leave()
    return 0


@callback(types.int32(types.uint32, types.uintp))
def hear_period(frames, notifier_at):
    """Be a ``JackBufferSizeCallback``. The process callback reads each period's length anew."""
    _enter()
    _tell(notifier_at, PERIOD, frames, 0, 0)
    _leave()
    return 0


@callback(types.void(types.int32, types.uintp))
def hear_freewheel(starting, notifier_at):
    """Be a ``JackFreewheelCallback``: JACK waits for it before the first cycle of either kind."""
    _enter_for_good()
    notifier = carray(pointer(notifier_at), (1,), NOTIFIER)[0]
    on = np.uint32(1 if starting != 0 else 0)
    notifier.freewheel = on
    if notifier.freewheel_at != 0:
        carray(pointer(notifier.freewheel_at), (1,), np.uint32)[0] = on
    _tell(notifier_at, FREEWHEEL, on, 0, 0)
    _leave()


@kernel
def _name_of(notifier_at, port):
    """Return the address of the full name of a port by its number; 0 if there is none."""
    client = carray(pointer(notifier_at), (1,), NOTIFIER)[0].client
    found = libc.jack_port_by_id(client, port)
    return np.uint64(0) if found == 0 else np.uint64(libc.jack_port_name(found))


@callback(types.void(types.uint32, types.int32, types.uintp))
def hear_port(port, registered, notifier_at):
    """Be a ``JackPortRegistrationCallback``."""
    _enter_for_good()
    name_at = _name_of(notifier_at, port)
    if name_at != 0:
        _tell(notifier_at, PORT, registered, name_at, 0)
    _leave()


@callback(types.int32(types.uint32, types.uintp, types.uintp, types.uintp))
def hear_rename(_port, old_at, new_at, notifier_at):
    """Be a ``JackPortRenameCallback``."""
    _enter_for_good()
    _tell(notifier_at, RENAME, 0, old_at, new_at)
    _leave()
    return 0


@callback(types.void(types.uint32, types.uint32, types.int32, types.uintp))
def hear_connection(source, destination, connected, notifier_at):
    """Be a ``JackPortConnectCallback``."""
    _enter_for_good()
    source_at = _name_of(notifier_at, source)
    destination_at = _name_of(notifier_at, destination)
    if source_at != 0 and destination_at != 0:
        _tell(notifier_at, CONNECTION, connected, source_at, destination_at)
    _leave()


@callback(types.void(types.uint64, types.uintp, types.int32, types.uintp))
def hear_property(subject, key_at, _change, notifier_at):
    """Be a ``JackPropertyChangeCallback``."""
    _enter_for_good()
    _tell(notifier_at, PROPERTY, subject, key_at, 0)
    _leave()
