"""One RTSP connection, in virtual time: golden exchanges, states, time-outs, what is refused."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.rtsp.conversation import REQUEST_SECONDS, SESSION_SECONDS
from tests.rtsp.exchange import (
    EXCHANGES,
    Talk,
    admission,
    blocks,
    session_in,
    status,
    whole,
    with_digest,
)


@pytest.mark.parametrize("path", EXCHANGES, ids=lambda path: path.stem)
@pytest.mark.parametrize("piece", [0, 1, 7], ids=["whole", "by the byte", "in sevens"])
def test_a_golden_exchange(path: Path, piece: int) -> None:
    """Every answer is the one that is written down, however the requests are cut."""
    talk, session, nonce, told = Talk(), "", "", b""
    for sign, text in blocks(path):
        if sign == ">":
            said = with_digest(whole(text.replace("SESSION", session)), nonce).encode()
            step = piece or len(said)
            told = b"".join(talk.say(said[at : at + step]) for at in range(0, len(said), step))
        elif sign == "<":
            answer = told.decode()
            session = session or (session_in(answer) if "SESSION" in text else "")
            found = re.search(r'nonce="(\w+)"', answer)
            nonce = found[1] if found else nonce
            assert answer == whole(text.replace("SESSION", session).replace("NONCE", nonce))
        else:
            chair = talk.room.chairs[-1]
            assert f"{chair.name} {chair.state}" == text


def test_requests_in_one_piece_are_answered_one_by_one() -> None:
    """A client may send the next before it has the answer (section 9.1)."""
    told = Talk().say(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\nOPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n")
    assert re.findall(rb"CSeq: (\d)", told) == [b"1", b"2"]


def test_a_player_may_change_its_mind_before_it_plays() -> None:
    """The first seat is given back, and what plays is the second."""
    talk = Talk(admission(most_per_host=1))
    assert status(talk.ask("SETUP", Transport="RTP/AVP;unicast;client_port=5004-5005")) == 200
    told = talk.ask("SETUP", Transport="RTP/AVP/TCP;unicast;interleaved=0-1")
    talk.ask("PLAY", Session=session_in(told.decode()))
    assert [chair.state for chair in talk.room.chairs] == ["is closed", "plays"]


def test_a_second_play_changes_nothing() -> None:
    """It plays already."""
    talk = Talk()
    session = talk.tune_in()
    talk.room.chairs[0].state = "as it was"
    assert status(talk.ask("PLAY", Session=session)) == 200
    assert talk.room.chairs[0].state == "as it was"


def test_a_session_hears_one_mix() -> None:
    """Its own; another's URL is not found in it, whatever PIN that mix has."""
    talk = Talk()
    session = talk.tune_in()
    assert status(talk.ask("PAUSE", "/keys", Session=session)) == 404
    assert talk.room.chairs[0].state == "plays"


def test_the_session_of_another_connection_is_not_found() -> None:
    """It ends with the connection that set it up, and nobody else can use it."""
    session = Talk().tune_in()
    for method in ("PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER"):
        assert status(Talk().ask(method, Session=session)) == 454


def test_the_audio_goes_to_the_host_that_asks() -> None:
    """It may name itself as the destination, and nobody else, which is counted."""
    talk = Talk()
    ports = "client_port=5004-5005"
    for host, wanted in (("192.168.1.31", 200), ("192.168.1.32", 403), ("8.8.8.8", 403)):
        header = f"RTP/AVP;unicast;destination={host};{ports}"
        assert status(talk.ask("SETUP", Transport=header)) == wanted
    assert talk.admission.refusals.counts["elsewhere"] == 2
    assert "on the host that is to hear it" in talk.admission.refusals.lines()[0]


def test_what_the_house_has_not_is_told_and_the_place_given_back() -> None:
    """As often as it is asked for."""
    talk = Talk(admission(most_per_host=1))
    talk.room.missing = 503
    assert status(talk.ask("DESCRIBE")) == 503
    for _ in range(3):
        assert status(talk.ask("SETUP", Transport="RTP/AVP;client_port=5004")) == 503
    talk.room.missing = 0
    assert status(talk.ask("SETUP", Transport="RTP/AVP;client_port=5004")) == 200


