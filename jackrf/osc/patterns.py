"""OSC's address patterns, one component at a time: ``*``, ``?``, ``[a-c]``, ``{kick,snare}``.

A pattern is a list of tokens, and matching walks through it once with the set of places in the
name that may have been reached: however a pattern is written, there is nothing to try again.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from jackrf.osc.refusals import Code, OscError

MOST_STARS: Final = 2
"""In one component."""
MOST_ALTERNATIVES: Final = 32
"""In one component, in all its braces together."""

_SPECIAL: Final = frozenset("*?[]{}")

Token = Callable[[str, set[int]], set[int]]
"""From the places reached so far in a name to those that are reached after this token."""


def is_pattern(text: str) -> bool:
    """Return whether a path, or a component of one, may stand for more than one address."""
    return not _SPECIAL.isdisjoint(text)


def _star(name: str, reached: set[int]) -> set[int]:
    return set(range(min(reached), len(name) + 1))


def _one(name: str, reached: set[int]) -> set[int]:
    return {at + 1 for at in reached if at < len(name)}


def _among(characters: frozenset[str], *, inside: bool) -> Token:
    def step(name: str, reached: set[int]) -> set[int]:
        return {at + 1 for at in reached if at < len(name) and (name[at] in characters) == inside}

    return step


def _any_of(texts: tuple[str, ...]) -> Token:
    def step(name: str, reached: set[int]) -> set[int]:
        return {at + len(text) for at in reached for text in texts if name.startswith(text, at)}

    return step


def _characters(inside: str) -> frozenset[str]:
    """Return what stands between brackets; a minus at the start or the end is itself."""
    found: set[str] = set()
    at = 0
    while at < len(inside):
        if inside[at + 1 : at + 2] == "-" and at + 2 < len(inside):
            low, high = ord(inside[at]), ord(inside[at + 2])
            found.update(map(chr, range(low, high + 1)))
            at += 3
        else:
            found.add(inside[at])
            at += 1
    return frozenset(found)


def _token(component: str, at: int) -> tuple[Token, int]:
    """Return the token that begins here, and where the next one begins."""
    sign = component[at]
    if sign == "*":
        return _star, at + 1
    if sign == "?":
        return _one, at + 1
    if sign in "[{":
        end = component.find("]" if sign == "[" else "}", at)
        if end < 0:
            raise OscError(Code.WRONG, f"{component!r}: {sign} is not closed")
        inside = component[at + 1 : end]
        if sign == "{":
            return _any_of(tuple(inside.split(","))), end + 1
        inverse = inside.startswith("!")
        return _among(_characters(inside.removeprefix("!")), inside=not inverse), end + 1
    return _any_of((sign,)), at + 1


@lru_cache(maxsize=256)
def compiled(component: str) -> tuple[Token, ...]:
    """Return the tokens of a component.

    Raises:
        OscError: a bracket is not closed, or there are too many ``*`` or alternatives.
    """
    if component.count("*") > MOST_STARS:
        raise OscError(Code.WRONG, f"{component!r}: at most {MOST_STARS} * between two slashes")
    if "{" in component and component.count(",") >= MOST_ALTERNATIVES:
        text = f"{component[:32]!r}: at most {MOST_ALTERNATIVES} alternatives between two slashes"
        raise OscError(Code.WRONG, text)
    tokens: list[Token] = []
    at = 0
    while at < len(component):
        token, at = _token(component, at)
        tokens.append(token)
    return tuple(tokens)


def matches(component: str, name: str) -> bool:
    """Return whether a name is one of those that a pattern stands for.

    Args:
        component: what stands between two slashes of a pattern.
        name: what stands between two slashes of an address.

    Raises:
        OscError: the pattern is wrong.
    """
    reached = {0}
    for token in compiled(component):
        reached = token(name, reached)
        if not reached:
            return False
    return len(name) in reached
