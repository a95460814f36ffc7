"""The description of a stream that players open (RFC 8866, RFC 3551, RFC 7273): written and read.

`serialise` writes what jackrf sends; `parse` reads what others, and jackrf, offer to a receiver.
"""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from jackrf.errors import InputError
from jackrf.rtp.crypto import SUITES, Crypto, parse_crypto
from jackrf.rtp.stream import CHANNELS, PAYLOADS, Encoding, Payload

EXTENSION = "1 urn:x-jackrf:clock-and-age"
"""Number and name of the header extension in jackrf's packets (RFC 8285 section 5); the name is
jackrf's own, and docs/wire-format.md says what is in it."""


@dataclass(frozen=True, slots=True)
class Description:
    """What an SDP says of one mix.

    Attributes:
        name: shown to people.
        identifier: of the session in the o= line, with `version` counted up at every change.
        origin: the sender's IP address.
        destination: where packets go: the sender's own address for unicast, because PipeWire
            takes the c= address of a unicast stream for its source; the group for multicast.
        port: UDP port.
        payload: sample format.
        samplerate: Hz.
        packet_frames: frames per packet; receivers take a change as it comes.
        version: of the o= line.
        ttl: of multicast.
        control: how RTSP names the stream below the URL of its mix (RFC 2326 appendix C.1.1);
            '' where RTSP does not set it up.
        crypto: how it is encrypted; None if it is not. Who reads it can open it.
        plain: whether its packets have no header extension.
    """

    name: str
    identifier: int
    origin: str
    destination: str
    port: int
    payload: Payload
    samplerate: int
    packet_frames: int
    version: int = 1
    ttl: int = 1
    control: str = ""
    crypto: Crypto | None = None
    plain: bool = False


def _connection(address: str, ttl: int) -> str:
    parsed = ipaddress.ip_address(address)
    if parsed.version == 4 and parsed.is_multicast:
        return f"IN IP4 {address}/{ttl}"
    return f"IN IP{parsed.version} {address}"


def serialise(description: Description) -> str:
    """Return the SDP, lines ended by CR LF.

    ``m=`` stands before ``a=rtpmap``, and ``i=`` names the channels, as PipeWire reads them.
    """
    payload = description.payload
    name = " ".join(description.name.split()) or "-"
    version = ipaddress.ip_address(description.origin).version
    crypto, profile = description.crypto, "RTP/SAVP" if description.crypto else "RTP/AVP"
    lines = [
        "v=0",
        f"o=- {description.identifier} {description.version} IN IP{version} {description.origin}",
        f"s={name}",
        f"c={_connection(description.destination, description.ttl)}",
        "t=0 0",
        *(["a=control:*"] if description.control else []),
        f"m=audio {description.port} {profile} {payload.payload_type}",
        f"i={CHANNELS} channels: L, R",
        f"a=rtpmap:{payload.payload_type} {payload.encoding}/{description.samplerate}/{CHANNELS}",
        f"a=ptime:{description.packet_frames * 1000 / description.samplerate:.3f}",
        *([] if description.plain else [f"a=extmap:{EXTENSION}"]),
        *([f"a=crypto:{crypto.line()}"] if crypto else []),
        "a=recvonly",
        "a=mediaclk:sender",
        "a=ts-refclk:local",
        *([f"a=control:{description.control}"] if description.control else []),
    ]
    return "".join(f"{line}\r\n" for line in lines)


class SdpError(InputError):
    """A text that offers no audio which jackrf can play; the message names the line."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What an SDP says of the stream that a receiver is to hear.

    Attributes:
        name: of the session, shown to people.
        host: of the c= line: a group, or for unicast an address of whichever side wrote it.
        port: UDP port; 0 where it is agreed on otherwise, as by RTSP.
        payload_type: 0..127.
        encoding: L16 or L24.
        samplerate: Hz.
        channels: interleaved, 1 or more.
        packet_ms: ms of audio in a packet, None if it does not say.
        rtcp_port: UDP port of RTCP (RFC 3605), the next one if it does not say.
        control: URL or part of one by which RTSP sets the stream up, '' for none.
        crypto: how it is encrypted; None if it is not.
    """

    name: str
    host: str
    port: int
    payload_type: int
    encoding: Encoding
    samplerate: int
    channels: int
    packet_ms: float | None = None
    rtcp_port: int = 0
    control: str = ""
    crypto: Crypto | None = None


STATIC: dict[str, tuple[str, int, int]] = {"10": ("L16", 44100, 2), "11": ("L16", 44100, 1)}
"""Payload types that need no rtpmap (RFC 3551, table 4)."""


