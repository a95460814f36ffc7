"""A listener's side of RTSP, against our own server's, and against what other servers say."""

import pytest

from jackrf.errors import InputError, JackrfError
from jackrf.rtp.sdp import Description, serialise
from jackrf.rtp.stream import PAYLOADS
from jackrf.rtsp.dialogue import Dialogue, Target, joined, parse_target
from jackrf.rtsp.messages import write_frame, write_response
from tests.rtsp.exchange import Room, Talk

URL = "rtsp://192.168.1.10:8554/drums"
NOWHERE = "0.0.0.0"  # noqa: S104 - says that no address is told
L24 = PAYLOADS["L24"]
SDP = serialise(
    Description("Drums", 1, "192.168.1.10", NOWHERE, 0, L24, 48000, 128, control="audio")
)


class House(Room):
    """A room whose descriptions can be read."""

    def describe(self, mix: str) -> str:
        """The one there is."""
        super().describe(mix)
        return SDP


def server() -> Talk:
    """Our own, with the mixes drums, and keys, which has a PIN."""
    talk = Talk()
    talk.room = talk.conversation._house = House()
    return talk


def converse(dialogue: Dialogue, talk: Talk, said: bytes) -> None:
    """Carry octets to and fro until nobody has anything to say."""
    while said:
        dialogue.feed(talk.say(said))
        said = b""
        while (step := dialogue.next()) is not None:
            said += step.say


def test_both_of_our_sides_agree() -> None:
    """Over UDP: described, set up, playing, alive, left."""
    dialogue, talk = Dialogue(parse_target(URL), 5004), server()
    converse(dialogue, talk, dialogue.begin())
    (chair,) = talk.room.chairs
    assert f"{chair.name} {chair.state}" == "drums over UDP to 5004-5005 plays"
    assert (dialogue.playing, dialogue.channels, dialogue.timeout) == (True, None, 60.0)
    assert dialogue.offer is not None
    assert (dialogue.offer.encoding, dialogue.offer.samplerate) == ("L24", 48000)
    assert dialogue.report(b"rtcp") == b""
    converse(dialogue, talk, dialogue.keep_alive())
    assert chair.state == "plays"
    converse(dialogue, talk, dialogue.leave())
    assert chair.state == "is closed"


def test_both_of_our_sides_agree_over_tcp() -> None:
    """Frames are audio and reports."""
    dialogue, talk = Dialogue(parse_target(URL.replace("rtsp", "rtspt")), None), server()
    converse(dialogue, talk, dialogue.begin())
    assert talk.room.chairs[0].name == "drums over TCP on 0-1"
    assert dialogue.channels == (0, 1)
    assert dialogue.report(b"rtcp") == write_frame(1, b"rtcp")
    dialogue.feed(write_frame(0, b"audio"))
    step = dialogue.next()
    assert step is not None
    assert step.frame is not None
    assert step.frame.data == b"audio"


def test_a_pin_is_shown_where_it_is_asked_for() -> None:
    """By Digest, for each request; the URL that is sent has it not."""
    target = parse_target("rtsp://keys:123456@192.168.1.10:8554/keys")
    assert (target.user, target.pin) == ("keys", "123456")
    dialogue, talk = Dialogue(target, 5004), server()
    said = dialogue.begin()
    assert b"123456" not in said
    converse(dialogue, talk, said)
    assert talk.room.chairs[0].state == "plays"


@pytest.mark.parametrize(
    ("user", "told"),
    [("", "wants a PIN: write rtsp://MIX:PIN@"), ("keys:000000@", "takes another PIN than this")],
)
def test_a_wrong_pin_is_told(user: str, told: str) -> None:
    """Once, and it is not tried again."""
    dialogue, talk = Dialogue(parse_target(f"rtsp://{user}192.168.1.10/keys"), 5004), server()
    with pytest.raises(InputError, match=told):
        converse(dialogue, talk, dialogue.begin())
    assert talk.admission.refusals.counts["wrong_pin"] == bool(user)


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        (404, InputError, "404 Not Found: there is no such mix; jackrf status there shows them"),
        (403, JackrfError, "403 Forbidden: jackrf status there says what mends it"),
        (453, JackrfError, "453 Not Enough Bandwidth: it has as many listeners as it takes"),
        (461, JackrfError, "461 Unsupported Transport: try rtspt://, audio over TCP"),
        (503, JackrfError, "503 Service Unavailable: its JACK server is away"),
        (551, JackrfError, "551 Option Not Supported"),
    ],
)
def test_a_refusal_is_told(status: int, kind: type[JackrfError], told: str) -> None:
    """With what mends it."""
    dialogue = Dialogue(parse_target(URL), 5004)
    dialogue.begin()
    dialogue.feed(write_response(status, "1"))
    with pytest.raises(kind) as caught:
        dialogue.next()
    assert str(caught.value) == f"{URL}: {told}"


