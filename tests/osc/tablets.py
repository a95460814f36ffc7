"""Model tablets on a network that loses, repeats, reorders and falls silent; all in virtual time.

A tablet knows nothing of jackrf but its addresses. It shows what it was told last, or what its
own finger did last, whichever came later.
"""

import heapq
import itertools
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from jackrf.osc.admission import Source
from jackrf.osc.guard import Argument, Message, parse
from jackrf.osc.hands import SETTLE_SECONDS, TOUCH_SECONDS
from jackrf.osc.messages import encode, of
from jackrf.osc.surfaces import FLUSH_SECONDS
from jackrf.osc.telling import Outgoing
from tests.osc.hub import Hub

BLACKOUT_SECONDS = 1.0
KEEP_ALIVE_SECONDS = 3.0


@dataclass(slots=True)
class Link:
    """How bad one tablet's way to jackrf is.

    Attributes:
        chance: of the tablet's own.
        loss: share of datagrams that never arrive.
        repeat: share that arrive twice.
        delay: seconds, from and to: enough apart, they overtake each other.
        blackouts: for a second each, how often in a minute.
    """

    chance: random.Random
    loss: float = 0.2
    repeat: float = 0.05
    delay: tuple[float, float] = (0.001, 0.08)
    blackouts: float = 4.0
    dark_until: float = -math.inf

    def arrivals(self, now: float) -> list[float]:
        """Return when the copies of a datagram arrive that is sent now."""
        if self.chance.random() < self.blackouts / 60.0 / 50.0:
            self.dark_until = now + BLACKOUT_SECONDS
        if now < self.dark_until or self.chance.random() < self.loss:
            return []
        copies = 2 if self.chance.random() < self.repeat else 1
        return [now + self.chance.uniform(*self.delay) for _ in range(copies)]

    def mend(self) -> None:
        """Be a good link from now on."""
        self.loss, self.repeat, self.blackouts, self.dark_until = 0.0, 0.0, 0.0, -math.inf
        self.delay = (0.001, 0.002)


@dataclass(slots=True, eq=False)
class Tablet:
    """One tablet.

    Attributes:
        source: where it sends from, and listens.
        prefix: of what it shows.
        faders: paths that its fingers move.
        link: to jackrf.
        scripted: whether it subscribes by itself and says again that a finger is down; others
            are named in the session and say everything once.
        shown: by path.
        finger: the path that is under a finger.
        fought: what it was told of the fader under its finger, once jackrf knew of it.
        touched: faders of which jackrf has last heard that a finger is there, and when it last
            heard anything of them.
        moved: faders, and when jackrf last heard that they were moved.
    """

    source: Source
    prefix: str
    faders: list[str]
    link: Link
    scripted: bool
    shown: dict[str, Argument] = field(default_factory=dict)
    finger: str | None = None
    known_since: float = math.inf
    fought: list[Message] = field(default_factory=list)
    touched: dict[str, float] = field(default_factory=dict)
    moved: dict[str, float] = field(default_factory=dict)
    moves: int = 0
    challenge: list[int] = field(default_factory=list)

    def note(self, path: str, args: tuple[Argument, ...], now: float) -> None:
        """Note what has come through to jackrf."""
        if self.finger is not None and path.startswith(self.finger):
            self.known_since = min(self.known_since, now)
        fader = path.removesuffix("/touch")
        if path != fader and args[0] == 0:
            self.touched.pop(fader, None)
        elif path != fader or now - self.touched.get(fader, -math.inf) < TOUCH_SECONDS:
            self.touched[fader] = now
        if path == fader:
            self.moved[fader] = now

    def is_in_hand(self, fader: str, now: float) -> bool:
        """Return whether jackrf has to know that a fader is not to be moved."""
        touched, moved = self.touched.get(fader, -math.inf), self.moved.get(fader, -math.inf)
        return now - touched < TOUCH_SECONDS or now - moved < SETTLE_SECONDS

    def hear(self, datagram: bytes, sent: float) -> None:
        """Take in a datagram that jackrf sent at some time."""
        for said in parse(datagram):
            if said.path == "/challenge":
                self.challenge = [int(said.args[0] or 0)]
            elif len(said.args) == 1:
                if said.path == self.finger and sent >= self.known_since:
                    self.fought.append(said)
                self.shown[said.path] = said.args[0]


