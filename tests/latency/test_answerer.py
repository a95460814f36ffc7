"""The end that hears: whom it answers, and with what."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from jackrf.commands.latency import MOST_CHIRPS
from jackrf.errors import InputError
from jackrf.latency.answerer import MOST_BYTES, Answerer, decode
from jackrf.testing import DummyJack
from tests.listening.figures import PLAYING
from tests.system.instruments import wait_for

pytestmark = pytest.mark.system

SINK = "system:capture_1"


@pytest.fixture
def answerer(dummy_jack: DummyJack) -> Iterator[Answerer]:
    """One that answers for as long as the test takes."""
    stopping = threading.Event()
    with closing(Answerer(dummy_jack.name, SINK, 0, lambda: {"state": "playing"})) as made:

        def serve() -> None:
            while not stopping.is_set():
                made.serve(0.1)

        thread = threading.Thread(target=serve)
        thread.start()
        yield made
        stopping.set()
        thread.join()


def test_noise_is_not_answered_and_pings_are(answerer: Answerer) -> None:
    """Whatever comes, it goes on; a ping gets the times by its clock."""
    with socket.socket(type=socket.SOCK_DGRAM) as asking:
        asking.settimeout(20.0)
        place = ("127.0.0.1", answerer.port)
        for noise in (b"", b"\xff", b"[1]", b"[" * 8000, b'{"do": "dance"}', b'{"do": "listen"}'):
            asking.sendto(noise, place)
        for seconds in (b"NaN", b"-1", b"0", b"-Infinity", b'"2"', b"null", b"-1" + b"0" * 400):
            asking.sendto(b'{"do": "listen", "n": 1, "seconds": ' + seconds + b"}", place)
        asking.sendto(b'{"do": "ping", "n": 7}', place)
        answer = json.loads(asking.recv(2048))
        assert answer["n"] == 7
        assert answer["left"] >= answer["came"] > 0
        asking.sendto(b'{"do": "listen", "n": 8, "seconds": 0.2}', place)
        assert json.loads(asking.recv(2048)) == {"n": 8}
        heard = None
        for _ in range(100):
            asking.sendto(b'{"do": "heard", "n": 9}', place)
            answer = json.loads(asking.recv(2048))
            heard = answer["heard"]
            if heard is not None:
                break
            time.sleep(0.02)
        assert (heard, answer["figures"]) == ([], {"state": "playing"})


def test_it_looks_at_its_clock_while_it_hears_alone(answerer: Answerer) -> None:
    """An answerer may run for days: what it saw before says nothing of now, and is not kept."""
    time.sleep(0.3)
    assert not answerer._clock._seen
    with socket.socket(type=socket.SOCK_DGRAM) as asking:
        asking.settimeout(20.0)
        asking.sendto(b'{"do": "listen", "seconds": 0.3}', ("127.0.0.1", answerer.port))
        asking.recv(2048)
        wait_for(lambda: answerer._heard is not None)
    assert answerer._clock._seen


def test_400_chirps_are_one_answer() -> None:
    """As many as may be asked for, on a machine that has run for a year, with all figures."""
    heard = [365 * 24 * 3600 * 10**9 + 125_000_017 * n for n in range(MOST_CHIRPS)]
    answer = {"n": 10**6, "heard": heard, "figures": PLAYING.as_json()}
    assert len(json.dumps(answer)) < MOST_BYTES


def test_what_is_wrong_is_told(dummy_jack: DummyJack) -> None:
    """A port that is taken, and one that JACK has not."""
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", 0))  # noqa: S104
        with pytest.raises(InputError, match=r"cannot be listened on .*--port"):
            Answerer(dummy_jack.name, SINK, other.getsockname()[1])
    with pytest.raises(InputError, match="there is no JACK port 'x:y'"):
        Answerer(dummy_jack.name, "x:y", 0)


def test_a_datagram_is_a_table_or_nothing() -> None:
    """Numbers, lists and what is no JSON are empty tables."""
    assert decode(b'{"do": "ping"}') == {"do": "ping"}
    assert decode(b"5") == decode(b"[]") == decode(b"{") == {}
