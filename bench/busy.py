"""jackrf with a Python thread beside it that never rests: ``python -m bench.busy SESSION.toml``.

The thread holds the interpreter as much as a thread can, and makes garbage in cycles all the time,
so that the collector runs too. `bench.interference` compares this with ``--idle``, which is the
same program without the thread; and with an idle one beside which ``python -m bench.busy``, without
a session, loads the machine in the same way from outside.
"""

import argparse
import threading
from pathlib import Path
from typing import Any

from jackrf.running.run import run


def make_garbage() -> None:
    """Make lists that hold themselves, for ever."""
    while True:
        heap: list[Any] = [{"number": number, "text": str(number)} for number in range(1000)]
        heap.append(heap)


def main() -> None:
    """Run a session, busy or idle; or be busy alone."""
    parser = argparse.ArgumentParser(prog="python -m bench.busy")
    parser.add_argument("session", type=Path, nargs="?")
    parser.add_argument("--server", default=None)
    parser.add_argument("--name", default="jackrf")
    parser.add_argument("--idle", action="store_true", help="without the busy thread")
    options = parser.parse_args()
    if options.session is None:
        make_garbage()
    if not options.idle:
        threading.Thread(target=make_garbage, daemon=True).start()
    run(options.session, server=options.server, name=options.name, wait=False)


if __name__ == "__main__":
    main()
