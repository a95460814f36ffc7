"""What `jackrf check` says of listeners, sentence by sentence."""

import pytest

from jackrf.sessions.check_listening import lines
from jackrf.sessions.listening import Listen
from jackrf.sessions.session import Input, Mix, Session
from jackrf.sessions.web import Web


def said(listen: Listen, **mixes: Mix) -> list[str]:
    """The sentences on listeners of a session with it."""
    inputs = {"kick": Input(name="Kick")}
    found = mixes or {"drums": Mix(name="Drums")}
    session = Session(format=2, name="x", inputs=inputs, mixes=found, listen=listen)
    return [str(line) for line in lines(session)]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_on_loopback_it_says_how_to_let_in_others(address: str) -> None:
    """In the same sentence."""
    (only,) = said(Listen(address=address))
    assert only.startswith(f"Listeners: tune in by RTSP on {address} port 8554, at most 256, 16 of")
    assert 'address = "0.0.0.0" under [listen]' in only


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("0.0.0.0", "the private networks that it is on get in"),  # noqa: S104 - read, not bound
        ("192.168.1.2", "the private network of 192.168.1.2 get in"),
    ],
)
def test_in_a_network_it_says_who_gets_in(address: str, who: str) -> None:
    """And how a mix is kept for some."""
    (only,) = said(Listen(address=address))
    assert who in only
    assert "jackrf pin MIX" in only


def test_of_the_page_it_says_who_gets_in() -> None:
    """This machine alone, unless it is opened."""
    inputs, mixes = {"kick": Input(name="Kick")}, {"drums": Mix(name="Drums")}

    def page(web: Web) -> str:
        session = Session(format=2, name="x", inputs=inputs, mixes=mixes, web=web)
        return str(list(lines(session))[1])

    assert page(Web()) == (
        "Page: served on 127.0.0.1 ports 8080 and 8443. Only this machine's browsers get in; "
        'listen = "0.0.0.0" under [web] lets in phones.'
    )
    assert "jackrf qr MIX" in page(Web(listen="0.0.0.0"))  # noqa: S104 - read, not bound


def test_what_is_announced_is_named() -> None:
    """And what is to be announced and has nowhere to go."""
    choir = Mix(name="Choir", announce=True, send_to=["udp://239.69.1.1:5004"])
    _, nowhere, told = said(Listen(), choir=choir, anna=Mix(name="Anna", announce=True))
    assert nowhere == "Mix anna is to be announced and is sent nowhere: add to its send_to."
    assert told == "Announced in the network (SAP): choir."
