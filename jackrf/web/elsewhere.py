"""The page's sound where the desk is on another machine: heard by RTSP, as any listener does."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from jackrf.rtp.sdp import Offer
from jackrf.rtp.stream import CHANNELS, PAYLOADS
from jackrf.web.plan import Clock
from jackrf.web.programme import Offered, Programme, clock_of
from jackrf.web.sound import Heard
from jackrf.web.station import Station


class Elsewhere:
    """Mixes of another machine; each is tuned in to only while somebody hears it.

    Attributes:
        programme: what there is.
        news: is set whenever a mix was tuned in to: what there is may be something else now.

    Args:
        programme: what there is.
    """

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.news = asyncio.Event()
        self._clock = programme.mixes[0].clock
        self._periods = {one.heard.id: one.clock.period for one in programme.mixes}
        self._otherwise: set[str] = set()
        self._stations = {one.heard.id: self._station(one) for one in programme.mixes}

    @property
    def name(self) -> str:
        """Of the session there."""
        return self.programme.name

    @property
    def mixes(self) -> Sequence[Heard]:
        """All of them, in the order of the session there."""
        return [one.heard for one in self.programme.mixes]

    @property
    def clock(self) -> Clock | None:
        """Of JACK there, as its server told it last; of several servers, the longest period."""
        return Clock(self._clock.rate, max(self._periods.values()))

    def hear(self, mix: str, to: socket.socket) -> Callable[[], None] | None:
        """Have a mix sent to a socket of a relay."""
        station = self._stations.get(mix)
        if station is None:  # it has just gone
            return None
        station.add(to)
        return lambda: station.remove(to)

    @property
    def is_sent_otherwise(self) -> bool:
        """Whether a mix is not sent any more as the programme says."""
        return bool(self._otherwise)

    async def take(self, programme: Programme) -> bool:
        """Take over what there is now; return whether relays have to know.

        They do where there are other mixes, or one is sent in another way: not for a name, since a
        relay that begins anew is a gap in everybody's sound.
        """
        before = [_sent(one) for one in self.programme.mixes]
        now = [_sent(one) for one in programme.mixes]
        gone = [
            self._stations.pop(one.heard.id)
            for one, sent in zip(self.programme.mixes, before, strict=True)
            if sent not in now
        ]
        for one in programme.mixes:
            if one.heard.id not in self._stations:
                self._stations[one.heard.id] = self._station(one)
        self.programme = programme
        self._clock = programme.mixes[0].clock
        self._periods = {one.heard.id: one.clock.period for one in programme.mixes}
        self._otherwise.clear()
        for station in gone:
            await station.close()
        return before != now

    async def close(self) -> None:
        """Leave all mixes."""
        for station in self._stations.values():
            await station.close()

    def report(self) -> dict[str, Any]:
        """Return what ``jackrf status`` shows of it, by mix."""
        return {
            one.heard.id: {
                "name": one.heard.name,
                "url": one.target.url,
                "heard": self._stations[one.heard.id].is_heard,
                "dropped": self._stations[one.heard.id].dropped,
                "trouble": self._stations[one.heard.id].trouble,
            }
            for one in self.programme.mixes
        }

    def _station(self, one: Offered) -> Station:
        return Station(one.target, partial(self._hear_offer, one.heard))

    def _hear_offer(self, heard: Heard, offer: Offer) -> str:
        """Take in how a mix is sent now; return why it is not to be heard, nothing where it is."""
        self.news.set()
        self._otherwise.add(heard.id)
        if offer.crypto is not None:
            return "it is encrypted now, and a page may come by plain http"
        width = PAYLOADS[offer.encoding].sample_bytes
        if (width, offer.channels) != (heard.sample_bytes, CHANNELS):
            return f"it is sent as {offer.encoding} with {offer.channels} channels now: a moment"
        self._otherwise.discard(heard.id)
        self._clock = clock_of(offer)
        self._periods[heard.id] = self._clock.period
        return ""


def _sent(one: Offered) -> tuple[object, ...]:
    """Return how a mix is heard, whatever it is called."""
    return one.target, one.heard.id, one.heard.sample_bytes
