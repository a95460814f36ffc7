"""What the demo refuses before it starts anything; the whole of it is in system/test_demo.py."""

import sys
from pathlib import Path

import pytest

from jackrf.demo.show import demo
from jackrf.errors import InputError, JackrfError


@pytest.mark.parametrize("module", ["matplotlib", "soundfile"])
def test_a_missing_extra_is_one_line_with_the_command(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the libraries that draw and write sound, the demo says what to install."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        JackrfError, match=rf"needs {module}.*pip install 'jackrf\[demo\]'"
    ) as caught:
        demo(tmp_path, seconds=5.0)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """A file where the folder should be: told before anything starts, with exit code 2."""
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(InputError, match=r"cannot write to .*file.*--out"):
        demo(file / "below", seconds=5.0)


def test_results_of_an_earlier_demo_do_not_stay_when_a_new_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody takes yesterday's recording for today's."""
    for name in ("demo.wav", "demo.png"):
        (tmp_path / name).write_text("yesterday")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(JackrfError, match="jackd is not installed"):
        demo(tmp_path, seconds=5.0)
    assert not list(tmp_path.iterdir())
