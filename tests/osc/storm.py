"""5,000 messages a second, and who asks all the while whether anybody answers."""

import random
import struct
import threading
import time
from typing import Self

from jackrf.osc.messages import encode, of
from tests.osc.serving import ask, udp_to


def hostile(chance: random.Random) -> bytes:
    """Garbage: random bytes, cut messages, and a bundle that stops python-osc for good."""
    poison = b"#bundle\0" + struct.pack(">Qi", 1, -4)
    cut = encode(of("/mix/1/in/2/fader", 0.5))[: chance.randrange(20)]
    return chance.choice([poison, cut, chance.randbytes(chance.randrange(60)), b"/a\0\0,f\0\0"])


class Pings:
    """Sends a ping twenty times a second for the length of a ``with`` block."""

    def __init__(self, port: int) -> None:
        self.waits: list[float] = []
        self._port = port
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        with udp_to(self._port) as plain:
            while not self._ended.wait(0.05):
                asked = time.monotonic()
                assert ask(plain, "/ping")[0].path == "/pong"
                self.waits.append(time.monotonic() - asked)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


def storm(port: int, seconds: float) -> dict[str, float]:
    """Send 5,000 messages a second, evenly; return the last value of each fader."""
    chance = random.Random(3)  # noqa: S311 - to be repeated, not to be secret
    last: dict[str, float] = {}
    with udp_to(port) as plain:
        began = time.monotonic()
        for number in range(round(5000 * seconds)):
            due = began + number / 5000
            if due > time.monotonic():
                time.sleep(max(0.0, due - time.monotonic()))
            if seconds / 2 <= number / 5000 < seconds / 2 + 1.0:
                plain.send(hostile(chance))
                continue
            path = f"/mix/{chance.randint(1, 16)}/in/{chance.randint(1, 32)}/fader"
            last[path] = chance.random()
            plain.send(encode(of(path, last[path])))
    return last
