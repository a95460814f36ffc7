"""The text that players open, line by line (RFC 8866), with what PipeWire wants of it."""

from dataclasses import replace

import pytest

from jackrf.rtp.sdp import Description, serialise
from jackrf.rtp.stream import PAYLOADS

DRUMS = Description(
    name="Drums",
    identifier=3970000001,
    origin="192.168.1.10",
    destination="192.168.1.10",
    port=5004,
    payload=PAYLOADS["L24"],
    samplerate=48000,
    packet_frames=128,
)


def lines(description: Description) -> list[str]:
    """The lines of an SDP, by the line ends that RFC 8866 asks for."""
    return serialise(description).split("\r\n")


def test_every_line() -> None:
    """The whole text, in the order that RFC 8866 and PipeWire ask for; it ends with a line end."""
    assert lines(DRUMS) == [
        "v=0",
        "o=- 3970000001 1 IN IP4 192.168.1.10",
        "s=Drums",
        "c=IN IP4 192.168.1.10",
        "t=0 0",
        "m=audio 5004 RTP/AVP 97",
        "i=2 channels: L, R",
        "a=rtpmap:97 L24/48000/2",
        "a=ptime:2.667",
        "a=recvonly",
        "a=mediaclk:sender",
        "a=ts-refclk:local",
        "",
    ]


@pytest.mark.parametrize(
    ("destination", "line"),
    [
        ("239.69.1.1", "c=IN IP4 239.69.1.1/4"),
        ("192.168.1.10", "c=IN IP4 192.168.1.10"),
        ("ff02::1234", "c=IN IP6 ff02::1234"),
        ("fd00::10", "c=IN IP6 fd00::10"),
    ],
)
def test_the_connection_line(destination: str, line: str) -> None:
    """Only IPv4 multicast has a TTL (RFC 8866, 5.7)."""
    assert lines(replace(DRUMS, destination=destination, ttl=4))[3] == line


def test_an_ipv6_sender() -> None:
    """The o= line names the family of the sender's address."""
    assert lines(replace(DRUMS, origin="fd00::1"))[1] == "o=- 3970000001 1 IN IP6 fd00::1"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Ear\r\na=evil", "s=Ear a=evil"),
        ("  two \t words ", "s=two words"),
        ("", "s=-"),
        ("Bläser", "s=Bläser"),
    ],
)
def test_a_name_stays_on_its_line(name: str, line: str) -> None:
    """No name adds lines, and an empty one is a dash (RFC 8866, 5.3)."""
    described = lines(replace(DRUMS, name=name))
    assert described[2] == line
    assert len(described) == len(lines(DRUMS))


@pytest.mark.parametrize(
    ("frames", "rate", "ptime"),
    [(128, 48000, "2.667"), (96, 48000, "2.000"), (64, 44100, "1.451"), (256, 192000, "1.333")],
)
def test_packet_time_is_in_milliseconds(frames: int, rate: int, ptime: str) -> None:
    """a=ptime is the packet's frames over the rate, to a microsecond."""
    described = lines(replace(DRUMS, packet_frames=frames, samplerate=rate))
    assert f"a=ptime:{ptime}" in described
    assert f"a=rtpmap:97 L24/{rate}/2" in described


def test_l16_has_its_own_type() -> None:
    """m= and rtpmap both name the payload type of the encoding."""
    described = lines(replace(DRUMS, payload=PAYLOADS["L16"], version=7))
    assert described[5] == "m=audio 5004 RTP/AVP 96"
    assert described[7] == "a=rtpmap:96 L16/48000/2"
    assert described[1] == "o=- 3970000001 7 IN IP4 192.168.1.10"
