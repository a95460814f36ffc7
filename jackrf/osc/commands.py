"""What a surface says to the server itself: subscribe, sync, pair, ping, info."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jackrf import __version__
from jackrf.desk import Desk
from jackrf.lan.pins import DIGITS
from jackrf.osc.admission import Admission, Rights, Source
from jackrf.osc.calls import Call
from jackrf.osc.counters import Reason
from jackrf.osc.endpoints import LEASE_SECONDS, MOST_PREFIXES, Endpoint, Endpoints
from jackrf.osc.guard import Message
from jackrf.osc.messages import encode, message, of
from jackrf.osc.namespace import Namespace
from jackrf.osc.refusals import Code, OscError
from jackrf.osc.telling import Outgoing, Teller
from jackrf.osc.views import Args

Command = Callable[[Call, Message], Reason | None]
"""Does it; returns why not, for the counters."""

LONGEST_PREFIX = 128


class Commands:
    """Answers what a surface says to the server.

    Args:
        desk: that runs.
        namespace: of the desk.
        admission: who may do what.
        endpoints: to which surfaces are added.
        teller: for syncs.
    """

    def __init__(
        self,
        desk: Desk,
        namespace: Namespace,
        admission: Admission,
        endpoints: Endpoints,
        teller: Teller,
    ) -> None:
        self._desk = desk
        self._namespace = namespace
        self._admission = admission
        self._endpoints = endpoints
        self._teller = teller
        self.table: Mapping[str, Command] = {
            "subscribe": self._subscribe,
            "xremote": self._xremote,
            "unsubscribe": self._unsubscribe,
            "sync": self._sync,
            "pair": self._pair,
            "ping": self._ping,
            "info": self._info,
        }

    def watch(self, endpoint: Endpoint) -> None:
        """Have a surface told of all that it is subscribed to and may see."""
        watched = [
            t for prefix in endpoint.prefixes for t in self._teller.visible(endpoint, prefix)
        ]
        endpoint.feedback.watch(watched)
        metered = [mix for prefix in endpoint.prefixes for mix in self._metered(prefix)]
        endpoint.meters = tuple(dict.fromkeys(metered))

    def greeting(self, endpoint: Endpoint, now: float) -> list[Outgoing]:
        """Return the sync of everything that a surface is subscribed to, if it had none yet."""
        if endpoint.greeted:
            return []
        endpoint.greeted = True
        return self._synced(endpoint, endpoint.prefixes, now)

    def _synced(self, endpoint: Endpoint, prefixes: Sequence[str], now: float) -> list[Outgoing]:
        self._teller.begin()
        # What is looked at once a second is told with the next look.
        endpoint.shown.clear()
        return [one for prefix in prefixes for one in self._teller.sync(endpoint, prefix, now)]

    def _metered(self, prefix: str) -> list[str | None]:
        """Return the mixes whose meters a prefix covers, and None for those of the strips."""
        scope, _, rest = prefix.strip("/").partition("/")
        mixes: list[str | None] = list(self._desk.mixer.mix_number)
        if not scope:
            return [None, *mixes]
        if scope == "in" and not rest:
            return [None]
        if scope != "mix" or "/" in rest:
            return []
        return [t.mix for t in self._namespace.resolve(f"/mix/{rest}/meter/l")] if rest else mixes

    def _subscribe(self, call: Call, said: Message) -> Reason | None:
        prefix, port, number = _subscription(said.args)
        self._namespace.below(prefix)
        endpoint = call.endpoint
        udp = call.source.transport == "udp"
        if endpoint is None or (udp and port not in (None, endpoint.reply.port)):
            reply = call.source._replace(port=port) if udp and port else call.source
            if not self._is_known(call, reply, number):
                challenge = message(
                    "/challenge", "i", (self._admission.challenge(reply, call.now),)
                )
                call.answer(challenge, to=reply)
                return Reason.CHALLENGE
            if self._endpoints.full and call.source.transport != "web":
                return Reason.FULL
            endpoint = self._lease(call, reply)
        return self._extend(call, endpoint, prefix)

    def _is_known(self, call: Call, reply: Source, number: int | None) -> bool:
        if call.endpoint is not None or self._admission.is_trusted(call.source):
            return True
        return number is not None and self._admission.is_answer(reply, number, call.now)

    def _lease(self, call: Call, reply: Source) -> Endpoint:
        forever = call.source.transport != "udp"
        until = math.inf if forever else call.now + LEASE_SECONDS
        endpoint = Endpoint(call.source, reply, call.rights, until, greeted=True, seen=call.now)
        endpoint.received = 1
        endpoint.feedback.hands = call.hands
        for gone in self._endpoints.add(endpoint):
            self.release(gone)
        call.endpoint, call.budget = endpoint, math.inf
        return endpoint

    def release(self, endpoint: Endpoint) -> None:
        """Take a surface's fingers off the desk: it is gone."""
        for place in endpoint.feedback.hands.fingers():
            self._desk.release(place, endpoint.name)

    def _extend(self, call: Call, endpoint: Endpoint, prefix: str) -> Reason | None:
        known = map(self._by_number, endpoint.prefixes)
        if self._by_number(prefix) in known:
            return None
        if len(endpoint.prefixes) >= MOST_PREFIXES:
            return Reason.FULL
        endpoint.prefixes.append(prefix)
        self.watch(endpoint)
        call.answers += self._synced(endpoint, [prefix], call.now)
        return None

    def _by_number(self, prefix: str) -> str:
        """Return a prefix with the mix's number where its id may stand."""
        scope, _, rest = prefix[1:].partition("/")
        mix, slash, inside = rest.partition("/")
        number = self._desk.mixer.mix_number.get(mix)
        if scope != "mix" or number is None or mix.isdigit():
            return prefix
        return f"/mix/{number + 1}{slash}{inside}"

    def _xremote(self, call: Call, _: Message) -> Reason | None:
        return self._subscribe(call, Message("/xremote", "", ()))

    def _unsubscribe(self, call: Call, said: Message) -> Reason | None:
        endpoint = call.endpoint
        if endpoint is None or endpoint.static:
            return None
        prefix = _prefix(said.args)
        kept = [one for one in endpoint.prefixes if said.args and one != prefix]
        endpoint.prefixes[:] = kept
        self.watch(endpoint)
        if not kept:
            self._endpoints.remove(endpoint)
            self.release(endpoint)
        return None

    def _sync(self, call: Call, said: Message) -> Reason | None:
        endpoint = call.endpoint
        if endpoint is None:
            return Reason.CHALLENGE
        prefixes = [_prefix(said.args)] if said.args else endpoint.prefixes
        if not endpoint.syncs.take(call.now):
            return Reason.LIMITED
        call.answers += self._synced(endpoint, prefixes, call.now)
        return None

    def _pair(self, call: Call, said: Message) -> Reason | None:
        found = self._admission.pair(call.source, _pin(said.args), call.now)
        if isinstance(found, Reason):
            call.error("/pair", Code.DENIED, found.value[1])
            return found
        call.rights |= found
        whom = ", ".join(sorted(found.mixes)) or "engineer"
        call.answer(message("/reply", "ss", ("/pair", whom)))
        if call.endpoint is not None:
            call.answers += self.entitle(call.endpoint, call.rights, call.now)
        return None

    def entitle(self, endpoint: Endpoint, rights: Rights, now: float) -> list[Outgoing]:
        """Give a surface other rights; return the sync of what it may see now."""
        endpoint.rights = rights
        endpoint.greeted = False
        self.watch(endpoint)
        return self.greeting(endpoint, now)

    def _ping(self, call: Call, said: Message) -> None:
        call.answer(encode(said._replace(path="/pong")))

    def _info(self, call: Call, _: Message) -> None:
        client = self._desk.client
        name = client.name if client is not None else "jackrf"
        call.answer(encode(of("/info", __version__, name, "jackrf", self._desk.name)))


