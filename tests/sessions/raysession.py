"""RaySession's daemon, where one is on PATH: the other session manager that people have.

Its habits are those of RaySession 0.14, tried: it answers the commands of nsmd, and gives its
clients the names that it is asked to.
"""

import shutil
import subprocess
import time

from tests.sessions.nsm_host import PATIENCE
from tests.sessions.nsmd import Nsmd, started
from tests.system.running import free_port


def is_installed() -> bool:
    """Whether there is a RaySession to test with."""
    return shutil.which("ray-daemon") is not None


class RaySession(Nsmd):
    """A ``ray-daemon`` of its own, without a window and without its user's settings."""

    CREATED = "Created."

    def _start(self, surroundings: dict[str, str]) -> subprocess.Popen[bytes]:
        self.root.mkdir(parents=True)
        home = self.root.parent / "home"
        home.mkdir()
        self.peer = ("127.0.0.1", free_port())
        where = ["--session-root", str(self.root), "--config-dir", str(home)]
        command = ["ray-daemon", *where, "--osc-port", str(self.peer[1]), "--no-options"]
        daemon = started(command, surroundings | {"HOME": str(home)})
        self._wait_until_it_answers()
        return daemon

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            self.send("/osc/ping")
            try:
                self.hear(0.2)
            except (TimeoutError, ConnectionRefusedError):
                assert time.monotonic() < deadline
            else:
                return

    def new(self, session: str, client: str = "jackrf.nYPLM") -> None:
        """Make a session without clients; the one before is saved and closed."""
        super().new(session)
        self._wanted = client

    def add(self) -> None:
        """Start the client in the present session, named as nsmd names one."""
        self.send(
            "/ray/session/add_executable",
            "jackrf",
            f"client_id:{self._wanted.partition('.')[2]}",
            "jack_naming:long",
            "prefix_mode:client_name",
        )
        self._find_client()

    def open(self, session: str) -> None:
        """Go on with another session, or close the present one and open it again."""
        if session == self.session:
            self.leave()
        super().open(session)
