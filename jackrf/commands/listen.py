"""``jackrf listen``: a JACK client that plays what arrives on a socket."""

import contextlib
import queue
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from typing import Any

from jackrf.client import Event, JackClient, PortName
from jackrf.destinations import parse_url
from jackrf.errors import InputError
from jackrf.receiver import Format, Receiver, open_socket
from jackrf.rtp.stream import PAYLOADS

SHOW_SECONDS = 1.0


def _sample_bytes(encoding: str) -> int:
    if encoding == "auto":
        return 0
    for payload in PAYLOADS.values():
        if payload.encoding == encoding:
            return payload.sample_bytes
    raise InputError(f"--encoding {encoding}: allowed are auto, {', '.join(PAYLOADS)}")


def _connect(client: JackClient, wanted: Sequence[str] | None) -> None:
    peers = client.playback_ports()[:2] if wanted is None else [name for name in wanted if name]
    for short, peer in zip(("out_1", "out_2"), peers, strict=False):
        if not client.connect(f"{client.name}:{short}", peer):
            print(f"jackrf: {client.name}:{short} could not be connected to {peer}", flush=True)


def _line(report: dict[str, Any]) -> str:
    left, right = (f"{db:.1f}" if db is not None else "-inf" for db in report["peak_db"])
    return (
        f"{report['state']}: {report['packets']} packets, {report['late']} late, "
        f"{report['concealed']} frames concealed, {report['streams']} streams, "
        f"peak {left} / {right} dBFS"
    )


class Listening:
    """A receiver in JACK, from its opening to its end.

    Args:
        hearing: a bound, non-blocking datagram socket; owned from here on.
        sample_bytes: 2 or 3, or 0 to go by the payload type.
        name: of the JACK client.
        server: JACK server name, None for the default one.
    """

    def __init__(
        self, hearing: socket.socket, sample_bytes: int, name: str, server: str | None
    ) -> None:
        self._hearing = hearing
        self._stopped = threading.Event()
        self._gone = False
        self.client = JackClient(name, server, pretty="jackrf listen")
        self.receiver = Receiver(
            self.client.samplerate, hearing.fileno(), Format(sample_bytes), clock=self.client.clock
        )
        reception = self.receiver.reception
        reception["client"] = self.client.pointer
        for order, side in enumerate(("left", "right"), 1):
            port = PortName(f"Heard {side}", order, "Heard")
            reception[f"{side}_port"] = self.client.add_output(f"out_{order}", port)
        self.client.install(
            self.receiver.callback, self.receiver.context_address, self.receiver, hearing
        )

    def stop(self, *_: object) -> None:
        """End `run`; fit to be a signal handler."""
        self._stopped.set()

    def _hear(self, event: Event) -> None:
        if event.kind == "shutdown":
            self._gone = True
            self._stopped.set()

    def run(self, connect: Sequence[str] | None) -> bool:
        """Play until `stop`; return whether JACK was there to the end.

        Args:
            connect: ports for out_1 and out_2; None for the first two of the sound card.
        """
        live = sys.stdout.isatty()
        self.client.activate()
        _connect(self.client, connect)
        while not self._stopped.wait(SHOW_SECONDS):
            self._hear_all()
            if live:
                print(f"\r\x1b[K{_line(self.receiver.report())}", end="", flush=True)
        print(("\n" if live else "") + "jackrf: " + _line(self.receiver.report()), flush=True)
        return not self._gone

    def _hear_all(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._hear(self.client.events.get_nowait())

    def close(self) -> None:
        """Leave JACK, then close the socket that its callback used."""
        self.client.close()
        self._hearing.close()


def listen(
    url: str,
    *,
    server: str | None,
    name: str,
    connect: Sequence[str] | None,
    encoding: str,
) -> None:
    """Play a stream into JACK until SIGINT or SIGTERM.

    Args:
        url: ``udp://ADDRESS:PORT``, an address of this machine or a multicast group.
        server: JACK server name, None for the default one.
        name: of the JACK client.
        connect: ports for out_1 and out_2; None for the first two of the sound card.
        encoding: L16, L24, or auto: by the payload type.

    Raises:
        JackrfError: with one line and an exit code.
    """
    sample_bytes = _sample_bytes(encoding)
    hearing = open_socket(parse_url(url))
    try:
        listening = Listening(hearing, sample_bytes, name, server)
    except BaseException:
        hearing.close()
        raise
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, listening.stop)
        # libjack takes an interrupted wait for a failure.
        signal.siginterrupt(number, False)
    try:
        print(f"jackrf: {listening.client.name} listens on {url}; stop with Ctrl-C", flush=True)
        there = listening.run(connect)
    finally:
        listening.close()
    if not there:
        raise SystemExit(_report_gone())


def _report_gone() -> int:
    print("jackrf: the JACK server went away", file=sys.stderr)
    return 1
