"""Links that are as slow as wanted: network namespaces joined by veth, held down by ``tc tbf``.

    with Link(7) as link:
        link.limit("1mbit", burst=3000, limit=3000)    # of what goes to the far side
        ear = link.udp(5004)                           # a socket on the far side
        ...send to link.far...

Everything needs root, as ip-netns(8) does; it is in this process, that enters the namespace for as
long as it takes to make a socket there.
"""

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

NEW_NETWORK = 0x40000000
"""CLONE_NEWNET: setns(2) is told which kind of namespace it gets."""

Made = TypeVar("Made")


def run(*command: str) -> None:
    """Run a program of iproute2, and show what it says when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")


class Link:
    """A cable to another network stack.

    Args:
        number: 1 to 250, one for each link at a time: it names the addresses.
    """

    def __init__(self, number: int) -> None:
        self._name = f"jackrf-{os.getpid()}-{number}"
        self.near_device = f"jrf{number}n{os.getpid() % 100000}"
        self.far_device = f"jrf{number}f{os.getpid() % 100000}"
        self.near, self.far = f"10.213.{number}.1", f"10.213.{number}.2"
        self.near6, self.far6 = f"fd6a:{number:x}::1", f"fd6a:{number:x}::2"

    def __enter__(self) -> Self:
        run("ip", "netns", "add", self._name)
        try:
            far = ("netns", self._name)
            run("ip", "link", "add", self.near_device, "type", "veth",
                "peer", "name", self.far_device, *far)  # fmt: skip
            inside = ("ip", "-n", self._name)
            for ip, device, four, six in (
                (("ip",), self.near_device, self.near, self.near6),
                (inside, self.far_device, self.far, self.far6),
            ):
                run(*ip, "address", "add", f"{four}/24", "dev", device)
                run(*ip, "-6", "address", "add", f"{six}/64", "dev", device, "nodad")
                run(*ip, "link", "set", device, "up")
            run(*inside, "link", "set", "lo", "up")
        except OSError:
            self._remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._remove()

    def _remove(self) -> None:
        subprocess.run(["ip", "link", "delete", self.near_device], capture_output=True, check=False)
        run("ip", "netns", "delete", self._name)

    def limit(self, rate: str, burst: int = 3000, limit: int = 3000) -> None:
        """Let no more than this through to the far side; tc-tbf(8).

        Args:
            rate: such as ``1mbit``; the least is ``8bit``.
            burst: bytes that may go at once.
            limit: bytes that may wait.
        """
        run("tc", "qdisc", "replace", "dev", self.near_device, "root", "tbf", "rate", rate,
            "burst", str(burst), "limit", str(limit))  # fmt: skip

    def starve(self, limit: int = 3000) -> None:
        """Let nothing through any more; what waits, at most `limit` bytes, goes on waiting."""
        self.limit("8bit", 1600, limit)

    def free(self, limit: int = 3000) -> None:
        """Let everything through, from what has waited on."""
        self.limit("1gbit", 100_000, limit)
        # Its clock is set for the old rate; another packet makes it look at once.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as kick:
            kick.sendto(b"", (self.far, 9))

    def lose(self) -> None:
        """Lose all that is sent to the far side from now on, as a radio link does."""
        self.starve(limit=1)

    def find(self) -> None:
        """Lose nothing any more."""
        run("tc", "qdisc", "delete", "dev", self.near_device, "root")

    def unplug(self) -> None:
        """Take the cable out at the far end."""
        run("ip", "-n", self._name, "link", "set", self.far_device, "down")

    def plug(self) -> None:
        """Put it in again."""
        run("ip", "-n", self._name, "link", "set", self.far_device, "up")

    def command(self, *words: str) -> list[str]:
        """Return the command that runs a program on the far side."""
        return ["ip", "netns", "exec", self._name, *words]

    def there(self, make: Callable[[], Made]) -> Made:
        """Make something, such as a socket, on the far side."""
        with ThreadPoolExecutor(1, initializer=self._enter) as thread:
            return thread.submit(make).result()

    def _enter(self) -> None:
        handle = os.open(f"/run/netns/{self._name}", os.O_RDONLY)
        try:
            if ctypes.CDLL(None, use_errno=True).setns(handle, NEW_NETWORK):
                raise OSError(ctypes.get_errno(), f"{threading.current_thread().name}: setns")
        finally:
            os.close(handle)

    def udp(self, port: int = 0) -> socket.socket:
        """Return a UDP socket on the far side."""
        ear = self.there(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        ear.bind((self.far, port))
        return ear

    def tcp(self) -> tuple[socket.socket, socket.socket]:
        """Return both ends of a TCP connection: the near one, and the far one."""
        with socket.create_server((self.near, 0)) as server:
            place = server.getsockname()
            far = self.there(lambda: socket.create_connection(place, 5.0))
            near, _ = server.accept()
        return near, far
