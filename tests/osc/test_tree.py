"""Paths find their addresses: by ids, by numbers, by patterns, and not by accident."""

import contextlib
import time

import pytest

from jackrf.osc.addresses import BY_NAME
from jackrf.osc.namespace import OscError
from jackrf.osc.tree import MOST_MATCHES, MOST_REMEMBERED, Target, Tree
from jackrf.parameters import Place

WORST_SECONDS = 0.1
"""CPU time that one path may take."""


@pytest.fixture
def tree() -> Tree:
    """Two mixes and three inputs; the id of the last input looks like a number."""
    return Tree(["drums", "keys"], ["kick", "vox", "1"])


def paths(targets: tuple[Target, ...]) -> list[str]:
    """The canonical paths of targets."""
    return [target.path for target in targets]


@pytest.mark.parametrize(
    "path", ["/mix/drums/in/vox/fader", "/mix/1/in/2/fader", "/mix/01/in/002/fader"]
)
def test_ids_and_numbers_find_the_same_target(tree: Tree, path: str) -> None:
    """There is one target, and its path has numbers."""
    (found,) = tree.resolve(path)
    assert found is tree.target(BY_NAME["send.fader"], "drums", "vox")
    assert (found.path, found.mix, found.strip) == ("/mix/1/in/2/fader", "drums", "vox")
    assert (found.mix_number, found.strip_number) == (1, 2)
    assert found.place == Place("drums", "vox", "gain")


def test_digits_are_a_number_never_an_id(tree: Tree) -> None:
    """An id of digits is reached by its number: feedback has numbers, and has to be unambiguous."""
    assert [found.strip for found in tree.resolve("/in/1/trim")] == ["kick"]
    assert [found.strip for found in tree.resolve("/in/3/trim")] == ["1"]
    assert [found.strip for found in tree.resolve("/in/{1}/trim")] == ["kick"]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "mix/1/fader",
        "/mix",
        "/mix/1",
        "/mix/1/in/2",
        "/mix/0/fader",
        "/mix/3/fader",
        "/mix/-1/fader",
        "/mix/1.0/fader",
        "/mix/Drums/fader",
        "/mix/1/in/4/fader",
        "/mix//fader",
        "//mix/1/fader",
        "/mix/1/fader/",
        "/mix/1/fader/touch/x",
        "/mix/{mix}/fader/x",
        "/in/drums/trim",
        "/mix/" + "9" * 240 + "/fader",
        "/mix/x*/fader",
    ],
)
def test_an_unknown_path_finds_nothing(tree: Tree, path: str) -> None:
    """Nothing is guessed."""
    assert tree.resolve(path) == ()


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("/mix/*/fader", ["/mix/1/fader", "/mix/2/fader"]),
        ("/mix/drums/in/{kick,vox}/pan", ["/mix/1/in/1/pan", "/mix/1/in/2/pan"]),
        ("/mix/drums/in/[2-9]/pan", ["/mix/1/in/2/pan", "/mix/1/in/3/pan"]),
        ("/mix/*/in/vox/m?te", ["/mix/1/in/2/mute", "/mix/2/in/2/mute"]),
        ("/m*/1/meter/?", ["/mix/1/meter/l", "/mix/1/meter/r"]),
        ("/*/1/mute", ["/mix/1/mute", "/in/1/mute"]),
    ],
)
def test_a_pattern_finds_all_that_it_matches_once(
    tree: Tree, pattern: str, found: list[str]
) -> None:
    """By ids and by numbers; what both match is found once, in the order of the desk."""
    assert paths(tree.resolve(pattern)) == found


def test_a_pattern_that_stands_for_too_much_is_refused() -> None:
    """All sends of a desk at once are a slip, and a load."""
    tree = Tree([f"m{number}" for number in range(16)], [f"s{number}" for number in range(64)])
    assert len(tree.resolve("/mix/*/in/*/fader")) == MOST_MATCHES == 16 * 64
    with pytest.raises(OscError, match=str(MOST_MATCHES)):
        tree.resolve("/mix/*/in/*/m*")


@pytest.mark.parametrize(
    "path",
    [
        "/mix/*/in/*/fader",
        "/*/*/*/*/*",
        "/mix/*/in/1?/*a*",
        "/mix/*{a,b,c,d,e,f,g,h,1,2,3,4,5,6,7,8,9}*/in/*{a,b,c,d,e,f,g,h,1,2,3,4,5,6,7,8,9}*/fader",
        "/mix/" + "?" * 120 + "/" + "[!x]" * 30,
    ],
)
def test_the_worst_path_is_found_or_refused_at_once(path: str) -> None:
    """On the largest desk, with the longest ids, in a fraction of what a person notices."""
    tree = Tree([f"{n:->32}" for n in range(32)], [f"{n:->32}" for n in range(64)])
    tree.below("/")
    start = time.thread_time()
    with contextlib.suppress(OscError):
        tree.resolve(path)
    assert time.thread_time() - start < WORST_SECONDS


def test_what_is_found_is_remembered_within_bounds() -> None:
    """The same is found again, however many ways of writing a pattern were tried meanwhile."""
    tree = Tree([f"m{number}" for number in range(16)], [f"s{number}" for number in range(64)])
    first = tree.resolve("/mix/1/in/2/fader")
    for number in range(MOST_REMEMBERED // MOST_MATCHES + 1):
        assert len(tree.resolve(f"/mix/*/in/*/[f{'f' * number}]ader")) == MOST_MATCHES
    assert tree.resolve("/mix/1/in/2/fader") == first


def test_below_is_whole_components(tree: Tree) -> None:
    """Below a mix is that mix; /mix/1 is not the beginning of /mix/10."""
    eleven = Tree([f"m{number}" for number in range(1, 12)], ["kick"])
    found = {target.mix for target in eleven.below("/mix/1")}
    assert found == {"m1"}
    assert [target.path for target in tree.below("/mix/drums/in/vox")] == [
        "/mix/1/in/2/fader",
        "/mix/1/in/2/gain",
        "/mix/1/in/2/pan",
        "/mix/1/in/2/mute",
        "/mix/1/in/2/solo",
        "/mix/1/in/2/safe",
        "/mix/1/in/2/name",
        "/mix/1/in/2/text",
    ]
    assert tree.below("/mix/1/") == tree.below("/mix/drums")
    assert tree.below("/mix/*/in/vox/fader") == tree.resolve("/mix/*/in/vox/fader")


@pytest.mark.parametrize("prefix", ["", "/"])
def test_below_the_root_is_everything_that_surfaces_are_told(tree: Tree, prefix: str) -> None:
    """All that changes, without meters and without what is only an answer."""
    told = {target.address.told for target in tree.below(prefix)}
    assert told == {"on change", "health"}


@pytest.mark.parametrize("prefix", ["mix/1", "x", "/nothing", "/mix/3"])
def test_below_what_is_not_there_is_nothing(tree: Tree, prefix: str) -> None:
    """An unknown prefix has nothing below it."""
    assert tree.below(prefix) == ()
