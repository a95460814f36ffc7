"""The JACK client: ports, names, life cycle. Read this first.

    client = JackClient("jackrf", server=None)      # reads samplerate and period
    port = client.add_input("in_01", PortName("Kick", 1, "Inputs"))
    client.install(callback, context_address)       # compiled: no interpreter in the audio thread
    client.activate()                               # all ports appear at once
    client.connect("system:capture_1", port.name)
    ...client.events...                             # what happened, read by our own thread
    client.close()

Everything JACK tells on its own threads is only put on the queue `events`; libjack deadlocks or
refuses when it is called back from there.
"""

import contextlib
import ctypes
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import jack

from jackrf.clocks import identify_clock
from jackrf.errors import InputError, JackServerError
from jackrf.realtime.cache import cache_folder
from jackrf.realtime.quiet import quiet

__all__ = ["Event", "JackClient", "PortName", "cache_folder"]

EEXIST = 17
FORGETTING_SECONDS = 1.0
LOCK_CURRENT, LOCK_ON_FAULT = 1, 4
ICON = "audio-headphones"
NUMBER_TYPE = "http://www.w3.org/2001/XMLSchema#int"

EventKind = Literal["shutdown", "xrun", "period", "freewheel", "port", "connection", "property"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that JACK told.

    Attributes:
        kind: shutdown (the server is gone), xrun, period (a new size), freewheel, port (one
            appeared or went), connection (one was made or broken), property (metadata changed).
        value: frames for period, 0 or 1 for freewheel, port and connection, the UUID for property.
        text: the reason of a shutdown, the name of a port, both names of a connection, or the key
            of a property ('' for all of them).
    """

    kind: EventKind
    value: int = 0
    text: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PortName:
    """How a port is shown to people (JACK metadata); its own short name never changes."""

    pretty: str
    order: int
    group: str


class JackClient:
    """A client whose process callback is compiled.

    Args:
        name: taken exactly as it is; a name in use is an error, never ``name-01``.
        server: JACK server name, None for the default one. None is ever started.
        pretty: shown instead of `name` where programs show metadata.

    Raises:
        JackServerError: there is no such server, or it refused.
        InputError: another client has this name.
    """

    def __init__(self, name: str, server: str | None = None, pretty: str | None = None) -> None:
        _silence_libjack()
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._notify: Callable[[], None] = lambda: None
        self._keep: tuple[Any, ...] = ()
        self._names: list[tuple[Any, PortName]] = []
        self._pretty = pretty or name
        self._client = _open(name, server)
        self._closed = self._gone = False
        self._forgotten = threading.Semaphore(0)
        self.name: str = self._client.name
        self.samplerate: int = self._client.samplerate
        self.clock: int = identify_clock(server)
        self._hear()

    def _hear(self) -> None:
        client = self._client
        client.set_shutdown_callback(lambda _, reason: self._tell(Event("shutdown", 0, (reason,))))
        client.set_xrun_callback(lambda _: self._tell(Event("xrun")))
        client.set_blocksize_callback(lambda frames: self._tell(Event("period", frames)))
        client.set_freewheel_callback(lambda on: self._tell(Event("freewheel", int(on))))
        client.set_port_registration_callback(self._hear_port, only_available=False)
        client.set_port_connect_callback(self._hear_connection, only_available=False)
        client.set_property_change_callback(self._hear_property)

    def _hear_port(self, port: Any, registered: bool) -> None:
        if port is not None:
            self._tell(Event("port", int(registered), (port.name,)))

    def _hear_connection(self, source: Any, destination: Any, connected: bool) -> None:
        if source is not None and destination is not None:
            self._tell(Event("connection", int(connected), (source.name, destination.name)))

    def _hear_property(self, subject: int, key: str, change: int) -> None:
        if change == jack.PROPERTY_DELETED:
            self._forgotten.release()
        self._tell(Event("property", subject, (key,)))

    def _tell(self, event: Event) -> None:
        self._gone = self._gone or event.kind == "shutdown"
        self.events.put(event)
        self._notify()

    def on_event(self, notify: Callable[[], None]) -> None:
        """Have `notify` called, on a thread of JACK's, after each event is put on the queue."""
        self._notify = notify

    def add_input(self, short: str, name: PortName) -> int:
        """Register an input port and return its ``jack_port_t *``."""
        return self._add(self._client.inports.register(short), name)

    def add_output(self, short: str, name: PortName) -> int:
        """Register an output port and return its ``jack_port_t *``."""
        return self._add(self._client.outports.register(short), name)

    def _add(self, port: Any, name: PortName) -> int:
        self._names.append((port, name))
        return int(jack._ffi.cast("uintptr_t", port._ptr))

    def install(self, callback: Any, context_address: int, *owned: object) -> None:
        """Make a compiled function JACK's process callback.

        JACK-Client has no public way to install a C function, so this method alone uses its
        private names; ``tests/test_client.py`` fails by name when a release renames them.

        Args:
            callback: what ``numba.cfunc`` made, of the type ``JackProcessCallback``.
            context_address: its ``arg``.
            owned: whatever has to live as long as the client.
        """
        self._keep = (callback, *owned)
        function = jack._ffi.cast("JackProcessCallback", callback.address)
        argument = jack._ffi.cast("void *", context_address)
        failed = jack._lib.jack_set_process_callback(self._client._ptr, function, argument)
        if failed:
            raise JackServerError(f"JACK refused the process callback of {self.name}")

    @property
    def pointer(self) -> int:
        """The ``jack_client_t *``."""
        return int(jack._ffi.cast("uintptr_t", self._client._ptr))

    @property
    def period(self) -> int:
        """Frames per period, now."""
        return int(self._client.blocksize)

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
        self.tell_names()

    def tell_names(self) -> None:
        """Write names, order and groups to JACK metadata; programs that show it show them."""
        own = self._client.uuid
        self._describe(own, jack.METADATA_PRETTY_NAME, self._pretty)
        self._describe(own, jack.METADATA_ICON_NAME, ICON)
        for port, name in self._names:
            self._describe(port.uuid, jack.METADATA_PRETTY_NAME, name.pretty)
            self._describe(port.uuid, jack.METADATA_PORT_GROUP, name.group)
            self._describe(port.uuid, jack.METADATA_ORDER, str(name.order), NUMBER_TYPE)

    def _describe(self, subject: int, key: str, value: str, kind: str = "text/plain") -> None:
        # A server without metadata is no reason to stop.
        with contextlib.suppress(jack.JackError):
            self._client.set_property(subject, key, value, kind)

    def connect(self, source: str, destination: str) -> bool:
        """Connect two ports by full name; return whether they are connected now."""
        try:
            self._client.connect(source, destination)
        except jack.JackErrorCode as error:
            return bool(error.code == EEXIST)
        except jack.JackError:
            return False
        return True

    def connections(self, port: str) -> list[str]:
        """Return the full names of the ports that one of ours is connected to."""
        try:
            found = self._client.get_port_by_name(f"{self.name}:{port}")
            return [other.name for other in found.connections]
        except (jack.JackError, AttributeError):
            # A peer that goes while JACK-Client looks its name up again.
            return []

    def playback_ports(self) -> list[str]:
        """Return the names of the sound card's outputs, in order."""
        try:
            found = self._client.get_ports(is_audio=True, is_input=True, is_physical=True)
            return [port.name for port in found]
        except (jack.JackError, AttributeError):
            return []

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
        self._forget_names()
        for leave in (self._client.deactivate, self._client.close):
            with contextlib.suppress(jack.JackError):
                leave()

    def _forget_names(self) -> None:
        # jackd tells a closing client of each property that goes with its ports; with many ports
        # that fills a socket that the client reads no more, and both wait for ever. So they go
        # while it is active and hears of them, and it has heard of all before it closes.
        if self._gone:
            return
        removed = 0
        for port, _ in self._names:
            with contextlib.suppress(jack.JackError, RuntimeError):
                removed += self._client.remove_properties(port.uuid) > 0
        deadline = time.monotonic() + FORGETTING_SECONDS
        while removed and self._forgotten.acquire(timeout=max(0.0, deadline - time.monotonic())):
            removed -= 1


def _silence_libjack() -> None:
    # Each failure that matters is told in a line of our own.
    say_nothing = jack._ffi.cast("void (*)(const char *)", quiet.address)
    jack._lib.jack_set_error_function(say_nothing)
    jack._lib.jack_set_info_function(say_nothing)


def _lock_memory() -> None:
    # What is in memory stays there, where the limit allows it (`jackrf doctor` tells); mlockall(2).
    ctypes.CDLL(None).mlockall(LOCK_CURRENT | LOCK_ON_FAULT)


def _open(name: str, server: str | None) -> Any:
    try:
        return jack.Client(name, use_exact_name=True, no_start_server=True, servername=server)
    except jack.JackOpenError as error:
        where = f"a JACK server named {server!r}" if server else "a JACK server"
        if error.status.server_failed:
            option = f" -n {server}" if server else ""
            raise JackServerError(
                f"{where} is not running: start one, for example in QjackCtl or with "
                f"`jackd{option} -d alsa` (`jackd{option} -d dummy` without a sound card), "
                "or wait for one with --wait"
            ) from None
        raise InputError(
            f"JACK refused a client named {name!r}, most likely because another one has this "
            "name: stop that one, or choose another name with --name"
        ) from None
