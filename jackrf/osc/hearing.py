"""What comes in from surfaces: checked, understood, and done or refused. Sans-IO."""

import math
from collections.abc import Callable, Collection

from jackrf.lan.limits import TokenBucket
from jackrf.lan.networks import is_loopback
from jackrf.osc.admission import ALL, Admission, Source
from jackrf.osc.aliases import Dialect, hear
from jackrf.osc.calls import Call
from jackrf.osc.commands import Commands
from jackrf.osc.counters import Reason, Refusals
from jackrf.osc.endpoints import LEASE_SECONDS, Endpoint, Endpoints
from jackrf.osc.guard import Malformed, Message, parse
from jackrf.osc.intake import BATCH, MOST_AT_ONCE, Sender, Senders
from jackrf.osc.messages import encode
from jackrf.osc.namespace import Namespace
from jackrf.osc.patterns import is_pattern
from jackrf.osc.refusals import Code, OscError
from jackrf.osc.setter import Denied, Setter, Wish
from jackrf.osc.telling import Outgoing, Teller
from jackrf.osc.tree import Target

MOST_READ = 40
"""Values that one message may ask for; of more, as often as a sync."""
PATTERNS_PER_SECOND = 20.0
"""That are looked up, of all senders together: each takes a millisecond or two. What was found is
remembered, so that those who ask with the same pattern again do not wait for this."""
VALUES_FOR_A_TOKEN = 8
"""Set by one datagram as soon as it comes: a pattern may stand for a thousand of them."""


class Limited(Exception):  # noqa: N818 - it is what it is of a message, not of a program
    """There was too much to do for a message to be done."""


