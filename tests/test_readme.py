"""What the pages promise: files that are there, commands that exist, numbers once measured."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from jackrf.cli import app

pytestmark = pytest.mark.checkout

ROOT = Path(__file__).parent.parent
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *(ROOT / name for name in ("bench/README.md", "osc/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
RESULTS = ROOT / "bench" / "results.md"
PROJECT = ROOT / "pyproject.toml"
GROUP = get_command(app)
BLOCK = re.compile(r"<!-- bench:start -->\n(.*?)\n<!-- bench:end -->", re.DOTALL)

every_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: str(page.relative_to(ROOT)).replace("/", "-")
)


def code(page: Path) -> str:
    """What a page shows as code: fenced blocks and words between backquotes, a line for each."""
    text = page.read_text()
    fenced = re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    rest = re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE)
    quoted = [" ".join(words.split()) for words in re.findall(r"`([^`]+)`", rest)]
    return "\n".join([*fenced, *quoted])


def commands(page: Path) -> Iterator[tuple[Any, list[str]]]:
    """Each `jackrf COMMAND ...` of a page: the command, None if there is no such, and its words."""
    text = code(page).replace("\\\n", " ")
    for line in re.findall(r"^ *(?:pw-jack )?jackrf ([a-z].*)", text, re.MULTILINE):
        words = shlex.split(re.split(r"\s[#&|>]|──", line)[0])
        found: Any = GROUP
        while isinstance(found, TyperGroup) and words:
            found = found.commands.get(words.pop(0))
        yield found, words


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    plain = re.sub(r"\[([^]]*)\]\([^)]*\)|`", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def project() -> dict[str, dict[str, list[str]]]:
    """The extras of the package, and what its source archive holds."""
    found = tomllib.loads(PROJECT.read_text())
    return {
        "extras": found["project"]["optional-dependencies"],
        "sdist": found["tool"]["hatch"]["build"]["targets"]["sdist"],
    }


def table(text: str) -> list[str]:
    """The rows of all Markdown tables of a page."""
    return [line.strip() for line in text.splitlines() if line.startswith("|")]


def test_the_numbers_of_the_readme_are_those_that_were_measured() -> None:
    """Every row of the README's table of measurements stands so in bench/results.md."""
    found = BLOCK.search((ROOT / "README.md").read_text())
    assert found, "README.md has lost its bench block"
    rows = table(found.group(1))
    if RESULTS.exists():
        assert rows, "bench/results.md is not in the README's bench block"
        assert [row for row in rows if row not in table(RESULTS.read_text())] == []
    else:
        assert rows == [], "the README shows numbers that bench/results.md does not hold"


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    """A link within the repository names a file that is there, and a heading that it has."""
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
            assert anchor in map(slug, headings), link


@every_page
def test_every_command_in_the_pages_exists(page: Path) -> None:
    """A page that shows a `jackrf COMMAND --option` shows one that there is."""
    for command, words in commands(page):
        assert command is not None, words
        known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        options = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
        assert [one for one in options if one not in {*known, "--help"}] == [], command.name


def test_every_command_is_in_a_page() -> None:
    """What jackrf can do is told somewhere."""
    assert isinstance(GROUP, TyperGroup)
    scene = GROUP.commands["scene"]
    assert isinstance(scene, TyperGroup)
    every = {*GROUP.commands.values(), *scene.commands.values()} - {scene, scene.commands["recall"]}
    told = {command for page in PAGES for command, _ in commands(page)}
    assert sorted(command.name or "" for command in every - told) == []


def test_every_extra_is_in_the_readme() -> None:
    """With what it is for; and no page names one that there is not."""
    extras = set(project()["extras"])
    assert (
        set(re.findall(r"^\| `jackrf\[(\w+)\]` \|", PAGES[0].read_text(), re.MULTILINE)) == extras
    )
    named = re.findall(r"(?:jackrf|\.)\[([a-z,]+)\]", "".join(page.read_text() for page in PAGES))
    assert {extra for group in named for extra in group.split(",")} <= extras


def test_the_source_archive_holds_what_the_pages_name() -> None:
    """What the README links to, and what the Makefile runs; and the README says what is where."""
    held = {name.lstrip("/") for name in project()["sdist"]["include"]}
    text = PAGES[0].read_text()
    links = {name for name in re.findall(r"\]\(([\w.]+)[^):]*\)", text) if (ROOT / name).exists()}
    scripts = set(re.findall(r"\b(scripts)/", (ROOT / "Makefile").read_text()))
    assert links | scripts <= held
    assert {name for name in held if (ROOT / name).is_dir()} <= links


@every_page
def test_every_make_target_in_the_pages_exists(page: Path) -> None:
    """A page that shows `make TARGET` shows one that the Makefile has."""
    shown = set(re.findall(r"^make ([a-z]+)", code(page), re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert shown <= targets
