"""Who may do what: hosts that are heard, roles, PINs, and the challenge. Sans-IO.

Whoever sends is known by its address alone, and over UDP an address can be a lie. So three things
hold for a host that is neither of this machine nor named by the engineer: it is heard only from a
network that this machine is on; it is told no more bytes than it sent until it has answered a
challenge, which proves that the address is its own; and what it may change is in `Rights`.
"""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from jackrf.lan.limits import TokenBucket, WrongPins
from jackrf.lan.networks import Network, is_loopback, is_neighbour
from jackrf.lan.pins import ENGINEER
from jackrf.osc.addresses import Role
from jackrf.osc.counters import Reason
from jackrf.osc.tree import Target

CHALLENGE_SECONDS: Final = 10.0
"""A number is good for this long at least, and for twice as long at the most."""
PAIRED_SECONDS: Final = 4 * 3600.0
"""A surface that was silent for longer has to show its PIN again: the length of a show."""
MOST_PAIRED: Final = 128
"""Surfaces that are remembered with their PIN; then the one silent longest is forgotten."""
PINS_PER_SECOND: Final = 4.0
"""Of all hosts together: looking at a PIN takes 10 ms."""


class Source(NamedTuple):
    """Where datagrams come from and go to.

    Attributes:
        host: numeric address.
        port: 1..65535.
        transport: udp, tcp, or web for what another process of ours brings.
    """

    host: str
    port: int
    transport: str = "udp"

    def __str__(self) -> str:
        """Return it as logs and the desk's history name it: ``osc 192.168.1.20:9000``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.transport == "web":
            return f"web {host}:{self.port}"
        return f"osc {host}:{self.port}" + (" tcp" if self.transport == "tcp" else "")


@dataclass(frozen=True, slots=True)
class Rights:
    """What a surface may do.

    Attributes:
        role: observer, musician or engineer.
        mixes: ids of a musician's mixes; an engineer has all without being named.
    """

    role: Role = Role.OBSERVER
    mixes: frozenset[str] = frozenset()

    def __or__(self, other: "Rights") -> "Rights":
        """Return both together."""
        return Rights(max(self.role, other.role), self.mixes | other.mixes)

    def may_change(self, target: Target) -> bool:
        """Return whether it may set this address or have it do what it does."""
        return self._may(target.address.role, target.mix)

    def may_see(self, target: Target) -> bool:
        """Return whether it is told what stands at this address."""
        return self._may(target.address.reader, target.mix)

    def _may(self, needed: Role, mix: str | None) -> bool:
        if self.role >= Role.ENGINEER or needed == Role.OBSERVER:
            return True
        return needed <= self.role and (mix is None or mix in self.mixes)

    def refusal(self, target: Target) -> Reason:
        """Return why it may not do what it tried."""
        if target.address.role == Role.ENGINEER:
            return Reason.ENGINEERS
        return Reason.FOREIGN if self.mixes else Reason.UNPAIRED


ALL = Rights(Role.ENGINEER)


def musician(mixes: Collection[str]) -> Rights:
    """Return the rights of who has these mixes; without any, those of an observer."""
    return Rights(Role.MUSICIAN if mixes else Role.OBSERVER, frozenset(mixes))


class Admission:
    """Decides about hosts and surfaces.

    Attributes:
        networks: those that this machine is on; kept up to date by the server.

    Args:
        open_mixes: ids of the mixes that everybody may change.
        mixes: ids of all mixes.
        whose: returns the mix's id, or `ENGINEER`, that a PIN stands for, or None.
        secret: random bytes, for the challenge.
    """

    def __init__(
        self,
        open_mixes: Collection[str],
        mixes: Collection[str],
        whose: Callable[[str], str | None],
        secret: bytes,
    ) -> None:
        self.networks: Sequence[Network] = ()
        self._everybody = musician(open_mixes)
        self._mixes = frozenset(mixes)
        self._whose = whose
        self._secret = secret
        self._hosts: dict[str, Rights] = {}
        self._brought: dict[Source, Rights] = {}
        self._paired: OrderedDict[Source, tuple[Rights, float]] = OrderedDict()
        self._wrong = WrongPins()
        self._looking = TokenBucket(PINS_PER_SECOND, PINS_PER_SECOND)

    def is_heard(self, host: str) -> bool:
        """Return whether anything from a host is looked at."""
        return is_neighbour(host, self.networks)

    def hears(self, source: Source) -> bool:
        """Return whether anything from a surface is looked at; who is brought was looked at."""
        return source in self._brought or self.is_heard(source.host)

    def bring(self, source: Source, rights: Rights) -> None:
        """Take in a surface that another process of ours has looked at."""
        self._brought[source] = rights

    def dismiss(self, source: Source) -> None:
        """Forget a surface that was brought."""
        self._brought.pop(source, None)

    def is_trusted(self, source: Source) -> bool:
        """Return whether an address is sure to be the sender's own, or was named by the engineer.

        Nobody can forge loopback from outside, nor finish TCP's handshake with a forged address.
        """
        return source.transport != "udp" or source.host in self._hosts or is_loopback(source.host)

    def rights(self, source: Source, now: float) -> Rights:
        """Return what a surface may do; asking keeps its pairing alive."""
        brought = self._brought.get(source)
        if brought is None and is_loopback(source.host):
            return ALL
        rights = brought or self._everybody | self._hosts.get(source.host, self._everybody)
        paired = self._paired.pop(source, None)
        if paired is None or now - paired[1] > PAIRED_SECONDS:
            return rights
        self._paired[source] = paired[0], now
        return rights | paired[0]

    def pair_host(self, host: str, rights: Rights) -> None:
        """Give rights to everything that comes from a host, in addition to those that it has."""
        self._hosts[host] = self._hosts.get(host, Rights()) | rights

    def pair(self, source: Source, pin: str, now: float) -> Rights | Reason:
        """Look at a PIN; return the rights that it gives, or why it gives none."""
        if self._wrong.pause(source.host, now) > 0.0:
            return Reason.PAUSED
        if not self._looking.take(now):
            return Reason.LIMITED
        whose = self._whose(pin)
        if whose is None or (whose != ENGINEER and whose not in self._mixes):
            self._wrong.note(source.host, now)
            return Reason.WRONG_PIN
        rights = ALL if whose == ENGINEER else musician([whose])
        self._paired[source] = rights, now
        if len(self._paired) > MOST_PAIRED:
            self._paired.popitem(last=False)
        return rights

    def challenge(self, reply: Source, now: float) -> int:
        """Return the number that a host must send back from where this address is, 0..2**31 - 1.

        Nothing is remembered about who is challenged: a flood of forged hosts costs no memory.

        Args:
            reply: where the number is sent and, later, the feedback.
            now: monotonic seconds.
        """
        return self._number(reply, int(now // CHALLENGE_SECONDS))

    def is_answer(self, reply: Source, number: int, now: float) -> bool:
        """Return whether a host has sent back the number that it was given."""
        slot = int(now // CHALLENGE_SECONDS)
        return number in (self._number(reply, slot), self._number(reply, slot - 1))

    def _number(self, reply: Source, slot: int) -> int:
        text = f"{reply.host} {reply.port} {slot}".encode()
        return int.from_bytes(hmac.digest(self._secret, text, hashlib.sha256)[:4]) >> 1
