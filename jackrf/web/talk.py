"""What a page and the relay say to one another about the sound, by whichever transport. Sans-IO.

A page begins with its token, as JSON: ``{"token": ..., "mix": ...}``. It is told what it hears, and
when it asks for the time (``{"ping": ...}``) it says how it is.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from jackrf.web.feed import Feed
from jackrf.web.gate import Gate
from jackrf.web.listener import Listener

MOST_SAID: Final = 2048
"""Bytes of what a page says of itself."""
FIRST_WORD_SECONDS: Final = 5.0
"""Within which a page has to show its token."""

WRONG_TOKEN: Final = 4401
ENCRYPTED: Final = 4403
NO_SUCH_MIX: Final = 4404
COME_AGAIN: Final = 4000
TOO_MUCH: Final = 1009
"""Codes with which a page is sent away; it has a sentence for each."""


def understood(text: str | bytes) -> dict[str, Any]:
    """Return what a page says; nothing if it has no sense."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def admitted(said: Mapping[str, Any], gate: Gate, feeds: Mapping[str, Feed]) -> Feed | int:
    """Return the mix that a first word opens, or the code with which its page is sent away."""
    grant = gate.grant(said.get("token"))
    mix = None if grant is None else grant.mix or said.get("mix")
    if grant is None or said.get("mix") not in (None, mix):
        return WRONG_TOKEN
    feed = feeds.get(mix) if isinstance(mix, str) else None
    if feed is None:
        return NO_SUCH_MIX
    return ENCRYPTED if feed.plan.encrypted else feed


def hello(feed: Feed, now: float) -> dict[str, Any]:
    """Return what a page that is let in is told first; `now` is in monotonic seconds."""
    clock, plan = feed.clock, feed.plan
    heard = {"mix": plan.id, "name": plan.name, "rate": clock.rate, "period": clock.period}
    return heard | {"clock": now * 1000.0}


def answer(listener: Listener, said: dict[str, Any], now: float) -> dict[str, Any] | None:
    """Take in what a page says of itself; return the answer, if it wants one."""
    listener.hear(said)
    return {"pong": said["ping"], "clock": now * 1000.0} if "ping" in said else None
