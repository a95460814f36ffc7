"""The description of a stream that players open (RFC 8866, RFC 3551, RFC 7273)."""

import ipaddress
from dataclasses import dataclass

from jackrf.rtp.stream import CHANNELS, Payload


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
    lines = [
        "v=0",
        f"o=- {description.identifier} {description.version} IN IP{version} {description.origin}",
        f"s={name}",
        f"c={_connection(description.destination, description.ttl)}",
        "t=0 0",
        f"m=audio {description.port} RTP/AVP {payload.payload_type}",
        f"i={CHANNELS} channels: L, R",
        f"a=rtpmap:{payload.payload_type} {payload.encoding}/{description.samplerate}/{CHANNELS}",
        f"a=ptime:{description.packet_frames * 1000 / description.samplerate:.3f}",
        "a=recvonly",
        "a=mediaclk:sender",
        "a=ts-refclk:local",
    ]
    return "".join(f"{line}\r\n" for line in lines)
