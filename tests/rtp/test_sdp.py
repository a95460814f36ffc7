"""The text that players open, line by line (RFC 8866), with what PipeWire wants of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.rtp.crypto import Crypto
from jackrf.rtp.sdp import Description, Offer, SdpError, parse, serialise
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
        "a=extmap:1 urn:x-jackrf:clock-and-age",
        "a=recvonly",
        "a=mediaclk:sender",
        "a=ts-refclk:local",
        "",
    ]


def test_packets_without_an_extension_name_none() -> None:
    """What is announced by SAP is for receivers that would take it for audio."""
    told = lines(DRUMS)
    told.remove("a=extmap:1 urn:x-jackrf:clock-and-age")
    assert lines(replace(DRUMS, plain=True)) == told


def test_rtsp_has_names_for_the_whole_and_for_its_stream() -> None:
    """RFC 2326 appendix C.1.1: the first before the media, the second in it."""
    told = lines(replace(DRUMS, port=0, control="audio"))
    assert told[4:7] == ["t=0 0", "a=control:*", "m=audio 0 RTP/AVP 97"]
    assert told[-2:] == ["a=control:audio", ""]
    assert parse("\r\n".join(told)).control == "audio"


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


def test_what_is_written_is_read() -> None:
    """A receiver finds in jackrf's own SDP what the sender put there."""
    assert parse(serialise(DRUMS)) == Offer(
        name="Drums",
        host="192.168.1.10",
        port=5004,
        payload_type=97,
        encoding="L24",
        samplerate=48000,
        channels=2,
        packet_ms=2.667,
        rtcp_port=5005,
    )


FOREIGN = """v=0
o=- 1311738121 1311738121 IN IP4 192.168.1.1
s=Stage left I/O
c=IN IP4 239.0.0.1/32
t=0 0
m=video 5006 RTP/AVP 33
a=rtpmap:33 MP2T/90000
m=audio 5004 RTP/AVP 0 98 96
c=IN IP4 239.0.0.2/32/2
i=8 channels: one, two
a=rtpmap:98 AM824/48000/8
a=rtpmap:96 L24/96000/8
a=ptime:0.125
a=rtcp:53020 IN IP4 239.0.0.2
a=control:trackID=1
"""


def test_a_foreign_one_is_read() -> None:
    """Video and formats that are not known are passed over; the media's own c= line wins."""
    assert parse(FOREIGN) == Offer(
        "Stage left I/O", "239.0.0.2", 5004, 96, "L24", 96000, 8, 0.125, 53020, "trackID=1"
    )


@pytest.mark.parametrize(("payload_type", "channels"), [("10", 2), ("11", 1)])
def test_static_payload_types_need_no_rtpmap(payload_type: str, channels: int) -> None:
    """10 and 11 are L16 at 44.1 kHz (RFC 3551, table 4)."""
    offer = parse(f"v=0\nc=IN IP6 ff02::1\nm=audio 0 RTP/AVP {payload_type}\n")
    assert (offer.encoding, offer.samplerate, offer.channels) == ("L16", 44100, channels)
    assert (offer.name, offer.host, offer.port, offer.rtcp_port) == ("-", "ff02::1", 0, 0)
    assert offer.packet_ms is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("v=0", "hello", "no SDP: its first line is 'hello', not 'v=0'"),
        ("L24/96000/8", "opus/48000/2", "the SDP offers video 5006 RTP/AVP 33, audio 5004 RTP/AVP"),
        (
            "L24/96000/8",
            "L24/many/8",
            "'a=rtpmap:96 L24/many/8': 'many' is no number up to",
        ),
        ("audio 5004", "audio 99999", "'99999' is no number up to 65535"),
        ("audio 5004", f"audio {'9' * 5000}", "'99999999999999999999' is no number"),
        ("a=rtcp:53020", "a=rtcp:x", "'x' is no number up to 65535"),
        ("c=IN IP4 239.0.0.2/32/2", "c=239.0.0.2", "'c=239.0.0.2' is no 'c=IN IP4 ADDRESS'"),
    ],
)
def test_an_error_names_the_line(old: str, new: str, message: str) -> None:
    """What is wrong is named as it stands there."""
    with pytest.raises(SdpError, match=message):
        parse(FOREIGN.replace(old, new))


@given(st.text(max_size=200) | st.lists(st.sampled_from(FOREIGN.split("\n"))).map("\n".join))
def test_any_text_is_an_offer_or_an_error(text: str) -> None:
    """Nothing but SdpError comes of a text that somebody else wrote."""
    try:
        offer = parse("v=0\n" + text)
    except SdpError:
        return
    assert offer.samplerate > 0
    assert offer.channels > 0


KEY = bytes(range(30))
CRYPTO = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"


def test_an_encrypted_stream() -> None:
    """Its profile says so (RFC 3711 section 12), its key stands beside it; and is read again."""
    sealed = replace(DRUMS, crypto=Crypto(KEY))
    assert "m=audio 5004 RTP/SAVP 97" in lines(sealed)
    assert CRYPTO in lines(sealed)
    assert parse(serialise(sealed)).crypto == Crypto(KEY)
    assert parse(serialise(DRUMS)).crypto is None


@pytest.mark.parametrize("line", ["", "a=crypto:1 F8_128_HMAC_SHA1_80 inline:" + 40 * "A"])
def test_encryption_that_is_not_known_is_told(line: str) -> None:
    """It would be noise."""
    text = serialise(replace(DRUMS, crypto=Crypto(KEY))).replace(CRYPTO, line)
    with pytest.raises(SdpError, match="encrypted in a way that jackrf does not know"):
        parse(text)


def test_of_two_ways_the_first_that_is_known_is_taken() -> None:
    """As the sender prefers them."""
    unknown = "a=crypto:2 F8_128_HMAC_SHA1_80 inline:" + 40 * "A"
    text = serialise(replace(DRUMS, crypto=Crypto(KEY)))
    assert parse(text.replace(CRYPTO, f"{unknown}\r\n{CRYPTO}")).crypto == Crypto(KEY)
