"""Tidying up after listeners, on a loop and before a callback that runs or stands."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from jackrf.audience.sockets import open_listener, take_stream
from jackrf.audience.table import Audience
from jackrf.destinations import parse_url
from jackrf.running import tending
from jackrf.running.tending import Tending
from jackrf.testing import OfflineClient
from tests.audience.connections import connection, read
from tests.offline import desk as offline_desk
from tests.waiting import until

SILENCE = np.zeros((1, 64), np.float32)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> OfflineClient:
    """A callback of one mix; what is waited for is not waited for long."""
    monkeypatch.setattr(tending, "SOON_SECONDS", 0.001)
    monkeypatch.setattr(tending, "AGAIN_SECONDS", 0.002)
    return offline_desk()


@pytest.fixture
def audience(client: OfflineClient) -> Iterator[Audience]:
    """Who hears it."""
    with closing(Audience()) as made:
        made.start(client.engine)
        yield made


def test_who_has_left_is_let_go_once_the_callback_is_done(
    client: OfflineClient, audience: Audience
) -> None:
    """Not before, however long that takes; and then nothing wakes any more."""

    async def talk() -> None:
        tends = Tending(audience)
        tends.start()
        one = open_listener(0, parse_url("udp://127.0.0.1:9"))
        audience.join(one)
        audience.leave(one)
        await asyncio.sleep(0.02)
        assert one.socket.fileno() != -1
        client.process(SILENCE)
        client.process(SILENCE)
        await until(lambda: one.socket.fileno() == -1)
        await until(lambda: not tends._reminder.is_set)
        tends.close()
        tends.close()
        audience.join(open_listener(0, parse_url("udp://127.0.0.1:9")))
        assert not tends._reminder.is_set

    asyncio.run(talk())


def test_who_is_gone_is_let_go(client: OfflineClient, audience: Audience) -> None:
    """Whose stream the other end has reset; at the next change of any kind."""

    async def talk() -> None:
        with connection(1 << 16) as (near, far):
            one = take_stream(0, near, "tcp", "test")
            audience.join(one)
            far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes((1, *bytes(7))))
            far.close()
            while not one.is_gone:
                client.process(SILENCE)
        tends = Tending(audience)
        tends.start()
        await until(lambda: not audience.listeners)
        tends.close()

    asyncio.run(talk())


def test_without_a_server_a_stream_is_written_to_the_end() -> None:
    """What its socket did not take at first goes out when there is room."""

    async def talk() -> None:
        with connection(2048) as (near, far), closing(Audience()) as audience:
            one = take_stream(0, near, "tcp", "test")
            audience.join(one)
            tends = Tending(audience)
            tends.start()
            said = 0
            while not audience.waits:
                said += 4000 * audience.post(one, bytes(4000))
            heard = 0

            def all_of_it() -> bool:
                nonlocal heard
                heard += len(read(far))
                return heard == said

            await until(all_of_it)
            await until(lambda: not tends._reminder.is_set)
            tends.close()

    asyncio.run(talk())
