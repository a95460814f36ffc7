"""A jackrf without JACK that changes and saves without a pause, to be killed in the middle of it.

``python -m tests.sessions.saver`` imports everything once. Then each line on its standard input,
the path of a session and the pause of its journal, is one life: a process is forked that takes
the session up as `jackrf run` does and works on it until it is killed. It prints::

    pid 4711
    changed 17 81234.567     the desk is at step 17 since this monotonic time
    saved 17                 the file has step 17: `save` has returned
    gone                     the process was killed
"""

import asyncio
import os
import random
import sys
import time
from pathlib import Path

from jackrf.desk import Desk
from jackrf.parameters import Place, Value
from jackrf.running.keeper import Keeper
from jackrf.running.making import make_desk
from jackrf.sessions.journal import recovered
from jackrf.sessions.opening import open_session

STRIPS, MIXES = 8, 4
NAME = Place("m0", None, "name")
GAINS = [Place(f"m{mix}", f"in{strip}", "gain") for mix in range(MIXES) for strip in range(STRIPS)]
SAVE_CHANCE = 0.3


def session_text() -> str:
    """The session to begin with, at step 0."""
    lines = ["format = 2", 'name = "Killed"']
    lines += [f'[inputs.in{strip}]\nname = "{strip}"' for strip in range(STRIPS)]
    lines += [f'[mixes.m{mix}]\nname = "n 0"  # of many' for mix in range(MIXES)]
    return "\n".join(lines) + "\n"


def values_at(step: int) -> dict[Place, Value]:
    """All that changes at a step."""
    return {NAME: f"n {step}", **dict.fromkeys(GAINS, -(step % 9000 + 1) / 100)}


def step_of(name: str) -> int:
    """At which step a session is, by the name of its first mix."""
    return int(name.removeprefix("n "))


def say(line: str) -> None:
    """Print a line, whatever happens next."""
    os.write(1, line.encode() + b"\n")


async def work(desk: Desk, keeper: Keeper) -> None:
    """Change and save until killed."""
    step = step_of(str(desk.mixer.value(NAME)))
    await keeper.start()
    while True:
        step += 1
        desk.change(values_at(step))
        say(f"changed {step} {time.monotonic()}")
        if random.random() < SAVE_CHANCE:  # noqa: S311 - a die, not a key
            await keeper.save()
            say(f"saved {step}")
        await asyncio.sleep(random.random() * 0.01)  # noqa: S311


def live(path: Path, pause: float) -> None:
    """Take the session up and work on it."""
    opened = open_session(path)
    desk = make_desk(opened.session)
    keeper = Keeper(desk, path, opened.data, lambda line, _: say(f"# {line}"), pause)
    keeper.recover(recovered(path, opened.data, opened.changed_at).changes)
    asyncio.run(work(desk, keeper))


def main() -> None:
    """Live once for each line."""
    for line in sys.stdin:
        path, pause = line.split()
        pid = os.fork()
        if pid == 0:
            live(Path(path), float(pause))
        say(f"pid {pid}")
        os.waitpid(pid, 0)
        say("gone")


if __name__ == "__main__":
    main()
