"""The receiver as Python sees it: its report, and the sockets that it hears on."""

import errno
import math
import os
import socket
from contextlib import closing
from pathlib import Path

import pytest

from jackrf.destinations import parse_url
from jackrf.errors import InputError
from jackrf.receiver import COUNTERS, RECEIVE_BUFFER, Receiver, open_socket
from tests.offline import RATE, Wire
from tests.realtime.stream import Road, packet


def free_port() -> int:
    """A UDP port that nobody has now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_new_receiver_waits() -> None:
    """Before the first packet everything is 0, and levels are silence."""
    receiver = Receiver(RATE, -1)
    report = receiver.report()
    assert report["state"] == "waiting"
    assert not report["settled"]
    assert not any(report[name] for name in (*COUNTERS, "lost", "drift_ppm", "same_clock"))
    assert report["peak_db"] == [None, None]
    assert set(report["delay"]) == {"now", "goal", "most", "jitter", "resampler", "queue"}
    assert receiver.statistics() is None
    assert receiver.peer() is None
    assert len(receiver.log()) == 0


def test_the_state_follows_the_stream() -> None:
    """Waiting, locking for 40 ms, playing, silent a second after the last packet, playing again."""
    with Wire() as wire:
        road = Road(wire)
        states: list[tuple[int, str]] = []
        for cycle in range(1500):
            road.run(128, 1, lambda n: () if 100 <= n < 1000 else (1,))
            state = wire.receiver.report()["state"]
            if not states or states[-1][1] != state:
                states.append((cycle, state))
    assert [state for _, state in states] == ["waiting", "locking", "playing", "silent", "playing"]
    begun, quiet = states[1][0], states[3][0]
    assert states[2][0] - begun == pytest.approx(0.035 * RATE / 128, abs=2)
    assert quiet == pytest.approx(100 + RATE / 128, abs=2)


def test_the_report_counts_and_meters() -> None:
    """Counters are whole numbers that only count up; levels are in dBFS, to a tenth."""
    with Wire() as wire:
        road = Road(wire)
        road.run(128, 100, lambda n: (1, 1) if n == 50 else (1,))
        wire.send(b"noise", packet(0, 10, ssrc=99))
        road.run(128, 1, lambda _: (1,))
        report = wire.receiver.report()
        peak = float(wire.receiver.reception["left_peak"][0])
    assert (report["packets"], report["duplicate"], report["alien"]) == (101, 1, 2)
    assert (report["streams"], report["shifts"], report["late"], report["concealed"]) == (
        1,
        1,
        0,
        0,
    )
    assert report["delay"]["queue"] == 0
    assert report["peak_db"][0] == round(20 * math.log10(peak), 1)


def test_in_hand_is_what_waits_to_be_played() -> None:
    """A margin of 300 frames is in hand after each period, and none of it in an outage."""
    with Wire(margin=300) as wire:
        road = Road(wire)
        road.run(128, 100, lambda _: (1,))
        assert wire.receiver.report()["delay"]["queue"] == 300
        road.run(128, 2, lambda _: ())
        assert wire.receiver.report()["delay"]["queue"] == 300 - 128


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "[::1]", "localhost"])  # noqa: S104
def test_it_hears_an_address_of_this_machine(host: str) -> None:
    """The socket never waits, has room for what comes meanwhile, and hears what is sent there."""
    port = free_port()
    with closing(open_socket(parse_url(f"udp://{host}:{port}"))) as hearing:
        assert not hearing.getblocking()
        room = hearing.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        assert room >= min(RECEIVE_BUFFER, 212_992)
        place = "127.0.0.1" if hearing.family == socket.AF_INET else "::1"
        with socket.socket(hearing.family, socket.SOCK_DGRAM) as sending:
            sending.sendto(b"hello", (place, port))
        hearing.settimeout(5.0)
        assert hearing.recv(100) == b"hello"


@pytest.mark.parametrize("group", ["239.69.83.1", "[ff05::6983]", "[ff02::6983%lo]"])
def test_it_joins_a_group_and_shares_it(group: str) -> None:
    """Two programs of one machine may hear the same multicast group and port."""
    url = parse_url(f"udp://{group}:{free_port()}")
    with closing(open_socket(url)) as first, closing(open_socket(url)) as second:
        assert first.getsockname()[:2] == second.getsockname()[:2]


def test_it_joins_on_the_interface_that_the_address_names() -> None:
    """A group of one link is joined there and nowhere else (RFC 4007, 11), as the kernel lists."""
    url = parse_url(f"udp://[ff02::6983%lo]:{free_port()}")
    with closing(open_socket(url)):
        members = [line.split()[1:3] for line in Path("/proc/net/igmp6").read_text().splitlines()]
    group = socket.inet_pton(socket.AF_INET6, "ff02::6983").hex()
    assert [device for device, joined in members if joined == group] == ["lo"]


def test_a_port_in_use_says_who_may_have_it() -> None:
    """One line with the reason and the command that names the other program."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=rf"Address already in use.*sport = :{port}"):
            open_socket(parse_url(f"udp://127.0.0.1:{port}"))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("udp://203.0.113.7:5004", "203.0.113.7"),
        ("udp://nobody.invalid:5004", "host 'nobody.invalid' is not known"),
    ],
)
def test_another_machines_address_is_one_line(url: str, message: str) -> None:
    """What is no address of this machine cannot be listened on; the text says what can."""
    with pytest.raises(InputError) as caught:
        open_socket(parse_url(url))
    assert message in str(caught.value)
    assert url in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_port_for_root_alone_says_which_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused by the system for a low port, it names the ports that anybody may have."""

    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    # Root may bind any port, and the tests may be run by root.
    monkeypatch.setattr(socket.socket, "bind", refused)
    with pytest.raises(InputError, match=r"Permission denied.*name a port from 1024 up"):
        open_socket(parse_url("udp://127.0.0.1:80"))
