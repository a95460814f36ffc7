"""The conversation with a session manager, held to one that was recorded with nsmd 1.6.1."""

from pathlib import Path

import pytest

from jackrf.errors import InputError
from jackrf.sessions.nsm import (
    ANSWER_SECONDS,
    MOST_OWED,
    Accepted,
    Declined,
    ErrorCode,
    Event,
    Nsm,
    Open,
    Save,
    SessionIsLoaded,
    parse_url,
)
from jackrf.sessions.nsm_messages import Argument, Message, encode, parse

ANNOUNCE = "/nsm/server/announce"
ACKNOWLEDGED = (
    ANNOUNCE,
    "Acknowledged as full NSM client (started ourselves).",
    "New Session Manager",
    ":server-control:broadcast:optional-gui:",
)
OPEN = ("/sessions/t1/jackrf.nYPLM", "t1", "jackrf.nYPLM")
OPENED = Open(Path("/sessions/t1/jackrf.nYPLM"), "t1", "jackrf.nYPLM")


class Conversation:
    """An `Nsm` with a clock, and short words for both sides of it."""

    def __init__(self) -> None:
        self.nsm = Nsm("jackrf", 8997)
        self.now = 1000.0

    def hear(self, path: str, *args: Argument) -> list[Event]:
        """Let the host say something."""
        return self.nsm.receive(encode(path, *args), self.now)

    def wait(self, seconds: float) -> list[Event]:
        """Let time pass."""
        self.now += seconds
        return self.nsm.tick(self.now)

    def due(self) -> float | None:
        """When something is due next."""
        return self.nsm.due

    @property
    def said(self) -> list[tuple[str, tuple[Argument, ...]]]:
        """What we said since this was asked for last."""
        messages = [message for raw in self.nsm.datagrams() for message in parse(raw)]
        return [(message.path, message.args) for message in messages]


@pytest.fixture
def announced() -> Conversation:
    """A conversation in which we wait for the host's answer."""
    conversation = Conversation()
    conversation.nsm.announce(conversation.now)
    assert [path for path, _ in conversation.said] == [ANNOUNCE]
    return conversation


@pytest.fixture
def hosted(announced: Conversation) -> Conversation:
    """A conversation with a host that has accepted us."""
    assert announced.hear("/reply", *ACKNOWLEDGED) == [
        Accepted("New Session Manager", frozenset({"server-control", "broadcast", "optional-gui"}))
    ]
    return announced


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("osc.udp://vm:17000/", "vm", 17000),
        ("osc.udp://Studio-PC.local:17000", "Studio-PC.local", 17000),
        ("osc.udp://127.0.0.1:1/", "127.0.0.1", 1),
        ("osc.udp://[::1]:65535/", "::1", 65535),
    ],
)
def test_an_nsm_url_keeps_the_case_of_its_host(url: str, host: str, port: int) -> None:
    """As liblo writes it, with and without a slash at the end."""
    assert parse_url(url) == (host, port)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "osc.tcp://vm:17000/",
        "http://vm:17000/",
        "osc.udp://vm/",
        "osc.udp://vm:0/",
        "osc.udp://vm:65536/",
        "osc.udp://:17000/",
        "osc.udp://vm:17000/path",
    ],
)
def test_another_url_is_refused_politely(url: str) -> None:
    """The line names what is allowed, and how to go without."""
    with pytest.raises(InputError, match=r"osc\.udp://HOST:PORT/.*unset it"):
        parse_url(url)


def test_the_announcement_is_the_recorded_one() -> None:
    """Byte by byte: name, capabilities with colons at both ends, executable, API 1.1, pid."""
    conversation = Conversation()
    conversation.nsm.announce(0.0)
    [datagram] = conversation.nsm.datagrams()
    assert datagram == (
        b"/nsm/server/announce\0\0\0\0"
        b",sssiii\0"
        b"jackrf\0\0"
        b":switch:dirty:message:progress:\0"
        b"jackrf\0\0"
        b"\0\0\0\1\0\0\0\1\0\0\x23\x25"
    )
    recorded = encode(
        ANNOUNCE,
        "jackrf",
        ":switch:dirty:progress:message:optional-gui:",
        "jackrf-nsmtest",
        1,
        1,
        8997,
    )
    assert len(recorded) == 116