def _prefix(args: Args) -> str:
    """Return the prefix that a message names; without one, everything."""
    prefix = args[0] if args else "/"
    if not isinstance(prefix, str) or len(prefix) > LONGEST_PREFIX:
        raise OscError(Code.WRONG, "a prefix is a text such as /mix/1")
    return "/" + prefix.strip("/")


def _subscription(args: Args) -> tuple[str, int | None, int | None]:
    """Return prefix, port and number of a subscription, the last two None where not given."""
    if len(args) > 3:
        raise OscError(Code.WRONG, "/subscribe takes a prefix, a port and a number at most")
    port, number = (_whole(args, at) for at in (1, 2))
    if port is not None and not 0 < port < 65536:
        raise OscError(Code.WRONG, f"port {port}: 1 to 65535 are allowed")
    return _prefix(args), port, number


def _whole(args: Args, at: int) -> int | None:
    if len(args) <= at:
        return None
    value: Any = args[at]
    if not isinstance(value, int | float) or value != int(value):
        raise OscError(Code.WRONG, "/subscribe takes whole numbers for port and challenge")
    return int(value)


def _pin(args: Args) -> str:
    """Return the PIN in a message; simple surfaces send digits as a number."""
    if len(args) != 1 or not isinstance(args[0], str | int | float):
        raise OscError(Code.WRONG, "/pair takes a PIN")
    pin = args[0]
    return pin.strip() if isinstance(pin, str) else f"{pin:.0f}".zfill(DIGITS)
