"""Where the sessions are that come with jackrf, to start from or to play a demo with."""

from pathlib import Path

import jackrf
from jackrf.errors import InputError


def folder() -> Path:
    """Return the folder of ``band.toml`` and its kin: of the wheel, or else of the checkout."""
    package = Path(jackrf.__file__).parent
    in_wheel = package / "share" / "sessions"
    return in_wheel if in_wheel.is_dir() else package.parent / "sessions"


def shipped_session(name: str) -> Path:
    """Return the file of a session that comes with jackrf.

    Args:
        name: such as ``band``, with or without ``.toml``.

    Raises:
        InputError: none is called that; the message names those that there are.
    """
    sessions = {file.stem: file for file in sorted(folder().glob("*.toml"))}
    wanted = name.removesuffix(".toml")
    if wanted not in sessions:
        raise InputError(
            f"no session {wanted!r} comes with jackrf: choose {' | '.join(sessions) or 'none'}"
        )
    return sessions[wanted]
