"""The page's sound where the desk is on another machine: heard by RTSP, as any listener does."""

import socket
from collections.abc import Callable, Sequence
from typing import Any

from jackrf.rtp.sdp import Offer
from jackrf.web.plan import Clock
from jackrf.web.programme import Programme, clock_of
from jackrf.web.sound import Heard
from jackrf.web.station import Station


class Elsewhere:
    """Mixes of another machine; each is tuned in to only while somebody hears it.

    Args:
        programme: what there is.
    """

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._clock = programme.mixes[0].clock
        self._stations = {
            one.heard.id: Station(one.target, self._hear_offer) for one in programme.mixes
        }

    @property
    def name(self) -> str:
        """Of the session there."""
        return self._programme.name

    @property
    def mixes(self) -> Sequence[Heard]:
        """All of them, in the order of the session there."""
        return [one.heard for one in self._programme.mixes]

    @property
    def clock(self) -> Clock | None:
        """Of JACK there, as its server told it last."""
        return self._clock

    def hear(self, mix: str, to: socket.socket) -> Callable[[], None] | None:
        """Have a mix sent to a socket of a relay."""
        station = self._stations[mix]
        station.add(to)
        return lambda: station.remove(to)

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
            for one in self._programme.mixes
        }

    def _hear_offer(self, offer: Offer) -> None:
        self._clock = clock_of(offer)
