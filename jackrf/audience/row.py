"""The memory that one listener shares with the audio thread, as the control side uses it.

Whatever else is to be said on the same TCP connection, an RTSP response or interleaved RTCP, goes
through the row's outbox: the audio thread sends it between two packets, so that no frame is torn.
Python alone writes into the outbox and counts up what it has written, the audio thread alone counts
up what it has taken.
"""

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jackrf.realtime.context import DATAGRAM, DROP_CAUSES, LISTENER, MAX_FRAME, OUTBOX, address
from jackrf.realtime.memory import lay_out

BUDGET_MS = 5.0
"""How much audio may wait unsent in a TCP socket before packets are dropped, by default."""

Row = NDArray[Any]


def new_row(
    mix: int,
    socket: int,
    sequence: int,
    framing: int = DATAGRAM,
    channel: int = 0,
    budget: float = BUDGET_MS,
) -> Row:
    """Return a LISTENER array of length 1 for a non-blocking, connected socket.

    Args:
        mix: its number.
        socket: the file descriptor.
        sequence: of the first packet; random, as RFC 3550 section 5.1 asks.
        framing: DATAGRAM, or how packets stand in a stream: PREFIXED (RFC 4571) or INTERLEAVED
            (RFC 2326 section 10.12).
        channel: of interleaved frames, 0 to 255.
        budget: ms of audio that may wait unsent in a stream's socket.
    """
    buffered = 0 if framing == DATAGRAM else 1
    arrays = lay_out(
        {
            "row": (LISTENER, (1,)),
            "rest": (np.uint8, (buffered * MAX_FRAME,)),
            "outbox": (np.uint8, (buffered * OUTBOX,)),
        }
    )
    row = arrays["row"]
    row["mix"] = mix
    row["socket"] = socket
    row["sequence"] = sequence & 0xFFFF
    row["marker"] = 1
    row["framing"] = framing
    row["channel"] = channel
    row["budget"] = round(1000.0 * budget)
    # One block: whoever holds the row holds them all.
    row["rest_at"] = address(arrays["rest"])
    row["outbox_at"] = address(arrays["outbox"])
    return row


def drops(row: Row) -> dict[str, int]:
    """Return how many packets of a listener were dropped, by cause."""
    return {cause: int(row[cause][0]) for cause in DROP_CAUSES}


def post(row: Row, data: bytes) -> bool:
    """Put whole messages into a stream's outbox, to be sent between two packets.

    Returns:
        Whether there was room. Whoever does not take 8 KiB of messages is not read to any more.

    Raises:
        ValueError: the row is of datagrams.
    """
    if row["framing"][0] == DATAGRAM:
        raise ValueError("datagrams go out by a socket of their own, not between packets")
    written, taken = int(row["outbox_written"][0]), int(row["outbox_taken"][0])
    if len(data) > OUTBOX - (written - taken):
        return False
    outbox = _octets(int(row["outbox_at"][0]), OUTBOX)
    places = (written + np.arange(len(data))) % OUTBOX
    outbox[places] = np.frombuffer(data, np.uint8)
    row["outbox_written"] = written + len(data)
    return True


def unsent(row: Row) -> bytes:
    """Return what has to go into a stream before anything else: a frame's rest, and the outbox.

    Only of a row that the audio thread does not work on.
    """
    done, whole = int(row["rest_done"][0]), int(row["rest_bytes"][0])
    rest = _octets(int(row["rest_at"][0]), MAX_FRAME)[done:whole].tobytes()
    written, taken = int(row["outbox_written"][0]), int(row["outbox_taken"][0])
    outbox = _octets(int(row["outbox_at"][0]), OUTBOX)
    return rest + outbox[np.arange(taken, written) % OUTBOX].tobytes()


def take(row: Row, count: int) -> None:
    """Count the first bytes of `unsent` as sent. Only where the audio thread does not work."""
    left = int(row["rest_bytes"][0]) - int(row["rest_done"][0])
    row["rest_done"][0] += min(count, left)
    row["outbox_taken"][0] += max(0, count - left)


def _octets(at: int, size: int) -> NDArray[np.uint8]:
    return np.ctypeslib.as_array((ctypes.c_uint8 * size).from_address(at))
