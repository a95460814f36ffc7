"""The JACK client: ports, names, life cycle. Read this first.

    client = JackClient("jackrf", server=None)      # reads samplerate and period
    port = client.add_input("in_01", PortName("Kick", 1, "Inputs"))
    client.install(callback, context_address)       # compiled: no interpreter in the audio thread
    client.activate()                               # all ports appear at once
    client.connect("system:capture_1", port.name)
    ...client.events...                             # what happened, read by our own thread
    client.close()

What JACK tells on its own threads goes through a pipe to whoever reads `events`: libjack deadlocks
or refuses when it is called back from there, and no interpreter may run there.
"""

import contextlib
import ctypes
from typing import Any

import jack

from jackrf.clocks import identify_clock
from jackrf.errors import JackServerError
from jackrf.graph.binding import install, peers, pointer_of, silence
from jackrf.graph.notices import Event, Notices
from jackrf.graph.opening import open_client
from jackrf.patchbay.metadata import Metadata
from jackrf.patchbay.ports import PortName
from jackrf.realtime.cache import cache_folder

__all__ = ["Event", "JackClient", "PortName", "cache_folder"]

EEXIST = 17
LOCK_CURRENT, LOCK_ON_FAULT = 1, 4


class JackClient:
    """A client whose process callback is compiled.

    Args:
        name: taken exactly as it is; a name in use is an error, never ``name-01``.
        server: JACK server name, None for the default one. None is ever started.
        pretty: shown instead of `name` where programs show metadata.

    Attributes:
        events: what JACK has told, not yet read.
        metadata: what programs show of it.

    Raises:
        JackServerError: there is no such server, or it refused.
        InputError: another client has this name.
    """

    def __init__(self, name: str, server: str | None = None, pretty: str | None = None) -> None:
        silence()
        self._keep: tuple[Any, ...] = ()
        self._client = open_client(name, server)
        self.events = Notices(self._client)
        self.metadata = Metadata(self._client, pretty or name)
        self._closed = False
        self.name: str = self._client.name
        self.samplerate: int = self._client.samplerate
        self.clock: int = identify_clock(server)

    def add_input(self, short: str, name: PortName) -> int:
        """Register an input port and return its ``jack_port_t *``.

        Raises:
            JackServerError: the server is going, or has no room for it.
        """
        return self._add(self._client.inports, short, name)

    def add_output(self, short: str, name: PortName) -> int:
        """Register an output port and return its ``jack_port_t *``, as `add_input` does."""
        return self._add(self._client.outports, short, name)

    def _add(self, ports: Any, short: str, name: PortName) -> int:
        try:
            port = ports.register(short)
        except jack.JackError:
            raise JackServerError(
                f"JACK refused the port {self.name}:{short}: "
                "the server is just ending, or has as many ports as it allows (jackd -p)"
            ) from None
        self.metadata.add(port, name)
        return pointer_of(port)

    def install(self, callback: Any, context_address: int, *owned: object) -> None:
        """Make a compiled function JACK's process callback.

        Args:
            callback: what ``numba.cfunc`` made, of the type ``JackProcessCallback``.
            context_address: its ``arg``.
            owned: whatever has to live as long as the client.
        """
        self._keep = (callback, *owned)
        setter, kind = "jack_set_process_callback", "JackProcessCallback"
        if not install(self._client, setter, kind, callback, context_address):
            raise JackServerError(f"JACK refused the process callback of {self.name}")

    @property
    def pointer(self) -> int:
        """The ``jack_client_t *``."""
        return pointer_of(self._client)

    @property
    def period(self) -> int:
        """Frames per period, now."""
        return int(self._client.blocksize)

    @property
    def frame_time(self) -> int:
        """JACK's frame time of about now, modulo 2**32: what timestamps are made of."""
        return int(self._client.frame_time) & 0xFFFFFFFF

    @property
    def graph_time(self) -> int:
        """JACK's frame time at the beginning of the graph's latest period, whoever took part."""
        return int(self._client.last_frame_time)

    @property
    def load(self) -> float:
        """JACK's load in per cent."""
        return float(self._client.cpu_load())

    def activate(self) -> None:
        """Show all ports to the graph, named for people, and start the callback."""
        _lock_memory()
        try:
            self._client.activate()
        except jack.JackError as error:
            raise JackServerError(f"JACK did not activate {self.name}: {error}") from None
        self.metadata.tell()

    def connect(self, source: str, destination: str) -> bool:
        """Connect two ports by full name; return whether they are connected now."""
        try:
            self._client.connect(source, destination)
        except jack.JackErrorCode as error:
            return bool(error.code == EEXIST)
        except jack.JackError:
            return False
        return True

    def disconnect(self, source: str, destination: str) -> None:
        """Disconnect two ports by full name; what is not connected stays so."""
        with contextlib.suppress(jack.JackError):
            self._client.disconnect(source, destination)

    def connections(self, port: str) -> list[str]:
        """Return the full names of the ports that one of ours is connected to."""
        return peers(self._client, f"{self.name}:{port}")

    def playback_ports(self) -> list[str]:
        """Return the names of the sound card's outputs, in order."""
        return self._ports(is_input=True, is_physical=True)

    def others(self, *, outputs: bool) -> list[str]:
        """Return the full names of other clients' audio ports: what they give, or what they take.

        Args:
            outputs: those that give sound; otherwise those that take it.
        """
        found = self._ports(is_output=True) if outputs else self._ports(is_input=True)
        return [name for name in found if not name.startswith(f"{self.name}:")]

    def _ports(self, **what: bool) -> list[str]:
        try:
            return [port.name for port in self._client.get_ports(is_audio=True, **what)]
        except (jack.JackError, AttributeError):
            # A port that goes while JACK-Client looks its name up again.
            return []

    def shown(self, port: str) -> str:
        """Return what people read of a port, anybody's, by its full name; empty for nothing."""
        try:
            return self.metadata.pretty_name(self._client.get_port_by_name(port).uuid) or ""
        except jack.JackError:
            return ""

    def has_port(self, name: str) -> bool:
        """Return whether a port of this full name is there now."""
        try:
            return self._client.get_port_by_name(name) is not None
        except jack.JackError:
            return False

    def close(self) -> None:
        """Leave the graph and JACK: after the server has died, too, before the next client."""
        if self._closed:
            return
        self._closed = True
        client = self._client
        # jackd tells us too of each named port that goes, and waits for ever where nobody reads.
        # Each by itself: of a client that came during an export jackd has forgotten whose they are
        # when that ends. It says that one cannot be given back then, and has it back all the same.
        ports = [] if self.events.gone else [*client.inports, *client.outports]
        returns = [port.unregister for port in ports]
        for leave in (client.deactivate, *returns, self.events.silence, client.close):
            with contextlib.suppress(jack.JackError):
                leave()
        self.events.close()
        self._keep = ()


def _lock_memory() -> None:
    # What is in memory stays there, where the limit allows it (`jackrf doctor` tells); mlockall(2).
    ctypes.CDLL(None).mlockall(LOCK_CURRENT | LOCK_ON_FAULT)
