"""How the stream of each mix fares, as its tablet shows it."""

import errno
import socket
from collections.abc import Iterator

import pytest

from jackrf.audience.reports import Heard
from jackrf.desk import Desk, MixPlan
from jackrf.mixer import Mix, Mixer, Strip
from jackrf.osc.health import Health, StreamHealth


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Two mixes; the first goes to two places."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        port = ear.getsockname()[1]
        mixer = Mixer([Strip("vox", "Vox")], [Mix("a", "A"), Mix("b", "B")])
        urls = [f"udp://127.0.0.1:{port}", f"udp://127.0.0.2:{port}"]
        plans = {"a": MixPlan(urls, "L16", None), "b": MixPlan([], "L16", None)}
        made = Desk("Evening", mixer, {}, plans)
        yield made
        made.close()


def test_a_mix_that_is_sent_nowhere_is_off(desk: Desk) -> None:
    """And one that nobody has looked at yet."""
    health = StreamHealth(desk)
    assert health.of(0) == health.of(1) == Health("off")
    health.sample()
    assert health.of(1) == Health()
    assert health.of(0) == Health("waiting")


def test_what_was_lost_since_the_last_look_counts(desk: Desk) -> None:
    """As a share of all; what was before is over."""
    health = StreamHealth(desk)
    first, second = desk.audience.listeners
    first.row["sent"], first.row["full"] = 5000, 5000
    health.sample()
    assert health.of(0).loss == 0.0
    first.row["sent"], second.row["sent"] = 5030, 60
    first.row["full"] = 5010
    health.sample()
    assert health.of(0) == Health("sending", 0.1, listeners=2)
    health.sample()
    assert health.of(0).loss == 0.0


def test_the_state_is_that_of_the_worst(desk: Desk) -> None:
    """Whoever looks at the tablet has to hear of trouble; listeners are those without any."""
    health = StreamHealth(desk)
    first, second = desk.audience.listeners
    first.row["sent"] = second.row["sent"] = 1
    second.row["last_failed"], second.row["last_error"] = 1, errno.ECONNREFUSED
    health.sample()
    assert (health.of(0).state, health.of(0).listeners) == ("refused", 1)
    second.row["last_error"] = errno.EPERM
    health.sample()
    assert health.of(0).state == "Operation not permitted"


def test_what_receivers_tell_counts_too(desk: Desk) -> None:
    """The largest loss and jitter of the listeners, where that is more than what did not leave."""
    health = StreamHealth(desk)
    first, second = desk.audience.listeners
    first.heard = Heard(0.02, 4, 1.5, None, 0.0)
    second.heard = Heard(0.25, 9, 0.5, 3.0, 0.0)
    health.sample()
    assert (health.of(0).loss, health.of(0).jitter) == (0.25, 1.5)
