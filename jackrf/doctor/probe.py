"""Try what cannot be read: a JACK client, a real-time thread. Run in a process of its own.

libjack may write to the terminal, wait, or crash, and a real-time thread that went wrong would
hold a whole processor: none of that is to happen to whoever asks. The answer is a line of JSON.
"""

import json
import os
import sys
from dataclasses import asdict, dataclass

PRIORITY = 10
"""As that of JACK's own threads by default, so that clients' are below it."""


@dataclass(frozen=True, slots=True)
class Server:
    """A JACK server that answers.

    Attributes:
        samplerate: Hz.
        period: frames.
        realtime: whether it runs with real-time scheduling.
    """

    samplerate: int
    period: int
    realtime: bool


@dataclass(frozen=True, slots=True)
class Probe:
    """What was tried.

    Attributes:
        library: version of JACK's library; None when there is none.
        server: the server that answers this library by default; None when none does.
        fifo: whether this user may schedule a thread in real time.
    """

    library: str | None
    server: Server | None
    fifo: bool

    def to_json(self) -> str:
        """Return it as a line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> "Probe":
        """Return it out of a line.

        Raises:
            ValueError: the line is something else.
        """
        try:
            found = json.loads(line)
            server = Server(**found["server"]) if found["server"] else None
            return cls(found["library"], server, found["fifo"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not a probe: {line!r}") from error


def try_all() -> Probe:
    """Load JACK's library, open a client, ask for real-time scheduling and give it back."""
    library, server = _try_jack()
    return Probe(library, server, _try_fifo())


def _try_jack() -> tuple[str | None, Server | None]:
    try:
        import jack
    except OSError:
        return None, None
    version = jack.version_string()
    try:
        client = jack.Client("jackrf-doctor", no_start_server=True)
    except jack.JackError:
        return version, None
    server = Server(client.samplerate, client.blocksize, client.realtime)
    client.close()
    return version, server


def _try_fifo() -> bool:
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    except OSError:
        return False
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return True


if __name__ == "__main__":
    sys.stdout.write(f"{try_all().to_json()}\n")
