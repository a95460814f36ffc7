"""osc/README.md is what the table of addresses says."""

from pathlib import Path

import pytest

from jackrf.osc.addresses import TABLE
from jackrf.osc.readme import README, main, text


@pytest.mark.checkout
def test_the_readme_is_not_stale() -> None:
    """Whoever changes the table runs `python -m jackrf.osc.readme`."""
    assert README.read_text(encoding="utf-8") == text()


def test_every_address_is_in_it_once_and_has_a_meaning() -> None:
    """A row of the table is a row of the README."""
    rows = [line for line in text().splitlines() if line.startswith("| `/")]
    assert sorted(row.split("`")[1] for row in rows) == sorted(address.path for address in TABLE)
    assert len({len(row.replace("\\\\|", "").split("|")) for row in rows}) == 1


def test_it_writes_itself(tmp_path: Path) -> None:
    """The command writes what the test compares."""
    target = tmp_path / "README.md"
    main(target)
    assert target.read_text(encoding="utf-8") == text()