def test_the_recorded_exchange(hosted: Conversation) -> None:
    """Open, progress, message, dirty; loaded; save, clean: what nsmd sent, and what it got."""
    nsm = hosted.nsm
    assert hosted.hear("/nsm/client/open", *OPEN) == [OPENED]
    nsm.progress(0.5)
    nsm.message("hello", 1)
    nsm.reply("opened")
    nsm.set_dirty(dirty=True)
    assert hosted.said == [
        ("/nsm/client/progress", (0.5,)),
        ("/nsm/client/message", (1, "hello")),
        ("/reply", ("/nsm/client/open", "opened")),
        ("/nsm/client/is_dirty", ()),
    ]
    assert hosted.hear("/nsm/client/session_is_loaded") == [SessionIsLoaded()]
    assert hosted.hear("/nsm/client/save") == [Save()]
    nsm.reply("saved")
    nsm.set_dirty(dirty=False)
    assert hosted.said == [
        ("/reply", ("/nsm/client/save", "saved")),
        ("/nsm/client/is_clean", ()),
    ]
    assert nsm.due is None
    assert nsm.ignored == 0


def test_a_silent_host_is_none(announced: Conversation) -> None:
    """After 5 s without an answer we go on alone, and say nothing more to anybody."""
    assert announced.due() == 1005.0
    assert announced.wait(4.999) == []
    assert announced.wait(0.001) == [Declined("it has not answered within 5 s")]
    assert announced.due() is None
    assert announced.hear("/reply", *ACKNOWLEDGED) == []
    announced.nsm.set_dirty(dirty=True)
    assert announced.said == []


def test_a_host_without_a_session_declines(announced: Conversation) -> None:
    """As nsmd does, with error -6, which the API does not list."""
    text = "Sorry, but there's no session open for this application to join."
    [event] = announced.hear("/error", ANNOUNCE, -6, text)
    assert event == Declined(f"{text} (error -6)")


def test_an_error_later_on_changes_nothing(hosted: Conversation) -> None:
    """Once accepted, we stay; a second acceptance is none."""
    assert hosted.hear("/error", ANNOUNCE, -2, "Server is using an incompatible API") == []
    assert hosted.hear("/reply", *ACKNOWLEDGED) == []
    assert hosted.nsm.ignored == 2


def test_an_open_is_an_acceptance(announced: Conversation) -> None:
    """The reply to the announcement may be lost; what follows tells as much."""
    accepted, opening = announced.hear("/nsm/client/open", *OPEN)
    assert isinstance(accepted, Accepted)
    assert opening == OPENED
    assert announced.wait(5.0) == []


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("/sessions/t1/jackrf.nYPLM", "t1"),
        ("/sessions/t1/jackrf.nYPLM", "t1", 7),
        ("relative", "t1", "jackrf.nYPLM"),
        ("/sessions/t1/jackrf.nYPLM", "t1", ""),
    ],
)
def test_an_open_that_cannot_be_meant_is_answered(
    hosted: Conversation, args: tuple[Argument, ...]
) -> None:
    """With an error at once: a host that gets no answer stands still."""
    assert hosted.hear("/nsm/client/open", *args) == []
    [(path, (what, code, _))] = hosted.said
    assert (path, what, code) == ("/error", "/nsm/client/open", -1)


def test_a_project_that_is_broken_is_refused(hosted: Conversation) -> None:
    """With -9, and a line that says why."""
    hosted.hear("/nsm/client/open", *OPEN)
    hosted.nsm.refuse(ErrorCode.BAD_PROJECT, "session.toml:3: not TOML")
    assert hosted.said == [("/error", ("/nsm/client/open", -9, "session.toml:3: not TOML"))]


