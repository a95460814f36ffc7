"""Tuning in on real sockets, to our own server before a callback that sends."""

import socket
import time
from contextlib import closing
from typing import TYPE_CHECKING, cast

import pytest

from jackrf.desk import MixPlan
from jackrf.errors import InputError, JackrfError
from jackrf.rtp.packet import parse
from jackrf.rtsp import tuner as module
from jackrf.rtsp.dialogue import parse_target
from jackrf.rtsp.tuner import Tuner, ask
from tests.audience.connections import datagrams
from tests.rtsp.serving import Theatre
from tests.rtsp.test_dialogue import SDP
from tests.rtsp.test_seats import Jack
from tests.system.instruments import wait_for

if TYPE_CHECKING:
    from jackrf.client import JackClient


@pytest.fixture
def theatre(monkeypatch: pytest.MonkeyPatch) -> Theatre:
    """One that describes its mixes without JACK."""
    monkeypatch.setattr("jackrf.rtsp.seats.Stalls.describe", lambda *_: SDP)
    return Theatre()


def heard(tuner: Tuner) -> int:
    """The sequence number of the next packet."""
    tuner.hearing.settimeout(5.0)
    return parse(tuner.hearing.recv(2048)).sequence


@pytest.mark.parametrize("scheme", ["rtsp", "rtspt"])
def test_it_hears_until_it_is_closed(theatre: Theatre, scheme: str) -> None:
    """Over UDP and over TCP: packets on one socket, reports by the other; then nobody listens."""

    def client(port: int) -> None:
        tuner = Tuner(parse_target(f"{scheme}://127.0.0.1:{port}/drums"))
        with tuner.hearing, tuner.reports:
            first = heard(tuner)
            assert [heard(tuner) for _ in range(5)] == [(first + n) % 2**16 for n in range(1, 6)]
            assert tuner.offer is not None
            rtp, rtcp = (one.getsockname()[1] for one in (tuner.hearing, tuner.reports))
            assert (rtp % 2, rtcp) == (0, rtp + 1)
            tuner.close()
        wait_for(lambda: not theatre.desk.audience.listeners)

    theatre.play_to(client)


@pytest.mark.parametrize("scheme", ["rtsp", "rtspt"])
def test_it_comes_back_when_its_server_does(theatre: Theatre, scheme: str) -> None:
    """On the same sockets."""

    def client(port: int) -> None:
        tuner = Tuner(parse_target(f"{scheme}://127.0.0.1:{port}/drums"))
        with tuner.hearing, tuner.reports, closing(tuner):
            heard(tuner)
            (connection,) = list(theatre.server._open)
            connection.line.socket.shutdown(socket.SHUT_RDWR)
            wait_for(lambda: not theatre.desk.audience.listeners)
            datagrams(tuner.hearing)
            heard(tuner)

    theatre.play_to(client)


