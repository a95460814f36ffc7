"""The band as a JACK client: ``python -m jackrf.demo.band --server NAME``.

It runs as a process of its own, so that its interpreted callback disturbs nobody else's.
"""

import argparse
import sys
from typing import Final

import jack
import numpy as np
from numpy.typing import NDArray

from jackrf.demo.clients import open_client, put_off_ends, run_until_stopped
from jackrf.demo.song import synthesise
from jackrf.errors import JackrfError

NAME: Final = "jackrf-band"
PERIOD_MAX: Final = 8192
"""JACK's longest period, in frames."""


class Band:
    """Plays loops from output ports, one per part, in time with JACK's frame clock.

    Args:
        client: a client that is not active yet; activating it starts the music.
        parts: what each port plays, float32, shape (frames,), all of one length.
    """

    def __init__(self, client: jack.Client, parts: dict[str, NDArray[np.float32]]) -> None:
        self._client = client
        self._length = len(next(iter(parts.values())))
        # Each loop goes on for one period after its end: no slice ever has to wrap.
        self._voices = [
            (client.outports.register(name), np.resize(part, self._length + PERIOD_MAX))
            for name, part in parts.items()
        ]
        self._first_frame: int | None = None
        client.set_process_callback(self._process)

    def _process(self, frames: int) -> None:
        now = self._client.last_frame_time
        if self._first_frame is None:
            self._first_frame = now
        start = (now - self._first_frame) % self._length
        for port, loop in self._voices:
            # get_array() says the same, and takes twice as long.
            np.frombuffer(port.get_buffer(), np.float32)[:] = loop[start : start + frames]


def main(arguments: list[str] | None = None) -> None:
    """Play until SIGTERM, SIGINT or the end of the JACK server."""
    parser = argparse.ArgumentParser(prog="python -m jackrf.demo.band", description=__doc__)
    parser.add_argument("--server", default="default", help="name of the JACK server")
    options = parser.parse_args(arguments)
    try:
        client = open_client(NAME, options.server)
    except JackrfError as error:
        print(f"{NAME}: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    parts = synthesise(client.samplerate)
    stopped = put_off_ends()
    Band(client, parts)
    run_until_stopped(client, stopped)


if __name__ == "__main__":
    main()
