"""The relay's process: as long as somebody needs it, and never waited for."""

import os
import secrets
import signal
import socket
import time
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from jackrf.audience import seal as module
from jackrf.audience.seal import RelayProcess, Seal
from jackrf.rtp.crypto import KEY_BYTES
from jackrf.rtsp.ports import pair
from jackrf.srtp.counters import SLOTS
from tests.system.instruments import wait_for


def sealed(relay: RelayProcess, stack: ExitStack) -> Seal:
    """A stream to loopback; what it begins with is closed at the end."""
    outs = pair("127.0.0.1")
    for out in outs:
        out.connect(("127.0.0.1", 5004))
    seal = Seal(secrets.token_bytes(KEY_BYTES), *outs, relay.take_slot(), relay)
    for one in seal.begin():
        assert one.type == socket.SOCK_SEQPACKET
        stack.callback(one.close)
    return seal


def test_it_runs_as_long_as_somebody_needs_it() -> None:
    """And no longer: nothing is left of it, not even a zombie."""
    with closing(RelayProcess()) as relay, ExitStack() as stack:
        one, other = sealed(relay, stack), sealed(relay, stack)
        pid = relay.pid
        assert relay.runs
        one.close()
        assert not other.is_broken
        other.close()
        wait_for(lambda: not Path(f"/proc/{pid}").exists())
        third = sealed(relay, stack)
        assert relay.pid not in (None, pid)
        third.close()
        assert relay.pid is None


def test_nobody_waits_for_its_end() -> None:
    """However long that takes: surfaces are answered meanwhile."""
    with closing(RelayProcess()) as relay, ExitStack() as stack:
        seal = sealed(relay, stack)
        pid = relay.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        stack.callback(os.kill, pid, signal.SIGCONT)
        began = time.monotonic()
        seal.close()
        assert time.monotonic() - began < 1.0


def test_one_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """When all is closed."""
    monkeypatch.setattr(module, "END_SECONDS", 0.1)
    relay = RelayProcess()
    with ExitStack() as stack:
        seal = sealed(relay, stack)
        assert relay.pid is not None
        pid = relay.pid
        os.kill(pid, signal.SIGSTOP)
        seal.close()
        relay.close()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_there_are_so_many_slots() -> None:
    """Who comes when they are taken is refused."""
    relay = RelayProcess()
    numbers = [relay.take_slot() for _ in range(SLOTS)]
    with pytest.raises(OSError, match=f"no more than {SLOTS} listeners"):
        relay.take_slot()
    relay.give_back(numbers[7])
    relay.give_back(numbers[7])
    assert relay.take_slot() == numbers[7]
