"""The sessions that come with jackrf are found wherever jackrf is installed."""

from pathlib import Path

import pytest

import jackrf
from jackrf.errors import InputError
from jackrf.sessions import shipped
from jackrf.sessions.shipped import shipped_session


@pytest.mark.parametrize("name", ["band", "band.toml"])
def test_a_shipped_session_is_found_by_name(name: str) -> None:
    """With or without its ending, the name leads to the file."""
    assert shipped_session(name).is_file()
    assert shipped_session(name).name == "band.toml"


def test_a_wheel_does_not_look_beside_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the wheel has its own folder, a ``sessions`` of somebody else is not looked into."""
    package = tmp_path / "jackrf"
    beside, inside = tmp_path / "sessions", package / "share" / "sessions"
    monkeypatch.setattr(jackrf, "__file__", str(package / "__init__.py"))
    assert shipped.folder() == beside
    inside.mkdir(parents=True)
    assert shipped.folder() == inside


def test_an_unknown_name_tells_the_known_ones() -> None:
    """The error lists what there is to choose from, on one line."""
    with pytest.raises(InputError, match=r"no session 'opera' .*band") as caught:
        shipped_session("opera")
    assert "\n" not in str(caught.value)
