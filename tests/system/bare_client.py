"""A client of libjack alone, with the ports, names and cable of `jackrf run` of one voice.

It does what it is told to by lines, and answers each: what it grows by from server to server is
libjack's own.
"""

import ctypes
import ctypes.util
import subprocess
import sys
from typing import Any, Self

from jackrf.realtime.compiling import JACK_PROCESS, callback
from jackrf.realtime.quiet import quiet

NAME = b"bare"
AUDIO = b"32 bit float mono audio"
PORTS = ((b"in_01", 1), (b"mix_01_l", 2), (b"mix_01_r", 2))
"""Short names, with JackPortIsInput or JackPortIsOutput."""
CABLE = b"player:out_1", b"bare:in_01"
PRETTY = b"http://jackaudio.org/metadata/pretty-name"
NO_START, EXACT_NAME, SERVER_NAME = 1, 2, 4


class BareClient:
    """The program, for the length of a ``with`` block; it has no client at first.

    Args:
        server: JACK server name.
    """

    def __init__(self, server: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.system.bare_client", server],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self.process.pid

    def tell(self, word: str) -> None:
        """Have it ``open`` a client, or ``close`` it; wait until that is done."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{word}\n")
        stdin.flush()
        assert stdout.readline() == f"{word}\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate(timeout=10)


@callback(JACK_PROCESS)
def rest(frames: Any, argument: Any) -> Any:  # noqa: ARG001
    """Do nothing in a period."""
    return 0


def main(server: str) -> None:
    """Do what the lines of standard input say."""
    library = ctypes.CDLL(ctypes.util.find_library("jack") or "libjack.so.0")
    for name in ("jack_client_open", "jack_port_register"):
        getattr(library, name).restype = ctypes.c_void_p
    library.jack_port_uuid.restype = ctypes.c_uint64
    for name in ("jack_set_error_function", "jack_set_info_function"):
        getattr(library, name)(ctypes.c_void_p(quiet.address))
    client = ctypes.c_void_p()
    for line in sys.stdin:
        if line.strip() == "open":
            client = opened(library, server)
        else:
            library.jack_deactivate(client)
            library.jack_client_close(client)
        print(line, end="", flush=True)


def opened(library: Any, server: str) -> ctypes.c_void_p:
    """Open the client as jackrf does."""
    status, options = ctypes.c_int(), NO_START | EXACT_NAME | SERVER_NAME
    found = library.jack_client_open(NAME, options, ctypes.byref(status), server.encode())
    assert found, status.value
    client = ctypes.c_void_p(found)
    library.jack_set_process_callback(client, ctypes.c_void_p(rest.address), None)
    ports = [
        ctypes.c_void_p(library.jack_port_register(client, name, AUDIO, flags, 0))
        for name, flags in PORTS
    ]
    library.jack_activate(client)
    for port in ports:
        uuid = ctypes.c_uint64(library.jack_port_uuid(port))
        library.jack_set_property(client, uuid, PRETTY, b"Bare", b"text/plain")
    library.jack_connect(client, *CABLE)
    return client


if __name__ == "__main__":
    main(sys.argv[1])
