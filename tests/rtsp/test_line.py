"""One connection's writing half: by itself, lent to the audio thread, and given back."""

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from jackrf.audience.sockets import take_stream
from jackrf.audience.table import Audience
from jackrf.rtsp.line import MOST_WAITING, Line
from tests.audience.connections import connection, read
from tests.offline import desk

SILENCE = np.zeros((1, 64), np.float32)


@pytest.fixture
def audience() -> Iterator[Audience]:
    """An audience that nobody sends to yet."""
    with closing(Audience()) as made:
        yield made


def test_it_knows_both_ends(audience: Audience) -> None:
    """As people write them."""
    with connection() as (near, far):
        line = Line(far, audience)
        assert (line.host, line.here, line.scope) == ("127.0.0.1", "127.0.0.1", 0)
        assert line.url == f"tcp://127.0.0.1:{near.getsockname()[1]}"


def test_what_is_not_taken_waits_and_is_bounded(audience: Audience) -> None:
    """Whoever never reads is broken, not remembered."""
    with connection() as (near, far):
        near.setblocking(False)
        line = Line(far, audience)
        sent = 0
        while not line.waiting:
            line.write(b"x" * 4096)
            sent += 4096
        taken = b""
        for _ in range(1000):
            taken += read(near)
            line.flush()
        assert (len(taken), line.waiting, line.broken) == (sent, False, False)
        while not line.broken:
            line.write(b"x" * MOST_WAITING)


def test_what_waits_goes_out_before_the_first_packet(audience: Audience) -> None:
    """And what is said while it is lent stands between packets; afterwards it is written again."""
    client = desk()
    audience.start(client.engine)
    with connection() as (near, far):
        near.setblocking(False)
        line = Line(far, audience)
        listener = take_stream(0, far, line.url, "rtsp", channel=0)
        line.write(b"one")
        line.lend(listener)
        line.write(b"two")
        client.process(SILENCE)
        assert read(near).startswith(b"onetwo$\x00")
        line.take_back()
        line.write(b"three")
        lent = [line.lent]
        assert read(near) == b""
        for _ in range(3):
            client.process(SILENCE)
        audience.tend()
        lent.append(line.lent)
        assert lent == [True, False]
        assert read(near).endswith(b"three")
        audience.stop()


def test_a_listener_that_was_found_gone_takes_the_line_with_it(audience: Audience) -> None:
    """There is nobody left to write to."""
    with connection() as (_, far):
        line = Line(far, audience)
        listener = take_stream(0, far, line.url, "rtsp", channel=0)
        line.lend(listener)
        audience.leave(listener)
        line.take_back()
        assert line.broken
        line.take_back()
