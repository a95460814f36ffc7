"""Waits for a JACK server, then says when a port of it first sounds; run as a module.

A process of its own: libjack is not to be trusted as a client of several servers in one process
when one of them is killed. It says "ready" before it looks for the server, and then the moment, in
s of the monotonic clock, and what the port is connected to.
"""

import sys
import time

from jackrf.errors import JackServerError
from tests.system.instruments import Recorder
from tests.system.music import TONE_LEVEL, level


def opened(server: str, port: str) -> Recorder:
    """A recorder, as soon as there is a server."""
    while True:
        try:
            return Recorder(server, [port], name="ear")
        except JackServerError:
            time.sleep(0.01)


def main(server: str, port: str) -> None:
    """Wait, hear, tell."""
    print("ready", flush=True)
    with opened(server, port) as recorder:
        while not recorder.connect() or level(recorder, 0.02) < TONE_LEVEL / 2:
            time.sleep(0.005)
        heard = time.monotonic()
        client = recorder.client._client
        peers = client.get_all_connections(client.get_port_by_name(port))
        print(heard, *[peer.name for peer in peers], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
