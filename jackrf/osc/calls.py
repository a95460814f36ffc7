"""One datagram on its way through: from whom it is, what it may do, and what is answered."""

import math
from dataclasses import dataclass, field

from jackrf.osc.admission import Rights, Source
from jackrf.osc.endpoints import Endpoint
from jackrf.osc.hands import Hands
from jackrf.osc.messages import bundles, message
from jackrf.osc.refusals import Code
from jackrf.osc.telling import Outgoing


@dataclass(slots=True)
class Call:
    """What belongs to one datagram.

    Attributes:
        source: who sent it.
        rights: what the sender may do.
        endpoint: the surface that it came from, None for a sender that is told nothing.
        hands: those on the sender's controls.
        now: monotonic seconds.
        budget: bytes that may be answered: as many as came in, until it is sure that the sender's
            address is its own.
        answers: to be sent.
    """

    source: Source
    rights: Rights
    endpoint: Endpoint | None
    hands: Hands
    now: float
    budget: float = math.inf
    answers: list[Outgoing] = field(default_factory=list)

    @property
    def by(self) -> str:
        """Who makes the changes, as the desk's history has it."""
        return str(self.source) if self.endpoint is None else self.endpoint.name

    @property
    def reply(self) -> Source:
        """Where the sender listens."""
        return self.source if self.endpoint is None else self.endpoint.reply

    def answer(self, *told: bytes, to: Source | None = None) -> None:
        """Answer with messages, as far as the budget goes.

        Args:
            told: each as `jackrf.osc.messages.message` returned it.
            to: where, if not to where the sender listens.
        """
        for datagram in bundles(told):
            if len(datagram) <= self.budget:
                self.budget -= len(datagram)
                self.answers.append(Outgoing(to or self.reply, datagram))

    def error(self, path: str, code: Code, text: str) -> None:
        """Say what was refused, to a surface, and not more often than is of use."""
        endpoint = self.endpoint
        if endpoint is None or not endpoint.errors.take(self.now):
            return
        if code is Code.UNKNOWN and not endpoint.unknowns.take(self.now):
            return
        self.answer(message("/error", "sis", (path, code, text)))
