"""RTCP of all listeners, by one timer.

Nothing runs while nobody hears anything. With listeners a sender report goes to each of them every
8 s or so (RFC 3550, 6.2 and 6.3.1), and to a new one at once; receiver reports are read as they
come.
"""

import asyncio
import random
import socket
import time
from collections import Counter

from jackrf.audience.hearing import hear, identity
from jackrf.audience.listener import Listener
from jackrf.audience.reports import sender_report
from jackrf.desk import Desk
from jackrf.engine import wait_until
from jackrf.reminder import Reminder

EVERY_SECONDS = 8.0
"""RFC 3550 has 5 s as the least. Waking Python costs as much as fifty periods of a small desk."""
SOON_SECONDS = 0.1
"""After a change; two periods have passed by then."""
SILENT_SECONDS = 40.0
"""What a receiver told so long ago says nothing any more: five intervals (RFC 3550, 6.3.5)."""
LAST_PATIENCE = 0.2
"""Seconds to wait for the last packet before the goodbye: the server may have stopped calling."""
GOODBYE_SECONDS = 0.1
"""Between the goodbye and the end of connections: GStreamer hangs if it meets both at once."""
MOST_REPORTS = 50
"""A listener that tells more between two of our reports is not listened to until the next one."""
MOST_AT_ONCE = 16
LONGEST = 2048
"""Bytes of an RTCP datagram that are read."""


class Reporting:
    """RTCP of one desk while it runs.

    Args:
        desk: whose listeners; `close` comes before the desk's.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reminder = Reminder(self._report)
        self._due = 0.0
        self._read: dict[Listener, int] = {}
        self._told: Counter[Listener] = Counter()
        self._new: set[Listener] = set()
        self._open = False

    def start(self) -> None:
        """Begin, on the running loop."""
        self._open = True
        self._desk.audience.watch(self._change)
        self._change()

    def close(self) -> None:
        """End, and say goodbye. Harmless when called again."""
        if self._open:
            self._say_goodbye()
        self._open = False
        self._reminder.drop()
        for listener in list(self._read):
            self._stop_reading(listener)

    def _change(self) -> None:
        """Take in who is there now; look again soon."""
        if not self._open:
            return
        there = {one for one in self._desk.audience.listeners if one.has_control}
        # All of them: one that has found its way again has another socket behind its descriptor.
        for listener in list(self._read):
            self._stop_reading(listener)
        self._new = (self._new | (there - self._told.keys())) & there
        self._told = Counter({one: self._told[one] for one in there})
        for listener in there:
            self._start_reading(listener)
        self._reminder.within(SOON_SECONDS)

    def _report(self) -> None:
        now = time.monotonic()
        if now >= self._due:
            self._due = now + EVERY_SECONDS * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
            self._new = set(self._told)
            for listener in self._told:
                self._told[listener] = 0
                self._start_reading(listener)
                if listener.heard is not None and now - listener.heard.at > SILENT_SECONDS:
                    listener.heard = None
        for listener in self._new:
            self._report_to(listener)
        self._new = set()
        if self._told:
            self._reminder.within(max(SOON_SECONDS, self._due - now))

    def _say_goodbye(self) -> None:
        """Tell those who came by themselves that nothing more comes, and send nothing more.

        Their connections end with us. Whom the session sends to may wait for us to come back, and
        many a player that is told goodbye does not.
        """
        leaving = [one for one in self._told if one.destination is None and not one.paused]
        engine = self._desk.engine
        if engine is None or not leaving:
            return
        for listener in leaving:
            listener.paused = True
        # GStreamer takes a packet after the goodbye for one who has come again.
        now = engine.cycles
        wait_until(lambda: engine.cycles >= now + 2, LAST_PATIENCE)
        for listener in leaving:
            self._report_to(listener, last=True)
        time.sleep(GOODBYE_SECONDS)

    def _report_to(self, listener: Listener, *, last: bool = False) -> None:
        client = self._desk.client
        if client is None or (listener.paused and not last):
            return
        ssrc, offset = identity(self._desk, listener)
        report = sender_report(
            ssrc,
            client.frame_time + offset,
            time.time_ns(),
            listener.sent,
            listener.octets,
            f"{client.name}@{socket.gethostname()}",
            last=last,
        )
        self._desk.audience.tell(listener, report)

    def _start_reading(self, listener: Listener) -> None:
        if listener.control is not None and listener not in self._read:
            number = listener.control.fileno()
            self._read[listener] = number
            asyncio.get_running_loop().add_reader(number, self._hear_all, listener)

    def _stop_reading(self, listener: Listener) -> None:
        number = self._read.pop(listener)
        asyncio.get_running_loop().remove_reader(number)

    def _hear_all(self, listener: Listener) -> None:
        if listener.control is None:
            return
        for _ in range(MOST_AT_ONCE):
            try:
                data = listener.control.recv(LONGEST)
            except BlockingIOError:
                break
            except OSError:
                # Nobody listens on that port, or a firewall refuses: a datagram that says nothing.
                data = b""
            hear(self._desk, listener, data)
            self._told[listener] += 1
        if self._told[listener] > MOST_REPORTS:
            self._stop_reading(listener)