class Hearing:
    """Takes in datagrams.

    Attributes:
        acting: the surface whose message is being done, None otherwise.

    Args:
        namespace: of the desk.
        admission: who may do what.
        refusals: counts what is refused.
        endpoints: the surfaces that are told what changes.
        teller: for answers.
        commands: what a surface says to the server itself.
        warn: takes a line about a refusal, once a second at most.
    """

    def __init__(
        self,
        namespace: Namespace,
        admission: Admission,
        refusals: Refusals,
        endpoints: Endpoints,
        teller: Teller,
        commands: Commands,
        warn: Callable[[str], None],
    ) -> None:
        self.acting: Endpoint | None = None
        self._namespace = namespace
        self._admission = admission
        self._refusals = refusals
        self._endpoints = endpoints
        self._teller = teller
        self._commands = commands
        self._warn = warn
        self._setter = Setter(namespace, teller)
        self._senders = Senders()
        self._lines = TokenBucket(1.0, 1.0)
        self._patterns = TokenBucket(PATTERNS_PER_SECOND, PATTERNS_PER_SECOND)

    def forget_hosts(self) -> None:
        """Look at all hosts anew: this machine is in other networks now."""
        self._senders.forget()

    def receive(self, source: Source, datagram: bytes, now: float) -> list[Outgoing]:
        """Take in one datagram, or one packet of a TCP stream; return what to send."""
        sender = self._sender(source)
        if not sender.heard:
            self._refuse(source, Reason.FAR, now)
            return []
        try:
            messages = parse(datagram)
        except Malformed:
            self._refuse(source, Reason.MALFORMED, now)
            return []
        call = self._call(sender, len(datagram), now)
        self.acting = call.endpoint
        wishes: list[Wish] = []
        whole = True
        for said in messages:
            try:
                wishes += self._heard(call, sender, said)
            except (Denied, OscError) as error:
                whole = False
                self._failed(call, said.path, error)
            except Limited:
                whole = False
                self._refuse(source, Reason.LIMITED, now, said.path)
        if wishes and whole:
            self._set(call, sender, wishes, messages)
        self.acting = None
        if call.endpoint is not None:
            call.answers += self._commands.greeting(call.endpoint, now)
        return call.answers

    def _sender(self, source: Source) -> Sender:
        sender = self._senders.of(source)
        if sender is None:
            sender = Sender(source, self._admission.hears(source))
            if sender.heard:
                self._senders.add(sender)
        return sender

    def _call(self, sender: Sender, size: int, now: float) -> Call:
        source = sender.source
        endpoint = self._endpoints.of(source)
        if endpoint is None:
            trusted = self._admission.is_trusted(source)
            budget = math.inf if trusted else float(size)
            rights = self._admission.rights(source, now)
            return Call(source, rights, None, sender.hands, now, budget)
        named = endpoint.static and is_loopback(source.host)
        rights = endpoint.rights if named else self._admission.rights(source, now)
        call = Call(source, rights, endpoint, endpoint.feedback.hands, now)
        if endpoint.static and now - endpoint.seen >= LEASE_SECONDS:
            # It was switched on just now, or was out of reach.
            endpoint.greeted = False
        elif not endpoint.static and endpoint.until < math.inf:
            endpoint.until = now + LEASE_SECONDS
        endpoint.seen = now
        endpoint.received += 1
        return call

    def _heard(self, call: Call, sender: Sender, said: Message) -> list[Wish]:
        """Do or answer what one message says; return what it sets, which is not set yet."""
        endpoint = call.endpoint
        dialect, native = hear(said, None if endpoint is None else endpoint.mix)
        if self._is_new_pattern(native) and not self._patterns.take(call.now):
            raise Limited
        targets = self._namespace.resolve(native.path)
        if not targets:
            raise OscError(Code.UNKNOWN, "there is no such address")
        address = targets[0].address
        if endpoint is not None and targets[0].mix is not None:
            endpoint.dialect = dialect
        if address.settable and native.args:
            self._check_pattern(call, targets)
            return [(target, native.args) for target in targets]
        if not sender.bucket.take(call.now):
            self._refuse(call.source, Reason.LIMITED, call.now, said.path)
            return []
        if address.name in self._commands.table:
            reason = self._commands.table[address.name](call, native)
            if reason is not None:
                self._refuse(call.source, reason, call.now, said.path)
            elif call.endpoint is not None:
                self._refusals.forgive(call.source.host, Reason.CHALLENGE)
        elif address.direction == "command":
            self._check_pattern(call, targets)
            self._do(call, targets, native)
        else:
            self._read(call, targets)
        return []

    def _is_new_pattern(self, said: Message) -> bool:
        if is_pattern(said.path):
            return not self._namespace.knows(said.path)
        prefix = said.args[0] if said.args and said.path in ("/subscribe", "/sync") else ""
        return isinstance(prefix, str) and is_pattern(prefix)

    @staticmethod
    def _check_pattern(call: Call, targets: Collection[Target]) -> None:
        """Let only the engineer set many things at once: one slip would hit them all."""
        if len(targets) > 1 and call.rights != ALL:
            raise Denied(Reason.ENGINEERS, next(iter(targets)))

    def _do(self, call: Call, targets: Collection[Target], said: Message) -> None:
        for target in targets:
            if not call.rights.may_change(target):
                raise Denied(call.rights.refusal(target), target)
        for target in targets:
            call.answer(*map(encode, self._namespace.do(target, said.args, call.by)))

    def _read(self, call: Call, targets: Collection[Target]) -> None:
        seen = [target for target in targets if call.rights.may_see(target)]
        if not seen:
            target = next(iter(targets))
            raise Denied(call.rights.refusal(target), target)
        if len(seen) == 1:
            self._namespace.get(seen[0])
        endpoint = call.endpoint
        if len(seen) > MOST_READ and (endpoint is None or not endpoint.syncs.take(call.now)):
            self._refuse(call.source, Reason.LIMITED, call.now)
            return
        self._teller.begin()
        dialect = Dialect.NATIVE if endpoint is None else endpoint.dialect
        call.answer(*self._teller.messages(seen, dialect))

    def _set(self, call: Call, sender: Sender, wishes: list[Wish], messages: list[Message]) -> None:
        """Set values at once, or at the next flush where they come too fast."""
        tokens = max(len(messages), len(wishes) / VALUES_FOR_A_TOKEN)
        if not sender.waiting and sender.bucket.take(call.now, tokens):
            self._set_now(call, wishes)
            return
        over = [target for target, args in wishes if not sender.put_off(target, args)]
        if over:
            self._refuse(call.source, Reason.LIMITED, call.now, over[0].path)

    def _set_now(self, call: Call, wishes: list[Wish]) -> None:
        try:
            self._setter.set(call, wishes)
        except (Denied, OscError) as error:
            self._failed(call, wishes[0][0].path, error)

    def _failed(self, call: Call, path: str, error: Denied | OscError) -> None:
        code, mix = Code.DENIED, None
        if isinstance(error, OscError):
            code = error.code
            reason = Reason.UNKNOWN if code is Code.UNKNOWN else Reason.WRONG
        else:
            reason, mix = error.reason, error.target.mix
        self._refuse(call.source, reason, call.now, path, mix)
        call.error(path, code, str(error))

    def _refuse(
        self,
        source: Source,
        reason: Reason,
        now: float,
        path: str = "",
        mix: str | None = None,
    ) -> None:
        line = self._refusals.note(source.host, reason, path, mix)
        # Every tablet is challenged once; only in the status does it matter if it goes on.
        if reason is not Reason.CHALLENGE and self._lines.take(now):
            self._warn(line)

    def set_waiting(self, now: float) -> list[Outgoing]:
        """Set the latest values of those who sent too fast, as many as a flush has time for."""
        answers: list[Outgoing] = []
        left = MOST_AT_ONCE
        for sender in self._senders.waiting():
            call = self._call(sender, 0, now)
            self.acting = call.endpoint
            sender.served = now
            while left > 0 and (batch := sender.taken(min(left, BATCH))):
                left -= len(batch)
                self._set_batch(call, batch)
            answers += call.answers
            if left <= 0:
                break
        self.acting = None
        return answers

    def _set_batch(self, call: Call, batch: list[Wish]) -> None:
        """Set values that came apart: one that cannot be set does not keep the others."""
        try:
            self._setter.set(call, batch)
        except (Denied, OscError):
            for wish in batch:
                self._set_now(call, [wish])
