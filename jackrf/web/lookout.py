"""Looks whether there is something else to be heard on another machine than there was."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from jackrf.background import in_background
from jackrf.errors import JackrfError
from jackrf.web.elsewhere import Elsewhere
from jackrf.web.programme import find, listed

LOOK_SECONDS: Final = 10.0
"""Between two looks at a list; when a mix was tuned in to, at once."""


class Lookout:
    """Follows what servers tell.

    Args:
        urls: as `jackrf.web.programme.find` takes them.
        sound: of what there is; it is told what there is now.
        changed: is awaited when relays have to know.
        say: tells people a line.
    """

    def __init__(
        self,
        urls: Sequence[str],
        sound: Elsewhere,
        changed: Callable[[], Awaitable[None]],
        say: Callable[[str], None],
    ) -> None:
        self._urls = urls
        self._sound = sound
        self._changed = changed
        self._say = say
        self._trouble = ""

    async def run(self) -> None:
        """Look for ever."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._sound.news.wait()
            self._sound.news.clear()
            await self.look()

    async def look(self) -> None:
        """Look once. A server that is away has the mixes that it had."""
        sound, urls = self._sound, self._urls
        try:
            lists = await in_background(lambda: [listed(url) for url in urls])
        except JackrfError:
            return
        if lists == list(sound.programme.lists) and not sound.is_sent_otherwise:
            self._trouble = ""
            return
        try:
            programme = await in_background(partial(find, urls))
        except JackrfError as error:
            if str(error) != self._trouble:
                self._say(str(error))
            self._trouble = str(error)
            return
        self._trouble = ""
        if await sound.take(programme):
            await self._changed()
