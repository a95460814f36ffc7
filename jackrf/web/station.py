"""One mix of another machine: tuned in to while somebody hears it, and given to all relays."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from functools import partial
from typing import Final

from jackrf.background import in_background
from jackrf.errors import JackrfError
from jackrf.reminder import Reminder
from jackrf.rtp.sdp import Offer
from jackrf.rtsp.dialogue import Target
from jackrf.rtsp.tuner import Tuner

LINGER_SECONDS: Final = 5.0
"""For which it is still heard when nobody wants it: a page that comes in again finds it."""
RETRY_SECONDS: Final = 1.0
GOODBYE_SECONDS: Final = 1.0
AT_ONCE: Final = 64
"""Packets that are passed on before anything else has its turn."""
LONGEST: Final = 4096


class Station:
    """One mix.

    Attributes:
        dropped: packets that a relay did not take, summed over relays.
        alien: packets that are not of the stream that the server has told of.
        trouble: why it is not heard although it is wanted; empty for no trouble.

    Args:
        target: where it is.
        changed: is told what the server says of the stream, each time that it is tuned in to, and
            returns why that is not to be passed on; nothing where it is.
    """

    def __init__(self, target: Target, changed: Callable[[Offer], str]) -> None:
        self.dropped = self.alien = 0
        self.trouble = ""
        self._target = target
        self._changed = changed
        self._to: list[socket.socket] = []
        self._offer: Offer | None = None
        self._unwanted = asyncio.Event()
        self._leaving = Reminder(self._unwanted.set)
        self._running: asyncio.Task[None] | None = None

    @property
    def is_heard(self) -> bool:
        """Whether it is tuned in to."""
        return self._offer is not None

    def add(self, to: socket.socket) -> None:
        """Give it to a socket from now on."""
        self._to.append(to)
        self._unwanted.clear()
        self._leaving.drop()
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    def remove(self, to: socket.socket) -> None:
        """Give it to that socket no more. Harmless when called again, or after :meth:`close`."""
        if to in self._to:
            self._to.remove(to)
        if not self._to:
            self._leaving.within(LINGER_SECONDS)

    async def close(self) -> None:
        """Leave it. Harmless when called again."""
        self._to.clear()
        self._leaving.drop()
        self._unwanted.set()
        if self._running is not None:
            await asyncio.wait([self._running], timeout=GOODBYE_SECONDS)

    async def _run(self) -> None:
        while not self._unwanted.is_set():
            tuner = await self._tuned_in()
            if tuner is not None:
                await self._hear(tuner)
        self._running = None

    async def _tuned_in(self) -> Tuner | None:
        """Return a tuner of it; None, after a while, where nobody answers."""
        try:
            tuner = await in_background(partial(Tuner, self._target))
        except JackrfError as error:
            self.trouble = str(error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RETRY_SECONDS):
                    await self._unwanted.wait()
            return None
        self.trouble = ""
        return tuner

    async def _hear(self, tuner: Tuner) -> None:
        """Pass on what comes until nobody wants it; the tuner comes back by itself."""
        loop = asyncio.get_running_loop()
        loop.add_reader(tuner.hearing, self._pass_on, tuner)
        await self._unwanted.wait()
        loop.remove_reader(tuner.hearing)
        self._offer = None
        await in_background(tuner.close)
        tuner.hearing.close()
        tuner.reports.close()

    def _pass_on(self, tuner: Tuner) -> None:
        offer = tuner.offer
        if offer is not None and offer is not self._offer:
            self._offer = offer
            self.trouble = self._changed(offer)
        for _ in range(AT_ONCE):
            try:
                data = tuner.hearing.recv(LONGEST)
            except OSError:  # there is no more; or a port was told to be closed
                return
            # What is read with another width than it was written with is noise, as loud as can be.
            if offer is None or self.trouble or not _is_of(offer, data):
                self.alien += 1
                continue
            for to in self._to:
                try:
                    to.send(data)
                except OSError:
                    self.dropped += 1


def _is_of(offer: Offer, data: bytes) -> bool:
    """Return whether a packet has the payload type of an offer (RFC 3550 section 5.1)."""
    return len(data) > 1 and data[1] & 0x7F == offer.payload_type
