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
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import jack

from jackrf.clocks import identify_clock
from jackrf.errors import JackServerError
from jackrf.graph.cables import peers
from jackrf.graph.opening import open_client
from jackrf.patchbay.metadata import Metadata
from jackrf.patchbay.ports import PortName
from jackrf.realtime.cache import cache_folder
from jackrf.realtime.quiet import quiet

__all__ = ["Event", "JackClient", "PortName", "cache_folder"]

EEXIST = 17
CALM_SECONDS, CALMED_SECONDS = 0.03, 1.0
LOCK_CURRENT, LOCK_ON_FAULT = 1, 4

EventKind = Literal[
    "shutdown", "xrun", "period", "freewheel", "port", "rename", "connection", "property"
]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that JACK told.

    Attributes:
        kind: shutdown (the server is gone), xrun, period (a new size), freewheel, port (one
            appeared or went), rename (of a port), connection (one was made or broken), property
            (metadata changed).
        value: frames for period, 0 or 1 for freewheel, port and connection, the UUID for property.
        text: the reason of a shutdown, the name of a port, its old and its new name, both names of
            a connection, or the key of a property ('' for all of them).
    """

    kind: EventKind
    value: int = 0
    text: tuple[str, ...] = ()


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
        _silence_libjack()
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._notify: Callable[[], None] = lambda: None
        self._freewheel: Callable[[bool], None] = _ignore
        self._keep: tuple[Any, ...] = ()
        self._client = open_client(name, server)
        self.metadata = Metadata(self._client, pretty or name)
        self._closed = self._gone = False
        self._told = 0
        self.name: str = self._client.name
        self.samplerate: int = self._client.samplerate
        self.clock: int = identify_clock(server)
        self._hear()

    def _hear(self) -> None:
        client = self._client
        client.set_shutdown_callback(lambda _, reason: self._tell(Event("shutdown", 0, (reason,))))
        client.set_xrun_callback(lambda _: self._tell(Event("xrun")))
        client.set_blocksize_callback(lambda frames: self._tell(Event("period", frames)))
        client.set_freewheel_callback(self._hear_freewheel)
        client.set_port_registration_callback(self._hear_port, only_available=False)
        # JACK 1 has no such callback.
        with contextlib.suppress(AttributeError):
            client.set_port_rename_callback(self._hear_rename, only_available=False)
        client.set_port_connect_callback(self._hear_connection, only_available=False)
        client.set_property_change_callback(self._hear_property)

    def _hear_freewheel(self, on: bool) -> None:
        # JACK waits for the answer before the first cycle: thousands more would go by on a queue.
        self._freewheel(bool(on))
        self._tell(Event("freewheel", int(on)))

    def _hear_port(self, port: Any, registered: bool) -> None:
        if port is not None:
            self._tell(Event("port", int(registered), (port.name,)))

    def _hear_rename(self, _: Any, old: str, new: str) -> None:
        self._tell(Event("rename", 0, (old, new)))

    def _hear_connection(self, source: Any, destination: Any, connected: bool) -> None:
        if source is not None and destination is not None:
            self._tell(Event("connection", int(connected), (source.name, destination.name)))

    def _hear_property(self, subject: int, key: str, change: int) -> None:
        if change == jack.PROPERTY_DELETED:
            self.metadata.hear_deleted()
        self._tell(Event("property", subject, (key,)))

    def _tell(self, event: Event) -> None:
        self._gone = self._gone or event.kind == "shutdown"
        self.events.put(event)
        self._notify()
        self._told += 1

    def on_event(self, notify: Callable[[], None]) -> None:
        """Have `notify` called, on a thread of JACK's, after each event is put on the queue."""
        self._notify = notify

    def on_freewheel(self, act: Callable[[bool], None]) -> None:
        """Have `act` called, on a thread of JACK's, before freewheeling begins and ends.

        It must be short and must not call JACK.
        """
        self._freewheel = act

    def add_input(self, short: str, name: PortName) -> int:
        """Register an input port and return its ``jack_port_t *``."""
        return self._add(self._client.inports.register(short), name)

    def add_output(self, short: str, name: PortName) -> int:
        """Register an output port and return its ``jack_port_t *``."""
        return self._add(self._client.outports.register(short), name)

    def _add(self, port: Any, name: PortName) -> int:
        self.metadata.add(port, name)
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
        if not self._gone:
            self.metadata.forget()
        for leave in (self._client.deactivate, self._calm, self._client.close):
            with contextlib.suppress(jack.JackError):
                leave()
        # JACK-Client's callbacks hold this object, and a server may come and go a hundred times.
        self._keep = ()
        self._freewheel = _ignore

    def _calm(self) -> None:
        # libjack ends its notification thread by pthread_cancel(3). One that is cancelled where it
        # waits for the interpreter, in a callback of ours, leaves that locked for ever. So it is
        # left in peace until nothing has been told for a moment, such as that the server is gone.
        seen, deadline = -1, time.monotonic() + CALMED_SECONDS
        while seen != self._told and time.monotonic() < deadline:
            seen = self._told
            time.sleep(CALM_SECONDS)


def _ignore(_: bool) -> None:
    pass


def _silence_libjack() -> None:
    # Each failure that matters is told in a line of our own.
    say_nothing = jack._ffi.cast("void (*)(const char *)", quiet.address)
    jack._lib.jack_set_error_function(say_nothing)
    jack._lib.jack_set_info_function(say_nothing)


def _lock_memory() -> None:
    # What is in memory stays there, where the limit allows it (`jackrf doctor` tells); mlockall(2).
    ctypes.CDLL(None).mlockall(LOCK_CURRENT | LOCK_ON_FAULT)
