"""The client's side of New Session Manager, without I/O and without a clock.

https://new-session-manager.jackaudio.org/api/ (API 1.1). A session manager (the host) starts
``jackrf`` with NSM_URL in its environment; we announce ourselves, it tells us what to open::

    nsm = Nsm("jackrf", os.getpid())
    nsm.announce(now)
    for datagram in nsm.datagrams(): ...send it to the host...
    for event in nsm.receive(datagram, now) + nsm.tick(now):
        Accepted | Declined | Open | Save | SessionIsLoaded
    nsm.reply("opened")  or  nsm.refuse(ErrorCode.BAD_PROJECT, "why")     # each Open and each Save

Every call may leave something in `datagrams`; `due` says when to call `tick`.
"""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import ClassVar

from jackrf.errors import InputError, JackrfError
from jackrf.sessions.nsm_messages import Argument, Malformed, Message, encode, parse

APPLICATION = "jackrf"
"""Our name to the host, which makes folder names of it: it never changes."""
CAPABILITIES = ":switch:dirty:message:progress:"
API_VERSION = (1, 1)

ANNOUNCE_SECONDS = 5.0
"""A host that does not answer in this time is none."""
ANSWER_SECONDS = 8.0
"""No host is left without an answer for longer: RaySession waits 8 s, nsmd waits 60 s and does
nothing else in that time."""
MOST_OWED = 16
"""Answers that may be owed at a time; whoever asks for more gets an error at once."""

_URL = re.compile(r"osc\.udp://(?:\[([^\]]+)\]|([^:/\s]+)):([0-9]{1,5})/?")


class ErrorCode(IntEnum):
    """What the API has for ``/error``."""

    GENERAL = -1
    NOT_NOW = -8
    BAD_PROJECT = -9


