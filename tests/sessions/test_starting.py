"""A new session is valid, silent, and as large as was asked for."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.sessions.reading import document_of
from jackrf.sessions.session import Session, validated
from jackrf.sessions.starting import starting_text


def session(text: str) -> Session:
    """Read a session's text."""
    return validated(document_of(Path("session.toml"), text.encode()))


@pytest.mark.parametrize(("inputs", "mixes"), [(1, 1), (8, 2), (64, 32)])
def test_it_has_what_was_asked_for(inputs: int, mixes: int) -> None:
    """So many inputs and mixes, in order, with names that ask to be changed."""
    new = session(starting_text("Rehearsal", inputs, mixes))
    assert new.name == "Rehearsal"
    assert list(new.inputs) == [f"in-{number + 1}" for number in range(inputs)]
    assert [mix.name for mix in new.mixes.values()] == [f"Mix {n + 1}" for n in range(mixes)]


def test_nothing_is_heard() -> None:
    """Every amplitude is 0, and nothing is sent to anybody or connected."""
    new = session(starting_text("Rehearsal"))
    assert (len(new.inputs), len(new.mixes)) == (8, 2)
    assert not new.to_mixer().matrix().any()
    assert not any(mix.send_to for mix in new.mixes.values())
    assert not any(strip.connect for strip in new.inputs.values())
    assert all(mix.limiter for mix in new.mixes.values())


@given(st.text())
def test_any_name_makes_a_session(name: str) -> None:
    """What the host calls its session may be no name for ours: it becomes one."""
    new = session(starting_text(name))
    if name.isprintable() and name == name.strip() and 0 < len(name) <= 64:
        assert new.name == name


def test_its_comments_show_what_may_stand_there() -> None:
    """What is commented out can be uncommented."""
    text = starting_text("Rehearsal").replace("# send_to", "send_to")
    text = text.replace("[mixes.mix-2.sends]\n", "[mixes.mix-2.sends]\nin-1 = { gain = -6.0 }\n")
    new = session(text)
    assert new.mixes["mix-1"].send_to == ["udp://192.168.1.31:5004"]
    assert new.mixes["mix-2"].sends["in-1"].gain == -6.0
