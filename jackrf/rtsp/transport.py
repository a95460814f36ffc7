"""RTSP's header ``Transport`` (RFC 2326 section 12.39): what a listener wants, and what it gets."""

import re
from dataclasses import dataclass
from typing import Final

MOST_OFFERED: Final = 8
"""Alternatives that are looked at."""
LOWEST_PORT: Final = 1024
"""Below it are services that nobody plays audio on."""

_PAIR: Final = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Transport:
    """How a mix goes to one listener.

    Attributes:
        interleaved: channels of RTP and RTCP in the RTSP connection itself; None for UDP.
        client_port: the listener's UDP ports for RTP and RTCP; None for interleaved.
        destination: host that the header names; None if it names none.
        encrypted: whether it asks for SRTP (RFC 3711); who does not may get it all the same, as it
            was told by the SDP.
    """

    interleaved: tuple[int, int] | None = None
    client_port: tuple[int, int] | None = None
    destination: str | None = None
    encrypted: bool = False


def offered(header: str) -> list[Transport]:
    """Return the transports of a request that jackrf can serve, in their order of preference.

    What asks for multicast, for recording, or for another profile is not among them.
    """
    found = (_parse(one) for one in header.split(",")[:MOST_OFFERED])
    return [one for one in found if one is not None]


def _parse(text: str) -> Transport | None:
    name, *rest = (part.strip() for part in text.split(";"))
    given: dict[str, str] = {}
    for part in rest:
        key, _, value = part.partition("=")
        if key.lower() in given:
            return None
        given[key.lower()] = value.strip('"')
    if "multicast" in given or given.get("mode", "play").lower() != "play":
        return None
    # Without an address it means the other end of the connection (section 12.39).
    destination = given.get("destination") or None
    match name.upper():
        case "RTP/AVP" | "RTP/AVP/UDP" | "RTP/SAVP" | "RTP/SAVP/UDP":
            ports = _pair(given.get("client_port", ""), 65535)
            if ports is None or min(ports) < LOWEST_PORT:
                return None
            encrypted = name.upper().startswith("RTP/SAVP")
            return Transport(None, ports, destination, encrypted)
        case "RTP/AVP/TCP":
            # Without a wish the server chooses (section 10.12).
            channels = _pair(given.get("interleaved", "0-1"), 255)
            return None if channels is None else Transport(channels, None, destination)
        case _:
            return None


def _pair(text: str, most: int) -> tuple[int, int] | None:
    """Return ``A-B``, or A and the number after it; None if they are none or the same."""
    match = _PAIR.fullmatch(text)
    if match is None:
        return None
    first = int(match[1])
    second = first + 1 if match[2] is None else int(match[2])
    return (first, second) if first != second and max(first, second) <= most else None


def granted(one: Transport, server_port: tuple[int, int] | None, ssrc: int | None) -> str:
    """Return the header of the answer.

    Args:
        one: of those offered.
        server_port: our UDP ports; None for interleaved.
        ssrc: of what is heard; None where that is not known yet.
    """
    if one.interleaved is not None:
        first, second = one.interleaved
        how = f"RTP/AVP/TCP;unicast;interleaved={first}-{second}"
    else:
        profile = "RTP/SAVP" if one.encrypted else "RTP/AVP"
        how = f"{profile};unicast;client_port={_written(one.client_port)}"
    if server_port is not None:
        how += f";server_port={_written(server_port)}"
    if ssrc is not None:
        how += f";ssrc={ssrc:08X}"
    return f'{how};mode="PLAY"'


def _written(ports: tuple[int, int] | None) -> str:
    return "" if ports is None else f"{ports[0]}-{ports[1]}"


def asked(local_port: int | None, *, encrypted: bool = False) -> str:
    """Return the header with which jackrf asks for a mix.

    Args:
        local_port: our UDP port for RTP; None for interleaved.
        encrypted: whether the SDP says so.
    """
    if local_port is None:
        return "RTP/AVP/TCP;unicast;interleaved=0-1"
    profile = "RTP/SAVP" if encrypted else "RTP/AVP"
    return f"{profile};unicast;client_port={local_port}-{local_port + 1}"


def granted_channels(header: str) -> tuple[int, int] | None:
    """Return the channels that a server's answer names; None for UDP or nothing known."""
    found = offered(header)
    return found[0].interleaved if found else None
