"""``jackrf listen`` from its opening to its end: one loop that waits for what happens next.

It outlives its output: when the JACK server goes, the client is closed, and as soon as there is a
server again a new one has the same name, ports and connections. The sockets stay open throughout.
"""

import contextlib
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

from jackrf.heap import set_aside
from jackrf.listening.figures import Figures, figures_of, waiting
from jackrf.listening.output import CardPlace, JackOutput, JackPlace, Output
from jackrf.listening.recording import Recording
from jackrf.listening.reports import Reports
from jackrf.listening.source import Source

FIGURES_SECONDS = 1.0

Watcher = Callable[[Figures], None]


class Listening:
    """A receiver, its output, and who is told of it.

    Args:
        source: owned from here on.
        place: where to play.
        reports: to the sender.
        say: how people are told, by a line.
    """

    def __init__(
        self,
        source: Source,
        place: JackPlace | CardPlace,
        reports: Reports,
        say: Callable[[str], None],
    ) -> None:
        self._source = source
        self._place = place
        self._reports = reports
        self._say = say
        self._output: Output | None = None
        self._peers: Sequence[tuple[str, str]] = ()
        self._recording: Recording | None = None
        self._told: str | None = None
        self._watchers: list[tuple[float, Watcher]] = []
        self._log: list[Any] | None = None
        self._stopping = False
        self._began = time.monotonic()
        self._before: Figures | None = None
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        for end in (self._wake, self._woken):
            end.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        if source.reports is not None:
            self._selector.register(source.reports, selectors.EVENT_READ)

    def watch(self, watcher: Watcher, seconds: float = FIGURES_SECONDS) -> None:
        """Have the figures told every so many seconds."""
        self._watchers.append((seconds, watcher))

    def open(self) -> Output:
        """Open the output; nothing plays yet.

        Raises:
            JackrfError: it is not there, or refuses.
        """
        self._output = self._place.open(self._source, self._peers)
        if isinstance(self._output, JackOutput):
            self._selector.register(self._output.client.events, selectors.EVENT_READ)
        return self._output

    def record(self, recording: Recording) -> None:
        """Go on recording when JACK comes back; closed at the end."""
        self._recording = recording

    def keep_log(self, rows: list[Any], seconds: float) -> None:
        """Add to a list what the receiver's log says, every so many seconds and at the end."""
        self._log = rows
        self._watchers.append((seconds, lambda _: self._read_log()))

    def _read_log(self) -> None:
        if self._log is not None and self._output is not None:
            self._log.append(self._output.receiver.log())

    def _rouse(self) -> None:
        with contextlib.suppress(OSError):
            self._wake.send(b".")

    def stop(self, *_: object) -> None:
        """End `run`; fit to be a signal handler."""
        self._stopping = True
        self._rouse()

    def run(self, opening: str) -> Figures:
        """Play until `stop`, and return the last figures.

        Args:
            opening: what to say once it plays.

        Raises:
            JackrfError: the output, which `open` opened, refuses to start.
        """
        for line in (*self._start(), opening):
            self._say(line)
        set_aside()
        now = time.monotonic()
        due = [now + seconds for seconds, _ in self._watchers]
        report_due = now + self._reports.wait(self._bandwidth())
        while not self._stopping:
            self._pause(min([report_due, *due]))
            now = time.monotonic()
            self._look_after_output()
            self._look_after_recording()
            self._reports.hear(now, self._ssrc())
            if now >= report_due:
                self._report(now)
                report_due = now + self._reports.wait(self._bandwidth())
            for number, (seconds, watcher) in enumerate(self._watchers):
                if now >= due[number]:
                    due[number] = max(due[number] + seconds, now)
                    watcher(self.figures())
        self._read_log()
        return self.figures()

    def _start(self) -> list[str]:
        """Begin to play. `run` itself holds no output: it may go, and another one come."""
        return [] if self._output is None else self._output.start()

    def _pause(self, until: float) -> None:
        """Wait until something comes, or it is time."""
        patience = until - time.monotonic()
        if self._output is None:
            patience = min(patience, self._place.retry_seconds)
        self._selector.select(max(0.0, patience))
        with contextlib.suppress(OSError):
            while self._woken.recv(4096):
                pass

    def _look_after_output(self) -> None:
        output = self._output
        if output is None:
            self._come_back()
        elif output.is_there():
            self._peers = output.peers()
            if self._source.renew():
                self._leave(output)
                self._say(f"the stream comes at {self._source.form.rate} Hz now")
        else:
            self._leave(output)
            self._say(f"{self._place.what} went away; waiting for it")

    def _look_after_recording(self) -> None:
        error = None if self._recording is None else self._recording.error
        if error is not None and error != self._told:
            self._told = error
            self._say(error)

    def _leave(self, output: Output) -> None:
        self._before = self.figures()
        self._read_log()
        self._let_go(output)

    def _let_go(self, output: Output) -> None:
        self._output = None
        if isinstance(output, JackOutput):
            self._selector.unregister(output.client.events)
        output.close()

    def _come_back(self) -> None:
        with contextlib.suppress(*self._place.gone):
            self._place.look_again()
            output = self.open()
            if self._recording is not None:
                self._recording.turn_to(output.tap, output.figures()["samplerate"])
            for line in output.start():
                self._say(line)
            self._say(f"{self._place.what} is back")
            set_aside()

    def _ssrc(self) -> int:
        output = self._output
        return 0 if output is None else int(output.receiver.reception["ssrc"][0])

    def _bandwidth(self) -> float:
        """Return the stream's bytes per s; before it is known, those of stereo L16."""
        output = self._output
        stream = {} if output is None else output.receiver.report()["stream"]
        found = stream.get("rate", 0) * stream.get("channels", 0) * stream.get("sample_bytes", 0)
        return float(found or 192_000)

    def _report(self, now: float) -> None:
        output = self._output
        reception = None if output is None else output.receiver.statistics()
        if output is None or reception is None:
            return
        self._reports.learn(output.receiver.peer())
        self._reports.report(reception, self._ssrc(), now)

    def figures(self) -> Figures:
        """Return what there is to be told now."""
        at = time.monotonic() - self._began
        output = self._output
        if output is not None:
            return figures_of(output, at, self._before)
        return waiting(self._before, at, self._place.what)

    def close(self) -> None:
        """Say goodbye to the sender, stop playing, finish the recording, close the sockets."""
        self._reports.leave()
        if self._output is not None:
            self._let_go(self._output)
        if self._recording is not None:
            self._recording.close()
        self._selector.close()
        self._wake.close()
        self._woken.close()
        self._source.close()
