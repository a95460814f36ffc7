"""The header Transport: what is understood of it, and what is answered."""

import pytest

from jackrf.rtsp.transport import Transport, asked, granted, granted_channels, offered


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("RTP/AVP;unicast;client_port=4588-4589", Transport(client_port=(4588, 4589))),
        ("RTP/AVP/UDP;unicast;client_port=4588", Transport(client_port=(4588, 4589))),
        ("rtp/avp;client_port=4588-4600;mode=PLAY", Transport(client_port=(4588, 4600))),
        ("RTP/AVP/TCP;unicast;interleaved=4-5", Transport((4, 5))),
        ("RTP/AVP/TCP", Transport((0, 1))),
        ('RTP/AVP;client_port=5004-5005;mode="PLAY"', Transport(client_port=(5004, 5005))),
        (
            "RTP/AVP; unicast; destination=10.0.0.1; client_port=5004-5005",
            Transport(client_port=(5004, 5005), destination="10.0.0.1"),
        ),
        ("RTP/AVP;destination;client_port=5004-5005", Transport(client_port=(5004, 5005))),
    ],
)
def test_what_a_player_asks_for(header: str, wanted: Transport) -> None:
    """As ffmpeg, GStreamer, VLC and RFC 2326 write it."""
    assert offered(header) == [wanted]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "RTP/AVP;unicast",
        "RTP/AVP;unicast;client_port=22-23",
        "RTP/AVP;unicast;client_port=5004-5004",
        "RTP/AVP;unicast;client_port=65535",
        "RTP/AVP;unicast;client_port=-5004",
        "RTP/AVP;unicast;client_port=\u0665\u0660\u0660\u0664",
        "RTP/AVP;unicast;client_port=5004-5005;client_port=6004-6005",
        "RTP/AVP;multicast;port=5004-5005",
        "RTP/AVP;unicast;client_port=5004-5005;mode=RECORD",
        "RTP/AVP/TCP;interleaved=255-256",
        "RTP/AVP/TCP;interleaved=3-3",
        "RTP/SAVPF;unicast;client_port=5004-5005",
        "RAW/RAW/UDP;unicast;client_port=5004-5005",
    ],
)
def test_what_jackrf_cannot_serve(header: str) -> None:
    """Is no choice."""
    assert offered(header) == []


def test_the_order_of_preference_stays() -> None:
    """And what is offered without end is looked at only in part."""
    both = "RTP/AVP;multicast,RTP/AVP/TCP;interleaved=0-1,RTP/AVP;client_port=5004-5005"
    assert offered(both) == [Transport((0, 1)), Transport(client_port=(5004, 5005))]
    assert len(offered(",".join(["RTP/AVP/TCP"] * 1000))) == 8


def test_the_answer() -> None:
    """With our ports and the SSRC in eight digits."""
    udp = granted(Transport(client_port=(5004, 5005)), (6970, 6971), 0xBADCAFE)
    assert udp == (
        'RTP/AVP;unicast;client_port=5004-5005;server_port=6970-6971;ssrc=0BADCAFE;mode="PLAY"'
    )
    tcp = granted(Transport((2, 3)), None, 1)
    assert tcp == 'RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=00000001;mode="PLAY"'
    assert granted_channels(tcp) == (2, 3)
    assert granted_channels(udp) is None
    assert granted_channels("nonsense") is None


def test_what_jackrf_asks_for_is_understood_by_itself() -> None:
    """Over UDP and over TCP."""
    assert offered(asked(5004)) == [Transport(client_port=(5004, 5005))]
    assert offered(asked(None)) == [Transport((0, 1))]


def test_encryption_may_be_asked_for() -> None:
    """By its profile (RFC 3711 section 12), over UDP; what is granted says the same."""
    header = "RTP/SAVP;unicast;client_port=5004-5005"
    assert asked(5004, encrypted=True) == header
    for name in ("RTP/SAVP", "RTP/SAVP/UDP"):
        (one,) = offered(f"{name};unicast;client_port=5004-5005")
        assert one == Transport(client_port=(5004, 5005), encrypted=True)
        told = granted(one, (6000, 6001), None)
        assert told == f'{header};server_port=6000-6001;mode="PLAY"'
    assert offered("RTP/SAVP/TCP;unicast;interleaved=0-1") == []
