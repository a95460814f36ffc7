"""The tone that tells a musician which ears are theirs: who hears it, and for how long."""

import asyncio
from collections.abc import Mapping
from typing import Any

from jackrf.control import Handler
from jackrf.desk import Desk
from jackrf.errors import InputError, JackServerError

SECONDS = 10.0
"""Unless somebody says otherwise: five times left and right."""
LONGEST_SECONDS = 60.0


class Identifying:
    """Switches the tone on and off again.

    Args:
        desk: whose mixes are to be told apart.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ends: dict[int, asyncio.TimerHandle] = {}
        self._wished: str | None = None

    @property
    def handlers(self) -> dict[str, Handler]:
        """What the control socket answers: ``identify``."""
        return {"identify": self._answer}

    def _answer(self, message: Mapping[str, Any]) -> Any:
        mix, seconds = message.get("mix"), message.get("seconds", SECONDS)
        if not isinstance(mix, str) or not isinstance(seconds, int | float):
            raise InputError("identify needs a mix by its id, and a number of seconds")
        self.play(mix, float(seconds))

    def wish(self, mix: str) -> None:
        """Play the tone into a mix as soon as there is JACK.

        Raises:
            InputError: there is no such mix.
        """
        self._number(mix)
        self._wished = mix

    def open(self) -> None:
        """Play what was wished for: the desk mixes now."""
        wished, self._wished = self._wished, None
        if wished is not None:
            self.play(wished, SECONDS)

    def play(self, mix: str, seconds: float) -> None:
        """Play the tone into a mix for some time, or stop it.

        Args:
            mix: its id.
            seconds: 0 to 60; 0 stops it.

        Raises:
            InputError: there is no such mix, or it is to play for too long.
            JackServerError: there is no JACK now.
        """
        number = self._number(mix)
        if not 0.0 <= seconds <= LONGEST_SECONDS:
            raise InputError(f"identify for {seconds:g} s: allowed are 0 to {LONGEST_SECONDS:g}")
        engine = self._desk.engine
        if engine is None:
            raise JackServerError("nothing can be identified while jackrf waits for JACK")
        before = self._ends.pop(number, None)
        if before is not None:
            before.cancel()
        engine.identify(number, on=seconds > 0.0)
        if seconds > 0.0:
            loop = asyncio.get_running_loop()
            self._ends[number] = loop.call_later(seconds, self._end, number)

    def _number(self, mix: str) -> int:
        known = [one.id for one in self._desk.mixer.mixes]
        if mix not in known:
            raise InputError(f"there is no mix {mix!r}: the session has {', '.join(known)}")
        return known.index(mix)

    def _end(self, number: int) -> None:
        self._ends.pop(number, None)
        if self._desk.engine is not None:
            self._desk.engine.identify(number, on=False)

    def close(self) -> None:
        """Forget when to end: the desk closes, or is handed over, and the tone with it."""
        for number in list(self._ends):
            self._ends.pop(number).cancel()
            self._end(number)