def test_what_other_servers_say() -> None:
    """A request of their own in between, an absolute control, another time-out, no Content-Base."""
    dialogue = Dialogue(parse_target(URL), 5004)
    dialogue.begin()
    dialogue.feed(b"ANNOUNCE rtsp://192.168.1.10/x RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert dialogue.next().say == b""  # type: ignore[union-attr]
    sdp = SDP.replace("a=control:audio", "a=control:rtsp://192.168.1.10/other/track1").encode()
    dialogue.feed(write_response(200, "1", [("Content-Type", "application/sdp")], sdp))
    step = dialogue.next()
    assert step is not None
    assert step.say.startswith(b"SETUP rtsp://192.168.1.10/other/track1 RTSP/1.0\r\nCSeq: 2\r\n")
    dialogue.feed(write_response(200, "2", [("Session", "a b ; timeout = 30")]))
    step = dialogue.next()
    assert step is not None
    assert step.say.startswith(f"PLAY {URL} RTSP/1.0\r\n".encode())
    assert b"\r\nSession: a b\r\n" in step.say
    assert dialogue.timeout == 30.0


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "port 8554 speaks no RTSP"),
        (write_response(200, "1", [], b"<html>"), "no SDP: its first line is '<html>'"),
    ],
)
def test_what_is_no_server_of_audio_is_told(answer: bytes, told: str) -> None:
    """In one line."""
    dialogue = Dialogue(parse_target(URL), 5004)
    dialogue.begin()
    dialogue.feed(answer)
    with pytest.raises(JackrfError, match=told):
        dialogue.next()


def test_a_server_that_knows_the_session_no_more_is_told() -> None:
    """So that it can be set up again; any other answer to a sign of life is one."""
    dialogue, talk = Dialogue(parse_target(URL), 5004), server()
    converse(dialogue, talk, dialogue.begin())
    assert dialogue.keep_alive()
    assert dialogue.keep_alive() == b""
    dialogue.feed(write_response(501, "4"))
    assert dialogue.next() is not None
    assert dialogue.keep_alive()
    dialogue.feed(write_response(454, "5"))
    with pytest.raises(JackrfError, match="454"):
        dialogue.next()


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (URL, Target(URL, "192.168.1.10", 8554)),
        ("rtsp://studio.local/drums", Target("rtsp://studio.local/drums", "studio.local", 554)),
        ("rtspt://[::1]:8554/a", Target("rtsp://[::1]:8554/a", "::1", 8554, over_tcp=True)),
        ("rtsp://a:b%40c@h/d", Target("rtsp://h/d", "h", 554, "a", "b@c")),
    ],
)
def test_what_a_url_names(url: str, target: Target) -> None:
    """Host, port, mix, user and PIN, and how the audio is to come."""
    assert parse_target(url) == target


@pytest.mark.parametrize(
    "url",
    ["rtsp://", "rtsp://host", "rtsp://host/", "http://host/drums", "rtsp://h:x/a", "rtsp://h/ä"],
)
def test_what_names_no_mix_is_told(url: str) -> None:
    """With what is allowed."""
    with pytest.raises(InputError, match=r"rtspt:// for TCP"):
        parse_target(url)


def test_names_of_streams() -> None:
    """Below their base, as RFC 2396 says, or absolute."""
    assert joined(f"{URL}/", "audio") == f"{URL}/audio"
    assert joined(URL, "audio") == "rtsp://192.168.1.10:8554/audio"
    assert joined(URL, "rtsp://x/y") == "rtsp://x/y"
