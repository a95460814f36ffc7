"""Run in a network namespace of its own: jackrf sends along a cable that is pulled and put back.

    python -m tests.system.pulled_cable SERVER FOLDER

The far end of the cable is in yet another namespace. Prints as JSON what was met.
"""

import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jackrf.rtp.packet import parse
from tests.system.music import one_voice
from tests.system.running import Running

NEW_NETWORK = 0x40000000
"""CLONE_NEWNET of unshare(2)."""
HERE, OTHER, FAR = "10.77.0.1", "10.77.0.9", "10.77.0.2"
HERE_6, OTHER_6, FAR_6 = "fd77::1", "fd77::9", "fd77::2"
PORT = 50210
PATIENCE = 10.0


def ip(*words: str) -> None:
    """Change the network of the calling thread as `ip` does."""
    subprocess.run(["ip", *words], check=True, timeout=10)


@dataclass(frozen=True, slots=True)
class Heard:
    """A packet at the far end: when it came, from where, and of which stream."""

    at: float
    host: str
    port: int
    ssrc: int


class FarEnd:
    """What stands at the other end of the cable, in a namespace of its own, and hears."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self._ready, self._laid = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()
        assert self._ready.wait(PATIENCE)
        ip("link", "add", "studio", "type", "veth", "peer", "name", "far")
        ip("link", "set", "far", "netns", str(self._thread.native_id))
        self._laid.set()

    def _live(self) -> None:
        if ctypes.CDLL(None, use_errno=True).unshare(NEW_NETWORK):
            raise OSError(ctypes.get_errno(), "no network namespace")
        self._ready.set()
        assert self._laid.wait(PATIENCE)
        ip("address", "add", f"{FAR}/24", "dev", "far")
        ip("address", "add", f"{FAR_6}/64", "dev", "far", "nodad")
        ip("link", "set", "far", "up")
        hearing = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        hearing.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        hearing.bind(("::", PORT))
        while True:
            data, source = hearing.recvfrom(2048)
            host = source[0].removeprefix("::ffff:")
            self.heard.append(Heard(time.monotonic(), host, source[1], parse(data).ssrc))

    def hears(self, *hosts: str) -> dict[str, float]:
        """Wait until packets come from these addresses; return after how many seconds each did."""
        began = time.monotonic()

        def delays() -> dict[str, float]:
            fresh = [one for one in list(self.heard) if one.at > began]
            first = {one.host: one.at - began for one in reversed(fresh)}
            return {host: round(first[host], 2) for host in hosts if host in first}

        until(lambda: len(delays()) == len(hosts))
        return delays()


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is true, or patience ends."""
    deadline = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)


def move_in(host: str, host_6: str) -> None:
    """Have these addresses, as a DHCP server and a router give them."""
    ip("address", "replace", f"{host}/24", "dev", "studio")
    ip("address", "replace", f"{host_6}/64", "dev", "studio", "nodad")


def script(running: Running, far: FarEnd) -> dict[str, Any]:
    """Pull the cable, put it in again, come back under another address."""

    def states() -> list[str]:
        return [one["state"] for one in running.status()["mixes"]["ear"]["listeners"]]

    def dropped() -> int:
        ears = running.status()["mixes"]["ear"]["listeners"]
        return sum(one["dropped_by"]["unreachable"] for one in ears)

    met: dict[str, Any] = {"began": far.hears(HERE, HERE_6)}
    ports = {one.host: one.port for one in far.heard}
    ip("link", "set", "studio", "down")
    until(lambda: states() == ["unreachable", "unreachable"])
    met["down"] = states()
    before = dropped()
    time.sleep(1.0)
    met["dropped"] = dropped() - before
    ip("link", "set", "studio", "up")
    move_in(HERE, HERE_6)
    met["up again"] = far.hears(HERE, HERE_6)
    ip("address", "flush", "dev", "studio")
    move_in(OTHER, OTHER_6)
    met["other address"] = far.hears(OTHER, OTHER_6)
    until(lambda: states() == ["sending", "sending"])
    met["at last"] = states()
    known = {HERE: HERE, HERE_6: HERE_6, OTHER: HERE, OTHER_6: HERE_6}
    met["same ports"] = all(one.port == ports[known[one.host]] for one in far.heard)
    met["streams"] = len({one.ssrc for one in far.heard})
    return met


def main(server: str, folder: str) -> None:
    """Lay the cable, run a session, and print what was met."""
    ip("link", "set", "lo", "up")
    far = FarEnd()
    move_in(HERE, HERE_6)
    ip("link", "set", "studio", "up")
    time.sleep(0.5)
    urls = f'"udp://{FAR}:{PORT}", "udp://[{FAR_6}]:{PORT}"'
    session = one_voice(1).replace('"udp://127.0.0.1:1"', urls)
    with Running(Path(folder), session, server, name=f"cable-{os.getpid()}") as running:
        print(json.dumps(script(running, far)))


if __name__ == "__main__":
    main(*sys.argv[1:])