def test_so_many_of_a_host_and_so_many_in_all() -> None:
    """One more is told so, until somebody leaves."""
    house = admission(most=3, most_per_host=2)
    first, second, third = Talk(house), Talk(house), Talk(house)
    transport = "RTP/AVP;unicast;client_port=5004-5005"
    first.tune_in()
    second.tune_in()
    assert status(third.ask("SETUP", Transport=transport)) == 453
    other, late = Talk(house, "192.168.1.32"), Talk(house, "192.168.1.33")
    other.tune_in()
    assert status(late.ask("SETUP", Transport=transport)) == 453
    assert (house.refusals.counts["host_full"], house.refusals.counts["full"]) == (1, 1)
    first.conversation.close()
    first.conversation.close()
    assert status(third.ask("SETUP", Transport=transport)) == 200
    assert status(late.ask("SETUP", Transport=transport)) == 453


def test_what_is_no_rtsp_ends_the_connection() -> None:
    """With one answer, and nothing after it is looked at."""
    talk = Talk()
    talk.tune_in()
    told = talk.say(b"GET / HTTP/1.1\r\n\r\nOPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert told == b"RTSP/1.0 400 Bad Request\r\nConnection: close\r\n\r\n"
    assert talk.conversation.closing
    assert talk.say(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n") == b""
    assert talk.admission.refusals.counts["malformed"] == 1


def test_a_session_lives_as_long_as_something_is_heard() -> None:
    """A request or an RTCP report; after a minute of nothing it is over."""
    talk = Talk()
    session = talk.tune_in("RTP/AVP/TCP;interleaved=0-1")
    for said in (b"", b"$\x01\x00\x04abcd", b"", b"$\x01\x00\x00"):
        talk.now += SESSION_SECONDS - 1.0
        if said:
            assert talk.say(said) == b""
        else:
            talk.ask("GET_PARAMETER", Session=session)
        talk.conversation.tick(talk.now)
        assert not talk.conversation.closing
    talk.now += SESSION_SECONDS + 1.0
    talk.conversation.tick(talk.now)
    assert talk.conversation.closing


def test_who_asks_for_nothing_does_not_stay() -> None:
    """Without a session a connection has ten seconds from one request to the next."""
    talk = Talk()
    talk.ask("OPTIONS")
    talk.now += REQUEST_SECONDS - 0.1
    talk.conversation.tick(talk.now)
    assert not talk.conversation.closing
    talk.now += 0.2
    talk.conversation.tick(talk.now)
    assert talk.conversation.closing


@pytest.mark.parametrize("tuned_in", [False, True])
def test_a_request_that_drips_in_is_not_waited_for(tuned_in: bool) -> None:
    """A slow loris with a session is one too."""
    talk = Talk()
    if tuned_in:
        talk.tune_in()
    for octet in b"OPTIONS * RTSP":
        talk.say(bytes([octet]))
        talk.now += 1.0
        talk.conversation.tick(talk.now)
    assert talk.conversation.closing


def test_a_request_in_two_pieces_is_waited_for() -> None:
    """However long nothing was said before: on a bad link its second half comes later."""
    talk = Talk()
    session = talk.tune_in()
    for _ in range(2):
        talk.now += SESSION_SECONDS / 2
        talk.say(b"GET_PARAMETER /drums RTSP/1.0\r\nCSe")
        talk.now += REQUEST_SECONDS - 0.1
        talk.conversation.tick(talk.now)
        assert not talk.conversation.closing
        assert status(talk.say(f"q: 1\r\nSession: {session}\r\n\r\n".encode())) == 200


def test_closing_is_for_once() -> None:
    """However often it is called."""
    talk = Talk()
    talk.tune_in()
    talk.conversation.close()
    talk.conversation.close()
    assert talk.room.chairs[0].state == "is closed"


@given(st.lists(st.binary(max_size=64), max_size=20))
def test_nothing_that_is_sent_raises(pieces: list[bytes]) -> None:
    """Whatever it is, it is answered or passed over."""
    talk = Talk()
    for piece in pieces:
        talk.say(piece)


def test_a_seat_that_hears_nothing_any_more_ends_its_connection() -> None:
    """Whoever sat there tunes in again, where a silent connection would keep it."""
    talk = Talk()
    talk.say(
        b"SETUP /drums RTSP/1.0\r\nCSeq: 1\r\n"
        b"Transport: RTP/AVP;unicast;client_port=5004-5005\r\n\r\n"
    )
    talk.conversation.tick(talk.now)
    assert not talk.conversation.closing
    talk.room.chairs[-1].is_over = True
    talk.conversation.tick(talk.now)
    assert talk.conversation.closing