class NsmError(JackrfError):
    """A reason not to open or save, with the code that the host is told.

    Args:
        code: one of the API's.
        text: one line.
    """

    def __init__(self, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Accepted:
    """The host takes us into its session.

    Attributes:
        host: its name.
        capabilities: what it can do, such as ``server-control``.
    """

    host: str
    capabilities: frozenset[str]


@dataclass(frozen=True, slots=True)
class Declined:
    """There is no host, or it does not want us: go on alone.

    Attributes:
        reason: why, for people.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Open:
    """Open a project, or make it where there is none; answer with `Nsm.reply` or `Nsm.refuse`.

    Attributes:
        folder: the project's; it may not be there yet.
        name: of the session, for people.
        client: the name of the JACK client, to be taken exactly as it is.
    """

    path: ClassVar = "/nsm/client/open"
    folder: Path
    name: str
    client: str


@dataclass(frozen=True, slots=True)
class Save:
    """Save the project; answer with `Nsm.reply`, once it is on the disk, or `Nsm.refuse`."""

    path: ClassVar = "/nsm/client/save"


@dataclass(frozen=True, slots=True)
class SessionIsLoaded:
    """All clients of the session have opened their projects."""


Event = Accepted | Declined | Open | Save | SessionIsLoaded


@dataclass(slots=True)
class _Owed:
    """An answer that the host waits for, and until when it may."""

    path: str
    due: float
    overdue: bool = False


def parse_url(url: str) -> tuple[str, int]:
    """Return host, its case kept, and port of an NSM_URL such as ``osc.udp://host:17000/``.

    Raises:
        InputError: it is not one, or not over UDP.
    """
    match = _URL.fullmatch(url)
    if match is None or not 0 < int(match[3]) < 65536:
        raise InputError(
            f"NSM_URL is {url!r}: allowed is osc.udp://HOST:PORT/, as a session manager sets it; "
            "unset it to run without one"
        )
    return match[1] or match[2], int(match[3])


class Nsm:
    """One client's conversation with its host.

    Args:
        executable: what the host started: a program's name on PATH, without folders.
        pid: of the process that gets the host's SIGTERM.

    Attributes:
        ignored: datagrams and messages that were no part of the conversation.
    """

    def __init__(self, executable: str, pid: int) -> None:
        self.ignored = 0
        self._introduction = (APPLICATION, CAPABILITIES, executable, *API_VERSION, pid)
        self._accepted = False
        self._declined = False
        self._answer_due: float | None = None
        self._owed: deque[_Owed] = deque()
        self._dirty = False
        self._to_send: list[bytes] = []

    def announce(self, now: float) -> None:
        """Introduce ourselves to the host. Be ready for `Open` from here on.

        Args:
            now: monotonic seconds, as everywhere here.
        """
        self._send("/nsm/server/announce", *self._introduction)
        self._answer_due = now + ANNOUNCE_SECONDS

    def datagrams(self) -> list[bytes]:
        """Return what is to be sent to the host now, in order; it is handed out once."""
        sent, self._to_send = self._to_send, []
        return sent

    @property
    def due(self) -> float | None:
        """When `tick` has something to do, in monotonic seconds; None for never."""
        promised = [owed.due for owed in self._owed if not owed.overdue]
        waiting = [] if self._answer_due is None else [self._answer_due]
        return min(promised + waiting, default=None)

    def tick(self, now: float) -> list[Event]:
        """Do what is due: give up a host that is silent, answer one that has waited too long."""
        if self._answer_due is not None and now >= self._answer_due:
            return self._decline(f"it has not answered within {ANNOUNCE_SECONDS:g} s")
        for owed in self._owed:
            if not owed.overdue and now >= owed.due:
                owed.overdue = True
                self._send_interim(owed)
        return []

    def _send_interim(self, owed: _Owed) -> None:
        if owed.path == Open.path:
            self._send("/reply", owed.path, "still starting: its JACK ports will appear")
        else:
            text = f"not on the disk after {ANSWER_SECONDS:g} s; it is still being written"
            self._send("/error", owed.path, int(ErrorCode.GENERAL), text)

    def receive(self, datagram: bytes, now: float) -> list[Event]:
        """Take in what came from the host; whatever else it may be is counted and ignored."""
        try:
            messages = [] if self._declined else parse(datagram)
        except Malformed:
            self.ignored += 1
            return []
        return [event for message in messages for event in self._hear(message, now)]

    def _hear(self, message: Message, now: float) -> Sequence[Event]:
        match message.path, message.types, message.args:
            case "/reply", types, ("/nsm/server/announce", _, str(host), str(able), *_) if (
                types.startswith("ssss")
            ):
                return self._accept(host, able)
            case "/error", "sis", ("/nsm/server/announce", code, str(text)) if not self._accepted:
                return self._decline(f"{text} (error {code})")
            case Open.path, _, _:
                return self._hear_open(message, now)
            case Save.path, _, _:
                return [Save()] if self._owe(Save.path, now) else []
            case "/nsm/client/session_is_loaded", _, _:
                return [SessionIsLoaded()]
        return self._ignore()

    def _accept(self, host: str, able: str) -> Sequence[Event]:
        if self._accepted:
            return self._ignore()
        self._accepted, self._answer_due = True, None
        return [Accepted(host, frozenset(filter(None, able.split(":"))))]

    def _decline(self, reason: str) -> list[Event]:
        self._declined, self._answer_due = True, None
        return [Declined(reason)]

    def _hear_open(self, message: Message, now: float) -> Sequence[Event]:
        match message.types, message.args:
            case "sss", (str(folder), str(name), str(client)) if folder.startswith("/") and client:
                # Who tells us to open something has accepted us, even if its reply got lost.
                before = [] if self._accepted else self._accept("a session manager", "")
                opening = [Open(Path(folder), name, client)] if self._owe(Open.path, now) else []
                return [*before, *opening]
        text = f"open is ,sss: an absolute path, a name, a JACK client's name; not ,{message.types}"
        self._send("/error", Open.path, int(ErrorCode.GENERAL), text)
        return self._ignore()

    def _owe(self, path: str, now: float) -> bool:
        if len(self._owed) == MOST_OWED:
            text = f"{MOST_OWED} commands are waiting already; ask again when they are answered"
            self._send("/error", path, int(ErrorCode.NOT_NOW), text)
            return False
        self._owed.append(_Owed(path, now + ANSWER_SECONDS))
        return True

    def _ignore(self) -> Sequence[Event]:
        self.ignored += 1
        return ()

    def reply(self, text: str) -> None:
        """Tell the host that the oldest `Open` or `Save` without an answer is done."""
        owed = self._owed.popleft()
        if owed.overdue:
            self.message(text, 1)
        else:
            self._send("/reply", owed.path, text)

    def refuse(self, code: ErrorCode, text: str) -> None:
        """Tell the host that the oldest `Open` or `Save` without an answer could not be done."""
        owed = self._owed.popleft()
        if owed.overdue:
            self.message(text, 3)
        else:
            self._send("/error", owed.path, int(code), text)

    def set_dirty(self, dirty: bool) -> None:
        """Tell the host, when it is news, whether there is anything to save."""
        if dirty != self._dirty:
            self._dirty = dirty
            self._send("/nsm/client/is_dirty" if dirty else "/nsm/client/is_clean")

    def progress(self, share: float) -> None:
        """Tell the host how much of an `Open` or `Save` is done, 0 to 1."""
        self._send("/nsm/client/progress", min(max(float(share), 0.0), 1.0))

    def message(self, text: str, priority: int = 0) -> None:
        """Show the host's user a line, of priority 0 (an aside) to 3 (trouble)."""
        self._send("/nsm/client/message", min(max(priority, 0), 3), text)

    def _send(self, path: str, *args: Argument) -> None:
        if not self._declined:
            self._to_send.append(encode(path, *args))