class Stage:
    """Tablets, their links, and a hub, with one clock.

    Args:
        hub: its clock is driven from here.
        chance: decides everything that is left to chance.

    Attributes:
        unwanted: what was sent to faders that are in somebody's hand, and when.
    """

    def __init__(self, hub: Hub, chance: random.Random) -> None:
        self.hub = hub
        self.unwanted: list[tuple[Source, str, float]] = []
        self.tablets: dict[Source, Tablet] = {}
        self.playing = True
        self._chance = chance
        self._order = itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self.at(hub.now, self._tick)

    def at(self, when: float, what: Callable[[], None]) -> None:
        """Have something done at a time."""
        heapq.heappush(self._events, (when, next(self._order), what))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.hub.now + seconds
        while self._events[0][0] <= end:
            self.hub.now, _, what = heapq.heappop(self._events)
            what()
        self.hub.now = end

    def _tick(self) -> None:
        self.deliver(self.hub.surfaces.tick(self.hub.now))
        self.at(self.hub.now + FLUSH_SECONDS, self._tick)

    def deliver(self, outgoing: list[Outgoing]) -> None:
        """Put datagrams of jackrf on their way."""
        sent = self.hub.now
        for one in outgoing:
            tablet = self.tablets[one.to]
            for said in parse(one.datagram):
                if tablet.is_in_hand(said.path, sent):
                    self.unwanted.append((one.to, said.path, sent))
            for arrival in tablet.link.arrivals(sent):
                self.at(arrival, self._later(tablet, one.datagram, sent))

    @staticmethod
    def _later(tablet: Tablet, datagram: bytes, sent: float) -> Callable[[], None]:
        return lambda: tablet.hear(datagram, sent)

    def say(self, tablet: Tablet, path: str, *args: Argument) -> None:
        """Have a tablet send a message."""
        said = of(path, *args)
        for arrival in tablet.link.arrivals(self.hub.now):
            self.at(arrival, lambda: self._arrive(tablet, said))

    def _arrive(self, tablet: Tablet, said: Message) -> None:
        if said.path.startswith("/mix"):
            tablet.note(said.path, said.args, self.hub.now)
        self.deliver(self.hub.raw(tablet.source, encode(said)))

    def add(self, tablet: Tablet) -> None:
        """Switch a tablet on."""
        self.tablets[tablet.source] = tablet
        if tablet.scripted:
            self._keep_alive(tablet)
        self.at(self.hub.now + self._chance.random(), lambda: self._play(tablet))

    def _keep_alive(self, tablet: Tablet) -> None:
        args: list[Argument] = [tablet.prefix, tablet.source.port, *tablet.challenge]
        self.say(tablet, "/subscribe", *args)
        if tablet.finger is not None:
            self.say(tablet, f"{tablet.finger}/touch", 1)
        seconds = KEEP_ALIVE_SECONDS if tablet.shown else 0.2
        self.at(self.hub.now + seconds, lambda: self._keep_alive(tablet))

    def _play(self, tablet: Tablet) -> None:
        """Put a finger down, move, rest, and let go."""
        if not self.playing:
            return
        chance = tablet.link.chance
        path = chance.choice(tablet.faders)
        tablet.finger, tablet.known_since = path, math.inf
        self.say(tablet, f"{path}/touch", 1)
        moves = chance.randint(1, 40)
        for number in range(moves):
            self.at(self.hub.now + 0.02 * (number + 1), lambda: self._move(tablet, path))
        # Without a script jackrf hears of a resting finger no more, and forgets it after 8 s.
        rest = chance.choice([0.0, 0.2, 1.0, 4.0])
        self.at(self.hub.now + 0.02 * moves + rest + 0.01, lambda: self._let_go(tablet, path))

    def _move(self, tablet: Tablet, path: str) -> None:
        position = tablet.link.chance.random()
        tablet.shown[path] = position
        tablet.moves += 1
        self.say(tablet, path, position)

    def _let_go(self, tablet: Tablet, path: str) -> None:
        tablet.finger, tablet.known_since = None, math.inf
        self.say(tablet, f"{path}/touch", 0)
        self.at(self.hub.now + self._chance.expovariate(2.0), lambda: self._play(tablet))
