"""The facts about this machine that decide about latency, read once."""

import grp
import os
import pwd
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from jackrf.doctor.probe import Probe, Server

PROBE_SECONDS = 10.0
CAP_IPC_LOCK = 14  # capabilities(7)

EXTRAS = {
    "demo": "matplotlib",
    "discovery": "zeroconf",
    "fanout": "av",
    "listen": "sounddevice",
    "qr": "segno",
    "srtp": "pylibsrtp",
    "web": "aiohttp",
}
"""By name, as in ``jackrf[discovery]``: a module that is there when it is installed."""

_SYSTEM_PATH = "/usr/sbin:/sbin"  # iw is there, and not on everybody's PATH


@dataclass(frozen=True, slots=True)
class Wifi:
    """A wireless interface that is up.

    Attributes:
        name: as `ip link` shows it.
        saves_power: None when `iw` is missing or did not say.
    """

    name: str
    saves_power: bool | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of /etc/security/limits.conf or limits.d (limits.conf(5)).

    Attributes:
        whom: a user, @group, or *.
        item: rtprio, memlock, ...
        value: as it stands there.
    """

    whom: str
    item: str
    value: str


@dataclass(frozen=True, slots=True)
class Cache:
    """Where compiled callbacks are kept, and whether they stay there."""

    folder: Path
    lasting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What was found.

    Attributes:
        user: login name.
        systems: ID and ID_LIKE of os-release(5).
        container: whether limits are set from outside.
        probe: JACK as a program of this user meets it; None when the probe itself failed.
        pipewire: the server that answers through `pw-jack`; None when none does.
        programs: of those that matter, the ones that are installed.
        pipewire_runs: whether this user's PipeWire is there.
        cards: ids of ALSA's sound cards.
        rules: who may have more than the usual limits.
        groups: of the user, as the database has them now.
        memlock: bytes that may be locked into memory, -1 for any number.
        cache: None when it cannot be told while JACK's library is missing.
        governors: of the processors that have one.
        wifi: interfaces that are up.
        python: the interpreter that runs jackrf.
        extras: of jackrf's, those that are installed.
    """

    user: str
    systems: tuple[str, ...]
    container: bool
    probe: Probe | None
    pipewire: Server | None
    programs: frozenset[str]
    pipewire_runs: bool
    cards: tuple[str, ...]
    rules: tuple[Rule, ...]
    groups: frozenset[str]
    memlock: int
    cache: Cache | None
    governors: tuple[str, ...]
    wifi: tuple[Wifi, ...]
    python: str
    extras: frozenset[str]


def read_machine(root: Path = Path("/")) -> Machine:
    """Read the facts; takes as long as JACK's library takes to answer.

    Args:
        root: what stands in for / where files are read.
    """
    user = pwd.getpwuid(os.getuid())
    programs = frozenset(name for name in ("jackd", "pw-jack", "iw") if _which(name))
    probe = _probe()
    runs = _pipewire_runs()
    through = _probe("pw-jack") if runs and "pw-jack" in programs and not _server(probe) else None
    return Machine(
        user=user.pw_name,
        systems=_systems(root),
        container=any((root / mark).exists() for mark in (".dockerenv", "run/.containerenv")),
        probe=probe,
        pipewire=_server(through),
        programs=programs,
        pipewire_runs=runs,
        cards=_cards(root),
        rules=_rules(root),
        groups=_names(os.getgrouplist(user.pw_name, user.pw_gid)),
        memlock=_memlock(root),
        cache=_cache(),
        governors=_governors(root),
        wifi=_wifi(root),
        python=sys.executable,
        extras=frozenset(name for name, module in EXTRAS.items() if find_spec(module)),
    )


def _which(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:{_SYSTEM_PATH}")


def _probe(*wrapper: str) -> Probe | None:
    command = [*wrapper, sys.executable, "-m", "jackrf.doctor.probe"]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=PROBE_SECONDS, check=True
        )
        return Probe.from_json(answer.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None


def _server(probe: Probe | None) -> Server | None:
    return probe.server if probe else None


def _pipewire_runs() -> bool:
    base = os.environ.get("PIPEWIRE_RUNTIME_DIR") or os.environ.get("XDG_RUNTIME_DIR")
    return Path(base or f"/run/user/{os.getuid()}", "pipewire-0").is_socket()


def _systems(root: Path) -> tuple[str, ...]:
    found: list[str] = []
    for line in _text(root / "etc/os-release").splitlines():
        key, _, value = line.partition("=")
        if key in {"ID", "ID_LIKE"}:
            found += value.strip("\"'").split()
    return tuple(found)


def _cards(root: Path) -> tuple[str, ...]:
    # " 0 [PCH            ]: HDA-Intel - HDA Intel PCH", and a second line without brackets
    lines = _text(root / "proc/asound/cards").splitlines()
    return tuple(line.partition("[")[2].partition("]")[0].strip() for line in lines if "]:" in line)


def _rules(root: Path) -> tuple[Rule, ...]:
    security = root / "etc/security"
    found = []
    for file in (security / "limits.conf", *sorted(security.glob("limits.d/*.conf"))):
        for line in _text(file).splitlines():
            match line.partition("#")[0].split():
                case [whom, "-" | "hard" | "soft", item, value]:
                    found.append(Rule(whom, item, value))
    return tuple(found)


def _names(groups: list[int]) -> frozenset[str]:
    known = {group.gr_gid: group.gr_name for group in grp.getgrall()}
    return frozenset(known.get(number, str(number)) for number in groups)


def _memlock(root: Path) -> int:
    for line in _text(root / "proc/self/status").splitlines():
        name, _, mask = line.partition(":")
        if name == "CapEff" and int(mask, 16) >> CAP_IPC_LOCK & 1:
            return -1
    soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    return -1 if soft == resource.RLIM_INFINITY else soft


def _cache() -> Cache | None:
    try:
        from jackrf.client import cache_folder
    except OSError:
        return None  # the module of the JACK client needs JACK's library
    folder = cache_folder()
    if folder.parent != Path(tempfile.gettempdir()):
        return Cache(folder, lasting=True)
    shutil.rmtree(folder, ignore_errors=True)
    home = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    return Cache(Path(home) if home else Path.home() / ".cache", lasting=False)


def _governors(root: Path) -> tuple[str, ...]:
    files = root.glob("sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor")
    return tuple(_text(file).strip() for file in sorted(files))


def _wifi(root: Path) -> tuple[Wifi, ...]:
    found = []
    for folder in sorted(root.glob("sys/class/net/*")):
        wireless = (folder / "wireless").exists() or (folder / "phy80211").exists()
        if wireless and _text(folder / "operstate").strip() == "up":
            found.append(Wifi(folder.name, _saves_power(folder.name)))
    return tuple(found)


def _saves_power(interface: str) -> bool | None:
    iw = _which("iw")
    if iw is None:
        return None
    command = [iw, "dev", interface, "get", "power_save"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    words = answer.stdout.split()
    return words[-1] == "on" if words[:2] == ["Power", "save:"] else None


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""
