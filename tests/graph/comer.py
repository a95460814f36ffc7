"""Opens and closes a JACK client over and over: ``python -m tests.graph.comer SERVER SEED``.

Beside it a thread holds the interpreter as much as it can. After each close a line is printed. It
is a process of its own, so that one that hangs can be ended.
"""

import contextlib
import random
import sys
import threading
import time

from jackrf.client import JackClient, PortName
from jackrf.errors import JackrfError

PORTS = 4
LONGEST_STAY = 0.05
"""Seconds."""


def hold_the_interpreter() -> None:
    """Run Python without a pause."""
    number = 0
    while True:
        number += 1


def come_and_go(server: str, chance: random.Random) -> str:
    """Open a client, stay a while, take in what was told or not, and close."""
    try:
        client = JackClient("comer", server)
    except JackrfError:
        time.sleep(0.02)
        return "no server"
    with contextlib.closing(client):
        try:
            for number in range(PORTS):
                client.add_input(f"in_{number}", PortName("In", number, "Ins"))
                client.add_output(f"out_{number}", PortName("Out", number, "Outs"))
            client.activate()
        except JackrfError:
            return "lost"
        client.connect("comer:out_0", "comer:in_0")
        end = time.monotonic() + chance.uniform(0.0, LONGEST_STAY)
        heard = 0
        while time.monotonic() < end:
            if chance.random() < 0.5 and not client.events.empty():
                client.events.get_nowait()
                heard += 1
            time.sleep(0)
        return f"heard {heard}"


def main() -> None:
    """Do it until the process is ended."""
    server, seed = sys.argv[1:]
    chance = random.Random(seed)  # noqa: S311 - no secret
    sys.setswitchinterval(0.0001)
    threading.Thread(target=hold_the_interpreter, daemon=True).start()
    while True:
        print(come_and_go(server, chance), flush=True)


if __name__ == "__main__":
    main()
