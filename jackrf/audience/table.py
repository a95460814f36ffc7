"""All who hear the mixes of a desk: they join and leave at any time, while audio runs.

    listener = take_stream(mix, connection, "rtsp://192.168.1.31/drums", "rtsp", channel=0)
    audience.join(listener)                # heard from the next period on
    audience.post(listener, response)      # between two packets, on the same connection
    listener.paused = True
    audience.leave(listener)               # the next period sends it nothing more

The audio thread goes through a table of rows. Another table takes the place of the old one by one
aligned write, and the old one, with the sockets of those who left, is kept until no period can use
it any more (docs/realtime.md, publish and retire). All of this is for the control side's thread.

Whoever joins an encrypted mix hears it by way of the relay that seals it, or is refused here:
whatever brought them (`jackrf.audience.sealing`).
"""

import contextlib
import os
from collections.abc import Callable, Iterable

from jackrf.audience.listener import Listener
from jackrf.audience.mending import lost_addresses, reconnect, take_after
from jackrf.audience.row import post, unsent
from jackrf.audience.sealing import Sealer
from jackrf.engine import Engine
from jackrf.realtime.stream import DOLLAR

Then = Callable[[bytes], None]
"""What is done once somebody has left: with what must go into the stream before anything else."""


class Audience:
    """The listeners of one desk.

    Attributes:
        sealer: of those who hear an encrypted mix.

    Args:
        listeners: owned from here on.
        sealer: theirs.
        encrypted: numbers of the mixes that are.
    """

    def __init__(
        self,
        listeners: Iterable[Listener] = (),
        sealer: Sealer | None = None,
        encrypted: Iterable[int] = (),
    ) -> None:
        self.listeners = list(listeners)
        self.sealer = sealer or Sealer()
        self._encrypted = frozenset(encrypted)
        self._check(self.listeners)
        self._engine: Engine | None = None
        self._watchers: list[Callable[[], None]] = []

    def watch(self, watcher: Callable[[], None]) -> None:
        """Have every joining and leaving told, after it was done."""
        self._watchers.append(watcher)

    def start(self, engine: Engine) -> None:
        """Be sent to by an engine, from its next period on."""
        self._engine = engine
        for one in self.listeners:
            # The first packet after a gap (RFC 3551 section 4.1).
            one.row["marker"] = 1
        engine.publish([one.row for one in self.listeners])

    def stop(self) -> None:
        """Be sent to no more: the engine's callback has stopped. Everybody stays."""
        if self._engine is not None:
            self._engine.collect(stopped=True)
        self._engine = None

    def join(self, *listeners: Listener) -> None:
        """Let listeners hear their mixes, from the next period on. They are owned from here on.

        Raises:
            ValueError: one would hear an encrypted mix in the clear.
        """
        self._check(listeners)
        self.listeners.extend(listeners)
        self._publish([])

    def _may_hear(self, listener: Listener) -> bool:
        return listener.mix not in self._encrypted or listener.seal is not None

    def _check(self, listeners: Iterable[Listener]) -> None:
        for one in listeners:
            if not self._may_hear(one):
                raise ValueError(f"{one.url} would hear an encrypted mix in the clear")

    def leave(self, listener: Listener, then: Then | None = None) -> None:
        """Send a listener nothing more, and close its socket as soon as that is safe.

        Args:
            listener: who has left already is let go.
            then: called when nobody writes to the connection any more, just before the listener's
                own descriptor of it is closed: at once, or at a later `tend`.
        """
        if listener in self.listeners:
            self.listeners.remove(listener)
            self._publish([(listener, then)])

    def _publish(self, leaving: list[tuple[Listener, Then | None]]) -> None:
        def retire() -> None:
            for listener, then in leaving:
                rest = listener.write_on()
                if then is not None:
                    then(rest)
                listener.close()

        if self._engine is not None:
            self._engine.publish([one.row for one in self.listeners], retire)
        self._tell_watchers()
        if self._engine is None:
            retire()

    def _tell_watchers(self) -> None:
        for watcher in self._watchers:
            watcher()

    def post(self, listener: Listener, data: bytes) -> bool:
        """Send whole messages of another kind on a listener's TCP connection, between packets.

        Returns:
            Whether there was room: who does not read what is said is to be hung up on.
        """
        taken = post(listener.row, data)
        if self._engine is None:
            listener.write_on()
        return taken

    def tell(self, listener: Listener, report: bytes) -> None:
        """Send RTCP to a listener, by its own socket or between its packets; lost is lost."""
        if listener.control_channel is not None:
            header = bytes((DOLLAR, listener.control_channel)) + len(report).to_bytes(2, "big")
            self.post(listener, header + report)
        elif listener.control is not None:
            with contextlib.suppress(OSError):
                if listener.control_to is None:
                    listener.control.send(report)
                else:
                    listener.control.sendto(report, listener.control_to)

    @property
    def waits(self) -> bool:
        """Whether something is to be let go of, or written, by a later `tend`."""
        if self._engine is not None:
            return self._engine.retains
        return any(one.is_stream and unsent(one.row) for one in self.listeners)

    def tend(self) -> list[Listener]:
        """Let go of what was replaced, and of those whose stream has ended; seal anew.

        Called soon after somebody left, and again as long as something `waits`
        (`jackrf.running.tending`).

        Returns:
            Those who were found gone.
        """
        unsealed = [one for one in self.listeners if one.seal is not None and one.seal.is_broken]
        for one in unsealed:
            _seal_again(one)
        if unsealed:
            self._tell_watchers()
        gone = [one for one in self.listeners if one.is_gone]
        for one in gone:
            self.leave(one)
        if self._engine is not None:
            self._engine.collect()
        else:
            for one in self.listeners:
                one.write_on()
        return gone

    def mend(self) -> None:
        """Find the way again to those whom this machine could not send to (`reconnect`)."""
        lost = lost_addresses(one.outside for one in self.listeners)
        mended = [one for one in self.listeners if reconnect(one, lost)]
        if mended:
            self._tell_watchers()

    def hand_over(self, successor: "Audience") -> None:
        """Let the audience of another session take the place of this one, which is left empty.

        Who hears a mix at the same address keeps sequence numbers and counters, and descriptors,
        by which packets go out as the other session has it; who came by itself stays.
        """
        before = {_place(one): one for one in self.listeners if one.destination}
        staying = [one for one in self.listeners if one.destination is None]
        for one in successor.listeners:
            known = before.pop(_place(one), None)
            if known is None:
                staying.append(one)
            else:
                take_after(known, one)
                known.destination, known.url = one.destination, one.url
                staying.append(known)
                one.close()
        engine, self._engine, self.listeners = self._engine, None, []
        successor.inherit(engine, staying, list(before.values()))

    def inherit(
        self, engine: Engine | None, staying: list[Listener], leaving: list[Listener]
    ) -> None:
        """Take the place of another audience: the other side of `hand_over`."""
        self._engine = engine
        self.listeners = [one for one in staying if self._may_hear(one)]
        leaving = leaving + [one for one in staying if not self._may_hear(one)]
        self._publish([(one, None) for one in leaving])

    def close(self) -> None:
        """Close every socket; the engine's callback, if any, has stopped."""
        self.stop()
        for one in self.listeners:
            one.write_on()
            one.close()
        self.listeners = []
        self.sealer.close()


def _place(one: Listener) -> tuple[int, tuple[str, int], bytes | None]:
    """Return which mix goes where, and by which key if it is encrypted."""
    return one.mix, one.address, None if one.seal is None else one.seal.key


def _seal_again(one: Listener) -> None:
    """Have another relay seal for a destination; who came by itself comes again by itself."""
    if one.seal is None or one.control is None:
        return
    if one.destination is None:
        one.row["gone"] = 1
        return
    with contextlib.suppress(OSError):
        for new, old in zip(one.seal.begin(), (one.socket, one.control), strict=True):
            with new:
                # In one step: the audio thread sends by the one or by the other.
                os.dup2(new.fileno(), old.fileno(), inheritable=False)
