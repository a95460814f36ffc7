"""The desktop file by which session managers find jackrf."""

import configparser
import shlex
import sys
from pathlib import Path

import jackrf

NAME = Path("share", "applications", "org.jackrf.desktop")


def test_session_managers_find_it() -> None:
    """Of a checkout or an installed wheel: NSM-capable, started by its bare name, no terminal."""
    places = [Path(jackrf.__file__).parent.parent / NAME, Path(sys.prefix) / NAME]
    [file, *_] = [place for place in places if place.exists()]
    desktop = configparser.ConfigParser(interpolation=None)
    desktop.optionxform = str  # type: ignore[assignment,method-assign]
    desktop.read(file)
    entry = desktop["Desktop Entry"]
    assert entry["Type"] == "Application"
    assert entry["X-NSM-Capable"] == "true"
    assert entry["X-NSM-Exec"] == "jackrf"
    assert shlex.split(entry["Exec"]) == ["jackrf"]
    assert entry.getboolean("NoDisplay")
    for key in ("Categories", "Keywords"):
        assert entry[key].endswith(";")
