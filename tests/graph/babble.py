"""Gives a JACK server as much to tell its clients as it can: ``python -m tests.graph.babble NAME``.

Ports come, are connected, renamed, described, and go; clients come and go; periods are missed. When
the server dies it waits for the next one. It ends with its standard input.
"""

import contextlib
import itertools
import os
import sys
import threading
import time

import jack

KEY = jack.METADATA_PRETTY_NAME
LATE_EVERY = 200
"""Periods; each so many it is late once, which is an xrun."""


def babble(server: str) -> None:
    """Do it until the server is gone."""
    gone = threading.Event()
    client = jack.Client("babble", servername=server, no_start_server=True)
    client.set_shutdown_callback(lambda *_: gone.set())
    periods = itertools.count(1)

    def process(_frames: int) -> None:
        if next(periods) % LATE_EVERY == 0:
            time.sleep(0.004)

    client.set_process_callback(process)
    client.activate()
    try:
        for number in itertools.count():
            if gone.is_set():
                return
            source = client.outports.register(f"out_{number}")
            target = client.inports.register(f"in_{number}")
            client.connect(source, target)
            client.set_property(source.uuid, KEY, f"Out {number}", "text/plain")
            source.shortname = f"renamed_{number}"
            client.remove_property(source.uuid, KEY)
            client.disconnect(source, target)
            for port in (source, target):
                port.unregister()
            if number % 20 == 0:
                with jack.Client("guest", servername=server, no_start_server=True):
                    pass
    finally:
        client.close()


def end_with_standard_input() -> None:
    """End the process when whoever started it lets go of it, or is ended."""
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    """Babble at one server after the other."""
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    jack.set_error_function(lambda _: None)
    jack.set_info_function(lambda _: None)
    while True:
        with contextlib.suppress(jack.JackError):
            babble(sys.argv[1])
        time.sleep(0.02)


if __name__ == "__main__":
    main()
