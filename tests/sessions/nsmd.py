"""A real nsmd, where one is on PATH: driven as a user's session manager window drives it.

Its habits are those of nsmd 1.6.1, tried: it says where it listens in a file; its `duplicate` needs
a window attached; it answers a command with several replies, the last of which is the end of it.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.sessions.nsm_host import Osc
from tests.system.instruments import wait_for


def is_installed() -> bool:
    """Whether there is an nsmd to test with."""
    return shutil.which("nsmd") is not None


def started(command: Sequence[str], surroundings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a daemon that is not heard."""
    silent = subprocess.DEVNULL
    return subprocess.Popen(
        command, env=dict(surroundings), stdin=silent, stdout=silent, stderr=silent
    )


class Nsmd(Osc):
    """A New Session Manager daemon of its own.

    Args:
        root: the folder of all sessions.
        environment: added to our own; with PATH, on which it finds its clients, and with an
            XDG_RUNTIME_DIR that is there.

    Attributes:
        session: the name of the one that is open.
        client: its only client's name and id.
    """

    CREATED = "Session created"
    """What it says in the end when there is a new session."""

    def __init__(self, root: Path, environment: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.root = root
        self.session = self.client = ""
        surroundings = os.environ | dict(environment or {})
        self._daemon = self._start(surroundings)

    def _start(self, surroundings: dict[str, str]) -> subprocess.Popen[bytes]:
        daemon = started(["nsmd", "--session-root", str(self.root)], surroundings)
        note = Path(surroundings["XDG_RUNTIME_DIR"], "nsm", "d", str(daemon.pid))
        wait_for(lambda: note.exists() and ":" in note.read_text())
        port = note.read_text().strip().rstrip("/").rpartition(":")[2]
        self.peer = ("127.0.0.1", int(port))
        self.send("/nsm/gui/gui_announce")
        return daemon

    @property
    def project(self) -> Path:
        """The folder that the client keeps its project in."""
        return self.root / self.session / self.client

    def _command(self, command: str, *args: str, end: str) -> None:
        self.send(f"/nsm/server/{command}", *args)
        while True:
            name, (text, *_) = self.answer(f"/nsm/server/{command}")
            assert name == "/reply", (command, text)
            if text == end:
                return

    def new(self, session: str, client: str = "") -> None:  # noqa: ARG002 - it makes its own ids
        """Make a session without clients; the one before is saved and closed."""
        self._command("new", session, end=self.CREATED)
        self.session, self.client = session, ""

    def add(self) -> None:
        """Start the client in the present session."""
        self._command("add", "jackrf", end="Launched.")
        self._find_client()

    def save(self) -> None:
        """Have the project saved."""
        self._command("save", end="Saved.")

    def duplicate(self, session: str) -> None:
        """Save, copy the session, and go on with the copy."""
        self._command("duplicate", session, end="Duplicated.")
        self.session = session

    def open(self, session: str) -> None:
        """Save, and go on with another session that has been open before."""
        self._command("open", session, end="Loaded.")
        self.session = session
        self._find_client()

    def leave(self) -> None:
        """Save and close the session."""
        self._command("close", end="Closed.")

    def _find_client(self) -> None:
        folder = self.root / self.session
        wait_for(lambda: any(folder.glob("jackrf.n????/session.toml")), 60.0)
        [project] = folder.glob("jackrf.n????")
        self.client = project.name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._daemon.terminate()
        self._daemon.wait(40)
        self.close()
