"""What the relay has to know, as the main process tells it: one line of JSON each time."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from jackrf.web.tokens import Grant


@dataclass(frozen=True, slots=True)
class MixPlan:
    """One mix.

    Attributes:
        id: of the session.
        name: what people call it.
        sample_bytes: of its packets, 2 or 3.
        descriptor: of the socket from which its packets come.
        encrypted: whether it is heard only where nobody else can, and so not on a page.
    """

    id: str
    name: str
    sample_bytes: int
    descriptor: int
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """Of JACK, as it runs now: frames in a second and in a period."""

    rate: int
    period: int

    @property
    def milliseconds(self) -> float:
        """Of a period."""
        return 1000.0 * self.period / self.rate


@dataclass(frozen=True, slots=True)
class Inherited:
    """Descriptors that a relay inherits.

    Attributes:
        mixes: of the sockets from which packets come, by the mix's id.
        door: of the socket by which connections are handed to it.
        datagrams: of the UDP socket of WebTransport.
    """

    mixes: Mapping[str, int]
    door: int
    datagrams: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it.

    Attributes:
        client: name of the JACK client, which names the control socket.
        session: its name.
        hub: path of the Unix socket by which surfaces get to OSC; empty where there are no faders.
        desk: where the faders are, if not here: an address of the page there; empty for here.
        port: of http.
        https_port: of https.
        name: a host name by which this machine may be asked, too; empty for none.
        certificate: path of a PEM file; empty for no https.
        key: path of a PEM file.
        authority: path of the certificate that people may install; empty for none.
        clock: of JACK.
        mixes: in port order.
        grants: what tokens stand for.
        door: descriptor of the socket by which connections are handed to it.
        datagrams: descriptor of the UDP socket of WebTransport.
    """

    client: str
    session: str
    hub: str
    desk: str
    port: int
    https_port: int
    name: str
    certificate: str
    key: str
    authority: str
    clock: Clock
    mixes: Sequence[MixPlan]
    grants: Sequence[Grant]
    door: int
    datagrams: int

    def line(self) -> bytes:
        """Return it as a line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> Self:
        """Return what a line says."""
        said: dict[str, Any] = json.loads(line)
        made = {
            "clock": Clock(**said["clock"]),
            "mixes": [MixPlan(**one) for one in said["mixes"]],
            "grants": [Grant(**one) for one in said["grants"]],
        }
        return cls(**(said | made))


def news(clock: Clock) -> bytes:
    """Return the line that says that JACK runs otherwise now."""
    return json.dumps({"clock": asdict(clock)}).encode() + b"\n"


def go_elsewhere(hosts: Collection[str]) -> bytes:
    """Return the line that says that some hosts belong to another relay now."""
    return json.dumps({"elsewhere": sorted(hosts)}).encode() + b"\n"


def read_news(line: bytes) -> Clock | list[str]:
    """Return what `news` or `go_elsewhere` said: a clock, or hosts."""
    said: Mapping[str, Any] = json.loads(line)
    return Clock(**said["clock"]) if "clock" in said else list(said["elsewhere"])
