"""The house's rules of size and order that no linter knows (CONTRIBUTING.md)."""

import ast
from pathlib import Path

import pytest

import jackrf

PACKAGE = Path(jackrf.__file__).parent
TESTS = Path(__file__).parent
SOURCES = [
    pytest.param(path, id=str(path.relative_to(PACKAGE))) for path in sorted(PACKAGE.rglob("*.py"))
]

MODULE_LINES = 300
FUNCTION_LINES = 60

NAMELESS = {"common", "helpers", "manager", "misc", "tools", "utils"}
"""Names that say nothing: what is in such a module belongs where it is used."""

MAPPED_ELSEWHERE = {
    "commands": "each module is the command of its name",
    "realtime": "docs/realtime.md",
}
"""Folders whose docstring does not name their modules, and what tells which is which."""

TESTED_ELSEWHERE = {
    "__main__.py": "tests/test_cli.py runs it",
    "graph/states.py": "words; the desk's tests read each",
    "realtime/compiling.py": "two decorators; every kernel's test runs what they compiled",
    "realtime/libc.py": "declarations; every callback test calls them",
    "realtime/context.py": "dtypes; every test of the send callback reads and writes them",
    "realtime/reception.py": "one dtype; every test of the receive callback reads and writes it",
    "sessions/fields.py": "tests/sessions/test_mistakes.py gives each a wrong value",
    "web/settings.py": "one dataclass; tests/web/test_service.py serves by it",
    "web/answers.py": "tests/web/test_server.py asks it",
    "web/surface.py": "tests/web/test_server.py and test_service.py bring them",
    "sessions/between.py": "tests/sessions/test_mistakes.py breaks each rule",
}
"""Modules without a test module of their own, and why."""


@pytest.mark.parametrize("path", SOURCES)
def test_a_module_is_short(path: Path) -> None:
    """A module of more than 300 lines holds two ideas."""
    assert len(path.read_text().splitlines()) <= MODULE_LINES


@pytest.mark.parametrize("path", SOURCES)
def test_a_function_is_short(path: Path) -> None:
    """No function has more than 60 lines; about 40 is the aim."""
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }
    assert not {name: lines for name, lines in long.items() if lines > FUNCTION_LINES}


@pytest.mark.parametrize("path", SOURCES)
def test_a_module_says_what_it_is(path: Path) -> None:
    """Every module that holds anything opens with a docstring."""
    tree = ast.parse(path.read_text())
    assert not tree.body or ast.get_docstring(tree)


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in PACKAGE.rglob("*/*.py")}), ids=lambda one: one.name
)
def test_a_folder_says_what_is_in_it(folder: Path) -> None:
    """Its docstring names each of its modules, but for the folders that have a table elsewhere."""
    if folder.name in MAPPED_ELSEWHERE:
        return
    words = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert sorted(module for module in modules if f"`{module}`" not in words) == []


@pytest.mark.checkout
def test_the_audio_threads_page_names_its_modules() -> None:
    """Each module of `realtime/` stands in docs/realtime.md."""
    page = (TESTS.parent / "docs" / "realtime.md").read_text()
    modules = {path.name for path in (PACKAGE / "realtime").glob("*.py")} - {"__init__.py"}
    assert sorted(module for module in modules if f"{module}`" not in page) == []


@pytest.mark.parametrize("path", SOURCES)
def test_a_module_has_a_telling_name(path: Path) -> None:
    """No module, and no name at the top of one, is called utils, helpers or manager."""
    names = set(path.relative_to(PACKAGE).with_suffix("").parts)
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name.lower())
    assert not names & NAMELESS


@pytest.mark.parametrize("path", SOURCES)
def test_a_module_has_its_test_module(path: Path) -> None:
    """jackrf/x/y.py has tests/x/test_y.py, or on a real server tests/system/test_y.py."""
    relative = path.relative_to(PACKAGE)
    if relative.name == "__init__.py" or str(relative) in TESTED_ELSEWHERE:
        return
    test = f"test_{relative.name}"
    places = [TESTS / relative.parent / test, TESTS / "system" / test]
    assert any(place.exists() for place in places), f"none of {', '.join(map(str, places))}"


def test_every_exception_is_still_needed() -> None:
    """The list of modules tested elsewhere names only modules that there are."""
    assert all((PACKAGE / name).exists() for name in TESTED_ELSEWHERE)


@pytest.mark.parametrize("path", SOURCES)
def test_no_banner_stands_in_the_code(path: Path) -> None:
    """A comment says why; it does not draw lines between sections, and none is left to do."""
    lines = [line.strip() for line in path.read_text().splitlines()]
    comments = [line for line in lines if line.startswith("#")]
    assert not [line for line in comments if "TODO" in line or "FIXME" in line]
    assert not [line for line in comments if set(line) <= set("#-=* ") or line.startswith("###")]