def test_it_gives_signs_of_life(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    """Often enough for its server."""
    monkeypatch.setattr(module, "SIGN_SECONDS", 0.05)

    def client(port: int) -> None:
        tuner = Tuner(parse_target(f"rtsp://127.0.0.1:{port}/drums"))
        with tuner.hearing, tuner.reports, closing(tuner):
            (connection,) = list(theatre.server._open)
            before = connection.conversation._heard_at
            wait_for(lambda: connection.conversation._heard_at > before)

    theatre.play_to(client)


def test_a_mix_that_is_not_there_is_told(theatre: Theatre) -> None:
    """And no socket stays open."""

    def client(port: int) -> None:
        with pytest.raises(InputError, match="there is no such mix"):
            Tuner(parse_target(f"rtsp://127.0.0.1:{port}/guitar"))

    theatre.play_to(client)


def test_nobody_there_is_told() -> None:
    """With what may be the reason; a server that says nothing, too."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        with pytest.raises(JackrfError, match=r"nobody answers .*\[listen\] address"):
            Tuner(parse_target(f"rtsp://127.0.0.1:{unheard.getsockname()[1]}/drums"))


def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """For longer than some seconds."""
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    with (
        socket.create_server(("127.0.0.1", 0)) as mute,
        pytest.raises(JackrfError, match="no answer"),
    ):
        Tuner(parse_target(f"rtsp://127.0.0.1:{mute.getsockname()[1]}/drums"))


@pytest.fixture
def sealed() -> Theatre:
    """One whose mixes are encrypted, each listener's by a key of its own."""
    made = Theatre()
    made.desk.plans = {mix: MixPlan([], "L16", None, key=bytes(30)) for mix in ("drums", "keys")}
    made.desk.audience._encrypted = frozenset({0, 1})
    made.desk.client = cast("JackClient", Jack())
    return made


def test_it_hears_an_encrypted_mix_and_comes_back_to_it(sealed: Theatre) -> None:
    """Opened, and by the new key that it is told when the connection was made anew."""

    def client(port: int) -> None:
        tuner = Tuner(parse_target(f"rtsp://127.0.0.1:{port}/drums"))
        with tuner.hearing, tuner.reports, closing(tuner):
            first = heard(tuner)
            assert heard(tuner) == (first + 1) % 2**16
            (before,) = [one.seal for one in sealed.desk.audience.listeners]
            (connection,) = list(sealed.server._open)
            connection.line.socket.shutdown(socket.SHUT_RDWR)
            wait_for(lambda: [one.seal for one in sealed.desk.audience.listeners] != [before])
            wait_for(lambda: bool(sealed.desk.audience.listeners))
            (after,) = [one.seal for one in sealed.desk.audience.listeners]
            assert before is not None
            assert after is not None
            assert after.key != before.key
            datagrams(tuner.hearing)
            heard(tuner)

    sealed.play_to(client)


@pytest.mark.parametrize(
    ("kinds", "told"), [((False, True), "is encrypted now"), ((True, False), "not encrypted any")]
)
def test_it_never_comes_back_to_another_kind_of_stream(
    sealed: Theatre, capsys: pytest.CaptureFixture[str], kinds: tuple[bool, bool], told: str
) -> None:
    """Who plays a stream in the clear would play an encrypted one as noise: a line says what to
    do, nobody listens, and nothing comes. When it is again what it was, it is heard.
    """
    encrypted = sealed.desk.plans
    plain = {mix: MixPlan([], "L16", None) for mix in encrypted}

    def become(*, secret: bool) -> None:
        sealed.desk.plans = encrypted if secret else plain
        sealed.desk.audience._encrypted = frozenset({0, 1} if secret else ())

    def client(port: int) -> None:
        tuner = Tuner(parse_target(f"rtsp://127.0.0.1:{port}/drums"))
        with tuner.hearing, tuner.reports, closing(tuner):
            heard(tuner)
            become(secret=kinds[1])
            (connection,) = list(sealed.server._open)
            connection.line.socket.shutdown(socket.SHUT_RDWR)
            wait_for(lambda: told in capsys.readouterr().err)
            datagrams(tuner.hearing)
            time.sleep(2 * module.RETRY_SECONDS)
            assert not sealed.desk.audience.listeners
            assert capsys.readouterr().err == ""
            assert datagrams(tuner.hearing) == []
            become(secret=kinds[0])
            heard(tuner)

    become(secret=kinds[0])
    sealed.play_to(client)


def test_over_tcp_an_encrypted_mix_is_not_to_be_had(sealed: Theatre) -> None:
    """One line says what to write."""

    def client(port: int) -> None:
        with pytest.raises(InputError, match="is encrypted, and goes over UDP: write rtsp://"):
            Tuner(parse_target(f"rtspt://127.0.0.1:{port}/drums"))

    sealed.play_to(client)


def test_without_libsrtp_an_encrypted_mix_is_told(
    sealed: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line says what to install."""
    monkeypatch.setattr("jackrf.srtp.library.find_spec", lambda _: None)

    def client(port: int) -> None:
        with pytest.raises(InputError, match=r"is encrypted, .*jackrf\[srtp\]"):
            Tuner(parse_target(f"rtsp://127.0.0.1:{port}/drums"))

    sealed.play_to(client)


def test_a_server_is_asked_what_a_mix_is_and_sends_nothing(theatre: Theatre) -> None:
    """By its description alone; a mix that is not there, and nobody, are told."""

    def client(port: int) -> None:
        for scheme in ("rtsp", "rtspt"):
            offer = ask(parse_target(f"{scheme}://127.0.0.1:{port}/drums"))
            assert (offer.encoding, offer.samplerate) == ("L24", 48000)
        assert not theatre.desk.audience.listeners
        with pytest.raises(InputError, match="there is no such mix"):
            ask(parse_target(f"rtsp://127.0.0.1:{port}/guitar"))

    theatre.play_to(client)
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        with pytest.raises(JackrfError, match="nobody answers"):
            ask(parse_target(f"rtsp://127.0.0.1:{unheard.getsockname()[1]}/drums"))