def test_saves_in_a_row_are_all_answered(hosted: Conversation) -> None:
    """Each command has its own answer, in the order in which they came."""
    assert hosted.hear("/nsm/client/save") + hosted.hear("/nsm/client/save") == [Save(), Save()]
    hosted.hear("/nsm/client/open", *OPEN)
    hosted.nsm.reply("saved")
    hosted.nsm.refuse(ErrorCode.GENERAL, "the disk is full")
    hosted.nsm.reply("opened")
    assert hosted.said == [
        ("/reply", ("/nsm/client/save", "saved")),
        ("/error", ("/nsm/client/save", -1, "the disk is full")),
        ("/reply", ("/nsm/client/open", "opened")),
    ]


def test_nobody_can_ask_without_end(hosted: Conversation) -> None:
    """One command more than 16 is answered with "not now"; the others keep their answers."""
    for _ in range(MOST_OWED):
        assert hosted.hear("/nsm/client/save") == [Save()]
    assert hosted.hear("/nsm/client/save") == []
    [(path, (_, code, _))] = hosted.said
    assert (path, code) == ("/error", -8)
    for _ in range(MOST_OWED):
        hosted.nsm.reply("saved")
    assert len(hosted.said) == MOST_OWED


def test_a_slow_open_is_answered_in_time(hosted: Conversation) -> None:
    """After 8 s the host is told that we are there; when it is done, its user is told."""
    hosted.hear("/nsm/client/open", *OPEN)
    assert hosted.due() == hosted.now + ANSWER_SECONDS
    hosted.wait(7.9)
    assert hosted.said == []
    hosted.wait(0.1)
    [(path, (what, _))] = hosted.said
    assert (path, what) == ("/reply", "/nsm/client/open")
    assert hosted.due() is None
    hosted.wait(10.0)
    hosted.nsm.reply("opened")
    assert hosted.said == [("/nsm/client/message", (1, "opened"))]


def test_a_slow_save_is_no_success(hosted: Conversation) -> None:
    """After 8 s it is an error: nobody is told "saved" of what is not on the disk."""
    hosted.hear("/nsm/client/save")
    hosted.wait(8.0)
    [(path, (what, code, _))] = hosted.said
    assert (path, what, code) == ("/error", "/nsm/client/save", -1)
    hosted.nsm.refuse(ErrorCode.GENERAL, "the disk is full")
    assert hosted.said == [("/nsm/client/message", (3, "the disk is full"))]


def test_dirty_is_told_when_it_is_news(hosted: Conversation) -> None:
    """A fader that moves a thousand times is one message."""
    for dirty in (False, True, True, False, False, True):
        hosted.nsm.set_dirty(dirty=dirty)
    assert [path for path, _ in hosted.said] == [
        "/nsm/client/is_dirty",
        "/nsm/client/is_clean",
        "/nsm/client/is_dirty",
    ]


def test_progress_and_priority_stay_in_their_ranges(hosted: Conversation) -> None:
    """0 to 1, and 0 to 3."""
    hosted.nsm.progress(1.5)
    hosted.nsm.message("late", 9)
    assert hosted.said == [
        ("/nsm/client/progress", (1.0,)),
        ("/nsm/client/message", (3, "late")),
    ]


@pytest.mark.parametrize(
    "datagram",
    [
        b"#bundle\0\0\0\0\0\0\0\0\1\0\0\0\x10/jackrf/hello\0\0\0",
        encode("/somebody/hello", "a", 1, 0.5),
        encode("/nsm/client/show_optional_gui"),
        encode("/reply", "/nsm/server/broadcast"),
        b"\xff\xff",
        b"",
    ],
)
def test_what_is_not_for_us_is_ignored(hosted: Conversation, datagram: bytes) -> None:
    """Broadcasts, commands for what we cannot do, and noise: counted, without an answer."""
    assert hosted.nsm.receive(datagram, hosted.now) == []
    assert hosted.said == []
    assert hosted.nsm.ignored == 1


def test_a_broadcast_in_a_bundle_is_ignored(hosted: Conversation) -> None:
    """As nsmd sends them."""
    inner = encode("/jackrf/hello", "hi", 7, 0.5)
    bundle = b"#bundle\0" + (1).to_bytes(8, "big") + len(inner).to_bytes(4, "big") + inner
    assert parse(bundle) == [Message("/jackrf/hello", ("hi", 7, 0.5))]
    assert hosted.nsm.receive(bundle, hosted.now) == []
    assert hosted.nsm.ignored == 1
