"""`Surfaces` on a desk without JACK and without sockets, in a private network, in virtual time."""

from collections.abc import Collection

from jackrf.desk import Desk
from jackrf.lan.networks import Network, ipv4_routes
from jackrf.lan.pins import ENGINEER
from jackrf.osc.admission import Admission, Source
from jackrf.osc.counters import Refusals
from jackrf.osc.guard import Argument, Message, parse
from jackrf.osc.messages import encode, of
from jackrf.osc.namespace import Namespace
from jackrf.osc.surfaces import FLUSH_SECONDS, Surfaces
from jackrf.osc.telling import Outgoing
from tests.osc.desks import small_desk

STAGE: list[Network] = list(
    ipv4_routes(
        "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
        "eth0 0001A8C0 00000000 0001 0 0 0 00FFFFFF 0 0 0\n"
    )
)
"""192.168.1.0/24"""
TABLET = Source("192.168.1.20", 9000)
PHONE = Source("192.168.1.21", 9000)
LAPTOP = Source("127.0.0.1", 50000)
"""On loopback: the engineer's."""
PINS = {"1111": "drums", "2222": "keys", "9999": ENGINEER}


class Hub:
    """A desk with its surfaces.

    Args:
        desk: by default the small one, with the mixes drums and keys.
        open_mixes: that everybody may change.

    Attributes:
        now: virtual seconds.
        told: lines for the log.
    """

    def __init__(self, desk: Desk | None = None, open_mixes: Collection[str] = ()) -> None:
        self.desk = desk or small_desk()
        self.now = 1000.0
        self._next_tick = self.now + FLUSH_SECONDS
        self.told: list[str] = []
        self.namespace = Namespace(self.desk)
        mixes = list(self.desk.mixer.mix_number)
        self.admission = Admission(open_mixes, mixes, PINS.get, b"secret")
        self.admission.networks = STAGE
        self.refusals = Refusals(mixes[0])
        self.surfaces = Surfaces(
            self.desk, self.namespace, self.admission, self.refusals, warn=self.told.append
        )

    def raw(self, source: Source, datagram: bytes) -> list[Outgoing]:
        """Hand in a datagram."""
        return self.surfaces.receive(source, datagram, self.now)

    def send(self, source: Source, path: str, *args: Argument) -> list[Message]:
        """Hand in a message; return what is answered at once, wherever it goes."""
        return messages(self.raw(source, encode(of(path, *args))))

    def join(self, source: Source, prefix: str = "/", port: int | None = None) -> list[Message]:
        """Subscribe, with the challenge where there is one; return the sync."""
        wish: list[Argument] = [prefix, port or source.port]
        answers = self.send(source, "/subscribe", *wish)
        if [one.path for one in answers] == ["/challenge"]:
            answers = self.send(source, "/subscribe", *wish, *answers[0].args)
        return answers

    def step(self, seconds: float = FLUSH_SECONDS) -> list[Outgoing]:
        """Let time pass, with a tick for each thirtieth of a second."""
        end = self.now + seconds
        outgoing: list[Outgoing] = []
        while self._next_tick <= end + 1e-9:
            self.now = max(self.now, self._next_tick)
            outgoing += self.surfaces.tick(self.now)
            self._next_tick = self.now + FLUSH_SECONDS
        self.now = max(self.now, end)
        return outgoing

    def hears(self, source: Source, seconds: float = FLUSH_SECONDS) -> list[Message]:
        """Let time pass; return what one surface is told in it, but meters."""
        return messages(self.step(seconds), source)

    def quiet(self, seconds: float = 1.0) -> None:
        """Let time pass and forget what was told."""
        self.step(seconds)

    @property
    def counts(self) -> dict[str, int]:
        """What was refused, without zeros."""
        return {name: number for name, number in self.refusals.counts.items() if number}


def messages(outgoing: list[Outgoing], to: Source | None = None) -> list[Message]:
    """The messages in datagrams to one surface, or to all, but meters."""
    return [
        said
        for one in outgoing
        if not one.meter and to in (None, one.to)
        for said in parse(one.datagram)
    ]


def values(told: list[Message]) -> dict[str, Argument]:
    """The latest value of each address."""
    return {one.path: one.args[0] for one in told if len(one.args) == 1}
