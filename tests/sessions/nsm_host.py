"""A session manager for tests, made from what was recorded of nsmd 1.6.1; and its misbehaviour.

It keeps projects where nsmd does, in ``ROOT/SESSION/jackrf.nABCD``, has one client, and writes and
reads OSC with python-osc.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from tests.quiet import kept_waiting

PATIENCE = 60.0
"""Seconds to wait for a message; enough to compile everything on a machine that never has."""

END_PATIENCE = 10.0

OPEN, SAVE, ANNOUNCE = "/nsm/client/open", "/nsm/client/save", "/nsm/server/announce"
CAPABILITIES = ":server-control:broadcast:optional-gui:"

Heard = tuple[str, tuple[Any, ...]]
"""A message: path, arguments."""


def written(path: str, *args: Any) -> Any:
    """Return a message with an argument of type s, i or f for each of Python's."""
    builder = OscMessageBuilder(path)
    for argument in args:
        builder.add_arg(argument)
    return builder.build()


class Osc:
    """One UDP socket on loopback that sends and expects messages.

    Attributes:
        peer: where to; whoever was heard last.
        heard: all messages so far.
    """

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.peer: Any = None
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))

    @property
    def port(self) -> int:
        """Our own port."""
        return int(self._socket.getsockname()[1])

    def send(self, path: str, *args: Any) -> None:
        """Send a message."""
        self._socket.sendto(written(path, *args).dgram, self.peer)

    def send_bundle(self, path: str, *args: Any) -> None:
        """Send a message as nsmd passes on a broadcast: in a bundle."""
        builder = OscBundleBuilder(IMMEDIATELY)
        builder.add_content(written(path, *args))
        self._socket.sendto(builder.build().dgram, self.peer)

    def hear(self, seconds: float = PATIENCE) -> Heard:
        """Wait for a message."""
        self._socket.settimeout(seconds)
        datagram, self.peer = self._socket.recvfrom(65536)
        found = OscMessage(datagram)
        self.heard.append((found.address, tuple(found.params)))
        return self.heard[-1]

    def expect(self, path: str, *beginning: Any) -> tuple[Any, ...]:
        """Wait for a message whose arguments begin so; return the rest of them."""
        deadline = time.monotonic() + PATIENCE
        while True:
            name, args = self.hear(max(0.001, deadline - time.monotonic()))
            if name == path and args[: len(beginning)] == beginning:
                return args[len(beginning) :]

    def answer(self, command: str) -> Heard:
        """Wait for the reply to a command, or for its error; return what comes after its name."""
        while True:
            name, args = self.hear()
            if name in ("/reply", "/error") and args[0] == command:
                return name, args[1:]

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


class FakeHost(Osc):
    """A session manager.

    Args:
        root: the folder of all sessions.
        environment: added to our own for the program that is started.

    Attributes:
        session: the name of the one that is open.
        client: its client's name and id, which is the name of its JACK client.
        process: the client's, once it was started.
    """

    def __init__(self, root: Path, environment: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.root = root
        self.session, self.client = "t1", "jackrf.nYPLM"
        self.process: subprocess.Popen[str] | None = None
        self._clients: dict[str, str] = {}
        self._environment = dict(environment or {})

    @property
    def url(self) -> str:
        """NSM_URL, as liblo writes it."""
        return f"osc.udp://127.0.0.1:{self.port}/"

    @property
    def project(self) -> Path:
        """The folder that the client keeps its project in."""
        return self.root / self.session / self.client

    def launch(self, *arguments: str) -> None:
        """Start the client as nsmd does: by its name on PATH, and without arguments."""
        environment = os.environ | self._environment | {"NSM_URL": self.url}
        self.process = subprocess.Popen(
            ["jackrf", *arguments],
            executable=shutil.which("jackrf", path=environment["PATH"]),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def accept(self) -> tuple[Any, ...]:
        """Wait for an announcement, and accept it; return what it says."""
        announcement = self.expect(ANNOUNCE)
        text = "Acknowledged as full NSM client (started ourselves)."
        self.send("/reply", ANNOUNCE, text, "New Session Manager", CAPABILITIES)
        return announcement

    def ask_to_open(self) -> Heard:
        """Have the present project opened; return the answer."""
        self.send(OPEN, str(self.project), self.session, self.client)
        return self.answer(OPEN)

    def new(self, session: str, client: str = "jackrf.nYPLM") -> None:
        """Make a session without clients; the one before is saved and closed."""
        if self.process is not None:
            self.save()
            self.quit()
        self.session, self.client = session, client
        (self.root / session).mkdir(parents=True)

    def add(self) -> None:
        """Start the client in the present session."""
        self.launch()
        self.accept()
        self._note(self.ask_to_open())

    def save(self) -> None:
        """Have the project saved."""
        self.send(SAVE)
        assert self.answer(SAVE)[0] == "/reply"

    def duplicate(self, session: str) -> None:
        """Save, copy the session, and go on with the copy."""
        self.save()
        shutil.copytree(self.root / self.session, self.root / session)
        self.session = session
        self._note(self.ask_to_open())
        self.send("/nsm/client/session_is_loaded")

    def open(self, session: str) -> None:
        """Save, and go on with another session that has been open before."""
        self.save()
        self.session, self.client = session, self._clients[session]
        self._note(self.ask_to_open())
        self.send("/nsm/client/session_is_loaded")

    def leave(self) -> None:
        """Save and close the session."""
        self.save()
        assert self.quit()[0] == 0

    def _note(self, answer: Heard) -> None:
        assert answer[0] == "/reply", answer
        self._clients[self.session] = self.client

    def quit(self) -> tuple[int, float]:
        """Send SIGTERM; return exit code and seconds until the end, without the time in which
        other programs had the processors.
        """
        process = self.process
        assert process is not None
        began, before = time.monotonic(), kept_waiting(process.pid)
        process.send_signal(signal.SIGTERM)
        ended = os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG
        while os.waitid(*ended) is None:
            assert time.monotonic() < began + END_PATIENCE
            time.sleep(0.001)
        seconds = time.monotonic() - began - (kept_waiting(process.pid) - before)
        process.communicate()
        self.process = None
        return process.returncode, seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
        self.close()
