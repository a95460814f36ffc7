"""What there is to be heard on another machine: its mixes, from a list or by their addresses."""

import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from jackrf.announcing.sdp_page import LIST
from jackrf.errors import InputError, JackrfError
from jackrf.rtp.sdp import Offer
from jackrf.rtp.stream import CHANNELS, PAYLOADS
from jackrf.rtsp.dialogue import Target, parse_target
from jackrf.rtsp.tuner import ask
from jackrf.web.plan import Clock
from jackrf.web.sound import Heard

PATIENCE: Final = 5.0
LONGEST_LIST: Final = 1 << 20
UNKNOWN_PERIOD_MS: Final = 20.0
"""Of a server that does not tell the time of a packet."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A mix that is offered.

    Attributes:
        heard: what the page says of it.
        target: where it is tuned in to.
        clock: of the JACK server there.
    """

    heard: Heard
    target: Target
    clock: Clock


@dataclass(frozen=True, slots=True)
class Programme:
    """All that is to be heard.

    Attributes:
        name: of the session there, or of its host where it has not told it.
        hosts: where it comes from.
        mixes: in their order.
        not_heard: lines that say which ones are not among them, and why.
        lists: what the servers of URLs that name no mix have told; None for a URL that names one.
    """

    name: str
    hosts: Sequence[str]
    mixes: Sequence[Offered]
    not_heard: Sequence[str]
    lists: Sequence[Mapping[str, Any] | None] = ()


def find(urls: Sequence[str]) -> Programme:
    """Ask the servers what there is.

    Args:
        urls: ``rtsp://HOST:PORT/`` for all mixes, ``rtsp://[MIX:PIN@]HOST:PORT/MIX`` for one,
            which goes before what the list says of it.

    Raises:
        InputError: a URL is none, there is no such mix, or it cannot be heard on the page.
        JackrfError: nobody answers there.
    """
    name, hosts, not_heard = "", [], []
    targets: dict[str, tuple[Target, str, str]] = {}
    lists = [listed(url) for url in urls]
    for url, told in zip(urls, lists, strict=True):
        if told is None:
            target = parse_target(url)
            targets[mix_of(target)] = target, "", ""
        else:
            name = name or told["session"]
            target = parse_target(_address(url, "x"))
            for mix in told["mixes"]:
                one = parse_target(_address(url, mix["id"]))
                targets.setdefault(mix["id"], (one, _why_not(mix, one), mix["name"]))
        hosts.append(target.host)
    mixes = []
    for mix, (target, why, called) in targets.items():
        if why:
            not_heard.append(why)
        else:
            mixes.append(_offered(mix, target, called))
    if not mixes:
        raise InputError("; ".join(not_heard) or f"{urls[0]} has no mixes")
    if len({one.clock.rate for one in mixes}) > 1:
        raise InputError("the mixes of one page have one sample rate: give one host's mixes")
    return Programme(name or hosts[0], list(dict.fromkeys(hosts)), mixes, not_heard, lists)


def listed(url: str) -> Mapping[str, Any] | None:
    """Return the list of mixes of a URL that names a host and no mix; None of one that names one.

    It has `session`, a name, and `mixes`, each with `id`, `name`, `pin` and `encrypted`.

    Raises:
        InputError: it is no such URL.
        JackrfError: the host has no list.
    """
    target = parse_target(_address(url, "x"))
    if urlsplit(url).path.strip("/"):
        return None
    try:
        return _told(target)
    except (
        OSError,
        http.client.HTTPException,
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
    ) as error:
        why = getattr(error, "strerror", None) or "no answer that jackrf knows"
        raise JackrfError(
            f"{target.host} port {target.port + 1} gives no list of its mixes ({why}): is jackrf "
            "running there, and [listen] address open to this machine? A mix is named by "
            f"rtsp://{target.host}:{target.port}/MIX"
        ) from None


def clock_of(offer: Offer) -> Clock:
    """Return JACK's clock on the machine that an offer comes from, as far as it tells."""
    # jackrf tells the period as the time of a packet, also where it has several packets.
    milliseconds = offer.packet_ms or UNKNOWN_PERIOD_MS
    return Clock(offer.samplerate, max(1, round(milliseconds * offer.samplerate / 1000)))


def mix_of(target: Target) -> str:
    """Return the id of the mix that a target names."""
    return unquote(urlsplit(target.url).path.strip("/").rpartition("/")[2])


def _told(target: Target) -> dict[str, Any]:
    connection = http.client.HTTPConnection(target.host, target.port + 1, timeout=PATIENCE)
    try:
        connection.request("GET", LIST)
        with connection.getresponse() as answer:
            told = json.loads(answer.read(LONGEST_LIST)) if answer.status == 200 else {}
    finally:
        connection.close()
    mixes = [
        {
            "id": str(mix["id"]),
            "name": str(mix["name"]),
            "pin": bool(mix["pin"]),
            "encrypted": bool(mix["encrypted"]),
        }
        for mix in told["mixes"]
    ]
    return {"session": str(told["session"]), "mixes": mixes}


def _address(url: str, mix: str) -> str:
    """Return the URL of a mix on the host that a URL names, with what that says of PINs."""
    scheme, mark, rest = url.partition("://")
    if not mark or scheme not in ("rtsp", "rtspt"):
        raise InputError(
            f"{url!r} is no address: allowed is rtsp://HOST[:PORT]/ for all mixes of a host, or "
            "rtsp://[MIX:PIN@]HOST[:PORT]/MIX for one"
        )
    place = rest.partition("/")[0]
    return f"{scheme}://{place}/{quote(mix)}"


def _why_not(mix: Mapping[str, Any], target: Target) -> str:
    if mix["encrypted"]:
        return f"mix {mix['id']} is encrypted, and a page may come by plain http: it is not heard"
    if mix["pin"] and not target.pin:
        place = f"{target.host}:{target.port}/{mix['id']}"
        return f"mix {mix['id']} wants its PIN: add rtsp://{mix['id']}:PIN@{place}"
    return ""


def _offered(mix: str, target: Target, called: str) -> Offered:
    offer = ask(target)
    if offer.crypto is not None:
        raise InputError(f"{target.url} is encrypted, and a page may come by plain http")
    if offer.channels != CHANNELS:
        raise InputError(f"{target.url} has {offer.channels} channels: the page plays {CHANNELS}")
    width = PAYLOADS[offer.encoding].sample_bytes
    return Offered(Heard(mix, called or offer.name, width), target, clock_of(offer))
