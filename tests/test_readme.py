"""What the pages promise: files that are there, commands that exist, numbers once measured."""

import re
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from jackrf.cli import app

pytestmark = pytest.mark.checkout

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
RESULTS = ROOT / "bench" / "results.md"
BLOCK = re.compile(r"<!-- bench:start -->\n(.*?)\n<!-- bench:end -->", re.DOTALL)


def code(page: Path) -> str:
    """What a page shows as code: fenced blocks and words between backquotes, a line for each."""
    text = page.read_text()
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return "\n".join([*fenced, *re.findall(r"`([^`]+)`", rest)])


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_every_link_leads_to_a_file(page: Path) -> None:
    """A link within the repository names what is there."""
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    files = [link for link in links if not link.startswith(("http://", "https://", "mailto:"))]
    assert [link for link in files if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_every_command_in_the_pages_exists(page: Path) -> None:
    """A page that shows `jackrf COMMAND` shows one that there is."""
    shown = set(re.findall(r"^jackrf ([a-z]+)", code(page), re.MULTILINE))
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    assert shown <= set(group.commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_every_make_target_in_the_pages_exists(page: Path) -> None:
    """A page that shows `make TARGET` shows one that the Makefile has."""
    shown = set(re.findall(r"^make ([a-z]+)", code(page), re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert shown <= targets
