"""GET /mix/ID.sdp: what those who ask are told."""

import json
from dataclasses import replace

import pytest

from jackrf.announcing.sdp_page import LIST, SdpPage, is_group
from jackrf.desk import Desk
from jackrf.lan.http import Answer, Question
from jackrf.rtp.sdp import parse
from jackrf.testing import DummyJack
from tests.announcing.stage import GROUP, stage

pytestmark = pytest.mark.system


def asked(desk: Desk, target: str, host: str = "127.0.0.1", *, pin: bool = False) -> Answer:
    """Ask for a page."""
    page = SdpPage(desk, lambda _: pin, lambda here, mix: f"rtsp://{here}:8554/{mix}")
    return page.answer(Question(target, host, 50000, "192.168.1.10"))


def text(answer: Answer) -> str:
    """All of it."""
    return "".join(answer.pieces)


def test_a_host_is_told_of_what_is_sent_to_it(dummy_jack: DummyJack) -> None:
    """Of its own port, or of the group that is sent to everybody."""
    with stage(dummy_jack) as desk:
        for host, port in (("127.0.0.1", 50300), ("127.0.0.2", 50302)):
            answer = asked(desk, "/mix/drums.sdp", host)
            assert (answer.status, answer.kind) == (200, "application/sdp")
            assert parse(text(answer)).port == port
        choir = parse(text(asked(desk, "/mix/choir.sdp", "192.168.1.77")))
        assert (choir.host, choir.port) == (GROUP, 50304)


def test_who_is_sent_nothing_is_led_to_rtsp(dummy_jack: DummyJack) -> None:
    """So is who asks for a mix with a PIN."""
    with stage(dummy_jack) as desk:
        other = asked(desk, "/mix/drums.sdp", "192.168.1.77")
        nowhere = asked(desk, "/mix/anna.sdp")
        secret = asked(desk, "/mix/drums.sdp", pin=True)
    assert (other.status, nowhere.status, secret.status) == (404, 404, 403)
    assert "open rtsp://192.168.1.10:8554/drums with a player" in text(other)
    assert "open rtsp://192.168.1.10:8554/anna with a player" in text(nowhere)
    assert "has a PIN: open rtsp://192.168.1.10:8554/drums" in text(secret)


@pytest.mark.parametrize(
    "target", ["/", "/mix/guitar.sdp", "/mix/drums", "/mix/../drums.sdp", "/mix/drums.sdp?a"]
)
def test_there_is_nothing_else(target: str) -> None:
    """Whatever the path."""
    with stage(None) as desk:
        assert asked(desk, target).status == 404


def test_without_jack_the_rate_is_not_known() -> None:
    """For now."""
    with stage(None) as desk:
        answer = asked(desk, "/mix/drums.sdp")
    assert answer.status == 503
    assert "no JACK server" in text(answer)


def test_groups() -> None:
    """Of IPv4 and IPv6."""
    assert is_group("239.1.2.3")
    assert is_group("ff02::1")
    assert not is_group("192.168.1.1")
    assert not is_group("studio")


def test_the_key_of_an_encrypted_mix_is_not_given_out(dummy_jack: DummyJack) -> None:
    """With a PIN or without one: who asks is led to RTSP."""
    with stage(dummy_jack) as desk:
        desk.plans = {mix: replace(plan, key=bytes(30)) for mix, plan in desk.plans.items()}
        for pin in (True, False):
            answer = asked(desk, "/mix/drums.sdp", pin=pin)
            assert answer.status == 403
            assert "open rtsp://192.168.1.10:8554/drums" in text(answer)
            assert "crypto" not in text(answer)
        assert "jackrf pin drums" in text(answer)


def test_the_list_says_which_mixes_there_are() -> None:
    """And which of them want a PIN: `jackrf web` asks for it."""
    with stage(None) as desk:
        answer = asked(desk, LIST, pin=True)
        told = json.loads(text(answer))
        assert (answer.status, answer.kind) == (200, "application/json")
        assert told["session"] == desk.name
        assert [one["id"] for one in told["mixes"]] == [mix.id for mix in desk.mixer.mixes]
        assert {(one["pin"], one["encrypted"]) for one in told["mixes"]} == {(True, False)}