def parse(text: str) -> Offer:
    """Return the first audio of an SDP that jackrf can play.

    Lines may end by LF alone; what is not needed is passed over (RFC 8866 section 5).

    Raises:
        SdpError: it is no SDP, or none of its audio is L16 or L24.
    """
    lines = [line.strip() for line in text.splitlines()]
    if not lines or lines[0] != "v=0":
        raise SdpError(f"no SDP: its first line is {lines[0][:40] if lines else ''!r}, not 'v=0'")
    session: list[tuple[str, str]] = []
    media: list[list[tuple[str, str]]] = []
    for line in lines:
        kind, equals, value = line.partition("=")
        if not equals or len(kind) != 1:
            continue
        if kind == "m":
            media.append([])
        (media[-1] if media else session).append((kind, value))
    found = [offer for part in media for offer in _offers(session, part)]
    if not found:
        told = ", ".join(value for part in media for kind, value in part if kind == "m")
        raise SdpError(f"the SDP offers {told or 'nothing'}: jackrf plays L16 and L24 audio")
    return found[0]


def _offers(session: list[tuple[str, str]], media: list[tuple[str, str]]) -> Iterator[Offer]:
    """Yield what a media description offers, in its order of preference."""
    words = media[0][1].split()
    if len(words) < 4 or words[0] != "audio" or not words[2].startswith("RTP/"):
        return
    formats = STATIC | dict(_rtpmaps(media))
    port = _number(f"m={media[0][1]}", words[1].partition("/")[0], 65535)
    ptime = _attribute(media, "ptime")
    for word in words[3:]:
        encoding, samplerate, channels = formats.get(word, ("", 0, 0))
        if encoding not in PAYLOADS or not samplerate or not channels:
            continue
        yield Offer(
            name=_value(session, "s") or "-",
            host=_host(_value(media, "c") or _value(session, "c")),
            port=port,
            payload_type=_number(f"m={media[0][1]}", word, 127),
            encoding=encoding,
            samplerate=samplerate,
            channels=channels,
            packet_ms=_milliseconds(ptime),
            rtcp_port=_rtcp_port(media, port),
            control=_attribute(media, "control") or "",
            crypto=_crypto(media, words[2]),
        )


def _crypto(media: list[tuple[str, str]], profile: str) -> Crypto | None:
    """Return the first way of encryption that jackrf knows; None for a stream in the clear."""
    told = [value for kind, value in media if kind == "a" and value.startswith("crypto:")]
    found = [parse_crypto(value.removeprefix("crypto:")) for value in told]
    known = [one for one in found if one is not None]
    if known:
        return known[0]
    if told or "SAVP" in profile:
        raise SdpError(
            f"the SDP's stream is encrypted in a way that jackrf does not know ({profile}): "
            f"it opens a=crypto with {' or '.join(SUITES)}"
        )
    return None


def _rtpmaps(media: list[tuple[str, str]]) -> Iterator[tuple[str, tuple[str, int, int]]]:
    """Yield payload type and encoding, rate and channels of each a=rtpmap."""
    for kind, value in media:
        if kind == "a" and value.startswith("rtpmap:"):
            payload_type, _, mapping = value.removeprefix("rtpmap:").partition(" ")
            encoding, _, rest = mapping.strip().partition("/")
            samplerate, _, channels = rest.partition("/")
            where = f"a={value}"
            rate = _number(where, samplerate, 1_000_000)
            yield payload_type, (encoding.upper(), rate, _number(where, channels or "1", 255))


def _value(lines: list[tuple[str, str]], kind: str) -> str:
    return next((value for found, value in lines if found == kind), "")


def _attribute(lines: list[tuple[str, str]], name: str) -> str | None:
    values = [value for kind, value in lines if kind == "a" and value.startswith(f"{name}:")]
    return values[0].removeprefix(f"{name}:").strip() if values else None


def _number(where: str, text: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) > most:
        raise SdpError(f"the SDP's line {where[:60]!r}: {text[:20]!r} is no number up to {most}")
    return int(text)


def _milliseconds(text: str | None) -> float | None:
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if 0.0 < found < 1000.0 else None


def _rtcp_port(media: list[tuple[str, str]], port: int) -> int:
    told = (_attribute(media, "rtcp") or "").split()
    if told:
        return _number(f"a=rtcp:{told[0]}", told[0], 65535)
    return port + 1 if 0 < port < 65535 else 0


def _host(connection: str) -> str:
    """Return the address of a c= line without its TTL or count."""
    words = connection.split()
    if len(words) != 3 or words[0] != "IN":
        raise SdpError(f"the SDP's line 'c={connection[:40]}' is no 'c=IN IP4 ADDRESS'")
    return words[2].partition("/")[0]
