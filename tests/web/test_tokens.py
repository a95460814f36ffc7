"""Tokens are the same after a restart, differ by role and mix, and come from a secret file."""

import stat
from pathlib import Path

import pytest

from jackrf.errors import InputError
from jackrf.web.tokens import FILE_NAME, load_tokens


def test_the_same_secret_makes_the_same_tokens(tmp_path: Path) -> None:
    """And only its owner may read it."""
    first, again = load_tokens(tmp_path), load_tokens(tmp_path)
    assert first.grants(["drums"]) == again.grants(["drums"])
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_each_role_of_each_mix_has_its_own(tmp_path: Path) -> None:
    """The engineer's is for no mix; none can be told from another."""
    grants = load_tokens(tmp_path).grants(["drums", "keys"])
    assert [(one.role, one.mix) for one in grants] == [
        ("musician", "drums"),
        ("observer", "drums"),
        ("musician", "keys"),
        ("observer", "keys"),
        ("engineer", None),
    ]
    assert len({one.token for one in grants}) == 5
    assert {len(one.token) for one in grants} == {22}


def test_another_secret_makes_all_links_worthless(tmp_path: Path) -> None:
    """Removing the file is how the engineer takes links back."""
    before = {one.token for one in load_tokens(tmp_path).grants(["drums"])}
    (tmp_path / FILE_NAME).unlink()
    assert not before & {one.token for one in load_tokens(tmp_path).grants(["drums"])}


@pytest.mark.parametrize("text", ["", "short", "zz" * 32, "ab" * 16])
def test_a_file_that_is_no_key_is_told(tmp_path: Path, text: str) -> None:
    """In a line that mends it."""
    path = tmp_path / FILE_NAME
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(InputError, match=r"web\.key is no key: remove it"):
        load_tokens(tmp_path)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """It may have been copied."""
    load_tokens(tmp_path)
    (tmp_path / FILE_NAME).chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        load_tokens(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Nothing is made elsewhere."""
    with pytest.raises(InputError, match="cannot be had"):
        load_tokens(tmp_path / "missing")
