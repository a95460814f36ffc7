"""Patterns match as OSC 1.0 says, and none takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.osc.namespace import OscError
from jackrf.osc.patterns import is_pattern, matches


@pytest.mark.parametrize(
    ("pattern", "names", "others"),
    [
        ("kick", ["kick"], ["kic", "kicks", ""]),
        ("*", ["", "kick"], []),
        ("*vox*", ["vox", "lead-vox", "vox-2"], ["vo-x"]),
        ("k*k", ["kick", "kk", "kkk"], ["k", "kicks"]),
        ("?", ["1", "a"], ["", "12"]),
        ("1?", ["10", "1a"], ["1", "100", "20"]),
        ("[1-3]", ["1", "2", "3"], ["4", "-", "12"]),
        ("[!1-3]", ["4", "a"], ["1", ""]),
        ("[ab-]", ["a", "b", "-"], ["c"]),
        ("[-a]", ["-", "a"], ["b"]),
        ("[3-1]", [], ["1", "2", "3"]),
        ("[]x", [], ["x"]),
        ("{kick,snare}", ["kick", "snare"], ["kick,snare", "bass"]),
        ("{kick,}2", ["kick2", "2"], ["snare2"]),
        ("{a,ab}c", ["ac", "abc"], ["abbc"]),
        ("x}", ["x}"], ["x"]),
    ],
)
def test_a_pattern_matches_whole_names(pattern: str, names: list[str], others: list[str]) -> None:
    """All of the first, none of the others."""
    assert all(matches(pattern, name) for name in names)
    assert not any(matches(pattern, name) for name in others)


@pytest.mark.parametrize("pattern", ["[1-3", "{a,b", "kick[", "***", "*a*b*", "{" + "," * 32 + "}"])
def test_a_wrong_pattern_is_refused(pattern: str) -> None:
    """What is opened is closed, and there are not too many stars or alternatives."""
    with pytest.raises(OscError):
        matches(pattern, "kick")


@pytest.mark.parametrize("text", ["*", "a?", "[a]", "{a,b}", "}"])
def test_patterns_are_known_by_their_signs(text: str) -> None:
    """Each sign of a pattern makes one; names have none of them."""
    assert is_pattern(text)
    assert not is_pattern("/mix/drums/in/lead-vox_2/fader")


@given(st.text("ab", max_size=8), st.text("ab*?", max_size=8).filter(lambda x: x.count("*") < 3))
def test_stars_and_question_marks_match_as_in_a_shell(name: str, pattern: str) -> None:
    """The same as a plain definition by cases, which is slow but evident."""

    def plain(rest: str, text: str) -> bool:
        if not rest:
            return not text
        if rest[0] == "*":
            return any(plain(rest[1:], text[at:]) for at in range(len(text) + 1))
        return bool(text) and rest[0] in ("?", text[0]) and plain(rest[1:], text[1:])

    assert matches(pattern, name) == plain(pattern, name)


def test_the_worst_pattern_is_quick() -> None:
    """A path's length of signs against the longest id: no second try, so under a millisecond."""
    name = "a" * 32
    pattern = "*" + "{a,aa,aaa,}" * 10 + "*b"
    matches(pattern, name)
    start = time.thread_time()
    assert not matches(pattern, name)
    assert time.thread_time() - start < 0.01
