"""Datagrams from a real socket, with the time at which the kernel had them."""

import ctypes
import socket
import time
from contextlib import closing

import numpy as np

from jackrf.destinations import parse_url
from jackrf.realtime.compiling import callback
from jackrf.realtime.context import address
from jackrf.realtime.receive import receive_period
from jackrf.realtime.reception import RECEPTION
from jackrf.receiver import Receiver, open_socket
from tests.offline import RATE, Wire
from tests.realtime.stream import packet
from tests.test_receiver import free_port


def test_the_kernel_s_time_is_used() -> None:
    """Packets that waited 20 ms in the socket came 20 ms before the period that takes them."""
    import numba

    @callback(numba.types.void(numba.types.voidptr))
    def one_period(argument):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        reception = numba.carray(argument, (1,), RECEPTION)[0]
        receive_period(reception, np.uint32(128), np.uint32(reception.time + 128))

    call = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(one_period.address)
    with closing(open_socket(parse_url(f"udp://127.0.0.1:{free_port()}"))) as hearing:
        receiver = Receiver(RATE, hearing.fileno())
        heard = np.zeros((2, 128), np.float32)
        receiver.reception["left_at"] = address(heard)
        receiver.reception["right_at"] = address(heard[1])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.connect(hearing.getsockname())
            for number in range(3):
                sending.send(packet(128 * number, 128))
                time.sleep(0.020)
            call(receiver.context_address)
            assert receiver.peer() == sending.getsockname()
    row = receiver.reception[0]
    assert int(row["packets"]) == 3
    came = receiver._arrays["seen_at"][:3, 0]
    assert 0.018 * RATE < came[1] - came[0] < 0.2 * RATE
    assert -0.5 * RATE < came[2] < -0.018 * RATE


def test_a_closed_socket_is_silence() -> None:
    """Nothing that a socket says can stop a period."""
    with Wire() as wire:
        wire.send(packet(0, 128))
        wire.play(128)
    assert not Receiver(RATE, -1).report()["packets"]
