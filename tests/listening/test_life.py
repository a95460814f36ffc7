"""A receiver over the deaths of its server. (As a program: tests/system/test_life.py.)"""

import gc
import os
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import jack
import pytest

from jackrf.listening.life import Listening
from jackrf.listening.output import JackPlace
from jackrf.listening.reports import Reports
from jackrf.listening.source import open_source
from jackrf.receiver import Receiver
from jackrf.testing import DummyJack
from tests.remains import Remains
from tests.system.instruments import wait_for
from tests.system.running import free_port

pytestmark = pytest.mark.system


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave nothing set aside for the tests that follow."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 50, 50)
    yield
    gc.unfreeze()
    gc.set_threshold(*usual)


def are_left(remains: Remains, numbers: list[int]) -> bool:
    """Whether there are so many more, those that were set aside included."""
    gc.unfreeze()
    return remains.more() == numbers


def was_said(lines: list[str], words: str, times: int) -> bool:
    """Whether so many lines have these words."""
    return sum(words in line for line in lines) == times


def test_nothing_stays_of_the_clients_that_its_server_has_left() -> None:
    """A client and its ports refer to each other: somebody has to look for them."""
    said: list[str] = []
    server = DummyJack(f"jackrf-{os.getpid()}-left")
    source = open_source(f"udp://127.0.0.1:{free_port()}", "auto")
    remains = Remains(jack.Client, Receiver)
    place = JackPlace("jackrf-left", server.name, [""])
    reports = Reports(None, "left", alone=True)
    with server, closing(Listening(source, place, reports, said.append)) as listening:
        listening.open()
        playing = threading.Thread(target=listening.run, args=("plays",))
        playing.start()
        try:
            wait_for(partial(was_said, said, "plays", 1), 30.0)
            for times in (1, 2):
                server.stop(kill=True)
                wait_for(partial(was_said, said, "went away", times), 30.0)
                server.start()
                wait_for(partial(was_said, said, "is back", times), 30.0)
            wait_for(partial(are_left, remains, [1, 1]), 20.0)
        finally:
            listening.stop()
            playing.join()
