"""Well-formed messages that nobody means well with leave the desk a desk."""

import os
import time

import psutil
import pytest

from jackrf.osc.messages import encode, of
from jackrf.osc.namespace import Args, Namespace, OscError
from tests.osc.desks import check_desk, small_desk
from tests.osc.fuzzing import COUNT, hostile_messages, steady_heap

LONGEST_SECONDS = 0.1
"""CPU time that one message may take."""
FLAT_BYTES = 8 << 20
"""How much memory may grow while a great many are done."""


@pytest.mark.fuzz
def test_nothing_hostile_gets_through() -> None:
    """Of all that chance made, each is done or refused in time, and the desk stays a desk."""
    desk = small_desk()
    namespace = Namespace(desk)
    namespace.handle("scene.recall", lambda *_: None)
    process = psutil.Process(os.getpid())
    longest, before, done = 0.0, 0, 0
    with steady_heap():
        for number, (path, args) in enumerate(hostile_messages(seed=4)):
            if number == COUNT // 2:
                before = process.memory_info().rss
            start = time.thread_time()
            done += _attempt(namespace, path, args)
            longest = max(longest, time.thread_time() - start)
    assert longest < LONGEST_SECONDS
    assert process.memory_info().rss - before < FLAT_BYTES
    assert COUNT // 20 < done < COUNT // 2
    check_desk(desk)


def _attempt(namespace: Namespace, path: str, args: Args) -> bool:
    """Do with a message what a server would; return whether anything was done."""
    try:
        targets = namespace.resolve(path)
        for target in targets:
            if target.address.direction == "command":
                namespace.do(target, args, "stranger")
            elif args:
                namespace.set(target, args, "stranger")
            else:
                encode(of(target.path, *namespace.get(target)))
    except OscError as refused:
        assert "\n" not in refused.text  # noqa: PT017 - either outcome is right
        return False
    return bool(targets)
