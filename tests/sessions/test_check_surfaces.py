"""What `jackrf check` says of OSC, sentence by sentence."""

import pytest

from jackrf.sessions.check_surfaces import lines, row
from jackrf.sessions.session import Input, Mix, Session
from jackrf.sessions.surfaces import Osc, Surface


def said(osc: Osc, *, cue: bool = False) -> list[str]:
    """The sentences on OSC of a session with it."""
    mixes = {"drums": Mix(name="Drums"), "desk": Mix(name="Desk", cue=cue)}
    inputs = {"kick": Input(name="Kick")}
    session = Session(format=2, name="x", inputs=inputs, mixes=mixes, osc=osc)
    return [str(line) for line in lines(session)]


@pytest.mark.parametrize("listen", ["127.0.0.1", "::1"])
def test_on_loopback_there_is_one_sentence(listen: str) -> None:
    """It says how to let in others."""
    (only,) = said(Osc(listen=listen, port=9957))
    assert only.startswith(
        f"OSC: listens on {listen} port 9957, UDP and TCP. Only programs on this"
    )
    assert 'listen = "0.0.0.0"' in only


@pytest.mark.parametrize(
    ("listen", "heard"),
    [
        ("0.0.0.0", "the private networks that it is on."),  # noqa: S104 - is read, not bound
        ("::", "the private networks that it is on."),
        ("192.168.1.2", "the private network of 192.168.1.2."),
    ],
)
def test_in_a_network_it_says_who_gets_in(listen: str, heard: str) -> None:
    """Everybody looks on; the rest is by PIN or by being paired."""
    where, who = said(Osc(listen=listen))
    assert where.endswith(f"Heard are this machine and {heard}")
    assert who.startswith("Everybody there sees names and meters;")
    assert "jackrf pin MIX" in who
    assert "jackrf pair HOST --mix MIX" in who


def test_open_mixes_are_named() -> None:
    """They are what a stranger could turn up."""
    _, who = said(Osc(listen="0.0.0.0", open_mixes=["drums", "desk"]))  # noqa: S104
    assert who.startswith("Everybody there may change drums, desk;")


def test_the_cue_is_named() -> None:
    """With the address that drives it."""
    assert said(Osc(), cue=True)[-1] == "The engineer's cue is mix desk: PFL and /mix/desk/follow."


def test_a_surface_has_where_it_is_told_what() -> None:
    """An IPv6 address in brackets, everything where no mix is named."""
    tablet = Surface(host="192.168.1.31", mix="drums", pickup=True)
    assert row(tablet) == ("192.168.1.31:9000", "musician", "mix drums", "wait to be picked up")
    engineer = Surface(host="fd00::7", port=8000, role="engineer")
    assert row(engineer) == ("[fd00::7]:8000", "engineer", "everything", "follow")
