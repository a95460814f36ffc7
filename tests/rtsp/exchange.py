"""Golden exchanges: what a listener says, what it must be answered, and what becomes of its seat.

``exchanges/*.txt`` hold blocks apart by an empty line: ``>`` is said by the client, ``<`` by the
server, ``=`` states what the seats are then. A bare sign is an empty line within a block. SESSION
and NONCE stand for what the server makes by chance; ``DIGEST user pin`` for the answer to it.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from jackrf.lan.digest import REALM, key, respond
from jackrf.rtsp.admission import MOST, MOST_PER_HOST, Admission
from jackrf.rtsp.conversation import Conversation
from jackrf.rtsp.house import RefusedError
from jackrf.rtsp.transport import Transport
from tests.osc.hub import STAGE

EXCHANGES = sorted((Path(__file__).parent / "exchanges").glob("*.txt"))
LISTENER = "192.168.1.31"
PINS = {"keys": {"keys": "123456", "engineer": "654321"}}
"""By mix, by user."""


def keys_of(mix: str) -> dict[str, dict[str, str]] | None:
    """What opens a mix of the tests."""
    pins = PINS.get(mix)
    if pins is None:
        return None
    return {u: {name: key(u, pin, name) for name in ("SHA-256", "MD5")} for u, pin in pins.items()}


def admission(most: int = MOST, most_per_host: int = MOST_PER_HOST) -> Admission:
    """Of a session with the mixes drums, without a PIN, and keys, in one private network."""
    made = Admission(["drums", "keys"], keys_of, most, most_per_host)
    made.networks = STAGE
    return made


@dataclass
class Chair:
    """A seat that only remembers."""

    name: str
    server_port: tuple[int, int] | None
    ssrc: int = 0x0BADCAFE
    state: str = "is ready"
    heard: list[tuple[int, bytes]] = field(default_factory=list)
    is_over: bool = False

    def begins_at(self) -> tuple[int, int]:
        """At the end of both."""
        return 65535, 4_000_000_000

    def play(self) -> None:
        """Remember."""
        self.state = "plays"

    def pause(self) -> None:
        """Remember."""
        self.state = "is paused"

    def hear(self, channel: int, data: bytes) -> None:
        """Remember."""
        self.heard.append((channel, data))

    def close(self) -> None:
        """Remember."""
        self.state = "is closed"


@dataclass
class Room:
    """A house that gives out chairs; `missing` is the status of what it has not."""

    missing: int = 0
    chairs: list[Chair] = field(default_factory=list)

    def describe(self, mix: str) -> str:
        """Name the mix."""
        if self.missing:
            raise RefusedError(self.missing)
        return f"sdp of {mix}"

    def seat(self, mix: str, transport: Transport) -> Chair:
        """Another chair."""
        if self.missing:
            raise RefusedError(self.missing)
        if transport.interleaved is not None:
            first, second = transport.interleaved
            chair = Chair(f"{mix} over TCP on {first}-{second}", None)
        else:
            assert transport.client_port is not None
            first, second = transport.client_port
            chair = Chair(f"{mix} over UDP to {first}-{second}", (6970, 6971))
        self.chairs.append(chair)
        return chair


class Talk:
    """A conversation by hand, in virtual time.

    Args:
        found: who may hear what; by default the session of `admission`.
        host: that speaks.
    """

    def __init__(self, found: Admission | None = None, host: str = LISTENER) -> None:
        self.now = 1000.0
        self.room = Room()
        self.admission = found or admission()
        self.conversation = Conversation(host, self.room, self.admission, self.now)

    def say(self, data: bytes) -> bytes:
        """Send octets; return all that is answered, and let play who may."""
        self.conversation.feed(data)
        told = b""
        while (turn := self.conversation.next(self.now)) is not None:
            told += turn.reply
            if turn.play is not None:
                turn.play.play()
        return told

    def ask(self, method: str, url: str = "/drums", **headers: str) -> bytes:
        """Send one request; ``_`` in a header's name stands for ``-``."""
        lines = [f"{method} {url} RTSP/1.0", "CSeq: 1"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return self.say(("\r\n".join(lines) + "\r\n\r\n").encode())

    def tune_in(self, transport: str = "RTP/AVP;unicast;client_port=5004-5005") -> str:
        """Set up and play drums; return the session's id."""
        session = session_in(self.ask("SETUP", Transport=transport).decode())
        self.ask("PLAY", Session=session)
        return session


def status(answer: bytes) -> int:
    """The number of the first response."""
    return int(answer.split()[1])


def session_in(text: str) -> str:
    """The id in a response."""
    found = re.search(r"Session: ([0-9a-f]{16})", text)
    assert found, text
    return found[1]


def blocks(path: Path) -> list[tuple[str, str]]:
    """Sign and text of each block of a golden exchange."""
    found = []
    for block in path.read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines:
            sign = lines[0][0]
            assert all(line[0] == sign for line in lines), lines
            found.append((sign, "\r\n".join(line[2:] for line in lines)))
    return found


def whole(text: str) -> str:
    """A block as it is on the wire: without a body an empty line ends it."""
    return text if "\r\n\r\n" in text else f"{text}\r\n\r\n"


def with_digest(text: str, nonce: str) -> str:
    """A request with ``DIGEST user pin`` replaced by the answer to a challenge."""
    found = re.search(r"DIGEST (\w+) (\w+)", text)
    if found is None:
        return text
    method, url, _ = text.split("\r\n", maxsplit=1)[0].split()
    offer = f'Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5'
    answer = respond([offer], found[1], found[2], method, url)
    assert answer is not None
    return text.replace(found[0], answer)
