"""The facts, read from files that stand as they do on real machines, and from this machine."""

import os
import resource
import socket
import sys
import tempfile
import tomllib
from pathlib import Path

import pytest

from jackrf.doctor import machine
from jackrf.doctor.findings import WITHOUT
from jackrf.doctor.machine import Cache, Rule, Wifi, read_machine

LIMITS = """\
# /etc/security/limits.conf
#<domain>      <type>  <item>         <value>
*               soft    core            0
@audio   -  rtprio     95   # as Debian's jackd2 writes it
broken line
"""
CARDS = """\
 0 [PCH            ]: HDA-Intel - HDA Intel PCH
                      HDA Intel PCH at 0xf7d10000 irq 32
 1 [X18XR18        ]: USB-Audio - X18/XR18
                      Behringer X18/XR18 at usb-0000:00:14.0-1, high speed
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty machine."""
    return tmp_path


def write(file: Path, text: str) -> None:
    """Write a file and the folders that it needs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_machine_without_any_of_the_files_has_no_facts(root: Path) -> None:
    """A bare container."""
    found = read_machine(root)
    assert (found.systems, found.cards, found.rules) == ((), (), ())
    assert (found.governors, found.wifi, found.container) == ((), (), False)


def test_files_become_facts(root: Path) -> None:
    """os-release, limits, cards, governors, capabilities, the mark of a container."""
    write(root / "etc/os-release", 'NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n')
    write(root / "etc/security/limits.conf", LIMITS)
    write(root / "etc/security/limits.d/20-ada.conf", "ada hard memlock unlimited\n")
    write(root / "etc/security/limits.d/audio.conf.disabled", "@audio - nice -19\n")
    write(root / "proc/asound/cards", CARDS)
    for number, governor in enumerate(("performance", "schedutil")):
        folder = root / f"sys/devices/system/cpu/cpu{number}/cpufreq"
        write(folder / "scaling_governor", f"{governor}\n")
    write(root / ".dockerenv", "")
    found = read_machine(root)
    assert found.systems == ("linuxmint", "ubuntu", "debian")
    assert found.rules == (
        Rule("*", "core", "0"),
        Rule("@audio", "rtprio", "95"),
        Rule("ada", "memlock", "unlimited"),
    )
    assert found.cards == ("PCH", "X18XR18")
    assert found.governors == ("performance", "schedutil")
    assert found.container


@pytest.mark.parametrize(("mask", "is_free"), [("0000000000004000", True), ("0", False)])
def test_who_may_lock_any_memory_has_no_limit(root: Path, mask: str, is_free: bool) -> None:
    """CAP_IPC_LOCK is bit 14."""
    write(root / "proc/self/status", f"Name:\tpython\nCapEff:\t{mask}\n")
    soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    limit = -1 if soft == resource.RLIM_INFINITY else soft
    assert read_machine(root).memlock == (-1 if is_free else limit)


IW = """\
#!/bin/sh
case "$*" in
  "dev wlan0 get power_save") echo "Power save: on" ;;
  "dev wlan1 get power_save") echo "Power save: off" ;;
  *) echo "command failed: No such device (-19)" >&2; exit 237 ;;
esac
"""


def test_wireless_interfaces_that_are_up_are_asked_for_their_power_saving(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By iw; wired ones, and ones that are down, do not matter."""
    for name, folder, state in (
        ("eth0", None, "up"),
        ("wlan0", "wireless", "up"),
        ("wlan1", "phy80211", "up"),
        ("wlan2", "phy80211", "up"),
        ("wlan3", "wireless", "down"),
    ):
        write(root / "sys/class/net" / name / "operstate", f"{state}\n")
        if folder:
            (root / "sys/class/net" / name / folder).mkdir()
    write(root / "bin/iw", IW)
    (root / "bin/iw").chmod(0o755)
    monkeypatch.setenv("PATH", f"{root / 'bin'}:{os.environ['PATH']}")
    found = read_machine(root)
    assert "iw" in found.programs
    assert found.wifi == (Wifi("wlan0", True), Wifi("wlan1", False), Wifi("wlan2", None))


def test_pipewire_that_does_not_answer_is_no_server(
    root: Path, short_runtime_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its socket is there, and pw-jack fails."""
    write(root / "bin/pw-jack", "#!/bin/sh\nexit 1\n")
    (root / "bin/pw-jack").chmod(0o755)
    monkeypatch.setenv("PATH", f"{root / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "jackrf-nobody")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(short_runtime_dir / "pipewire-0"))
        found = read_machine(root)
    assert found.pipewire_runs
    assert "pw-jack" in found.programs
    assert found.pipewire is None


def test_a_cache_folder_that_cannot_be_made_does_not_last(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of this process alone, which compiled code would go to, is not left behind."""
    monkeypatch.setattr(tempfile, "tempdir", str(root))
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/dev/null")
    assert read_machine(root / "none").cache == Cache(Path("/dev/null"), lasting=False)
    assert list(root.iterdir()) == []


def test_a_cache_folder_that_is_there_lasts(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the one that the environment names."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(root / "numba"))
    found = read_machine(root).cache
    assert found is not None
    assert found.lasting
    assert found.folder.is_relative_to(root / "numba")


@pytest.mark.checkout
def test_every_extra_of_the_package_is_looked_for() -> None:
    """And of each it is said what there is not without it."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert set(machine.EXTRAS) == set(project["optional-dependencies"]) == set(WITHOUT)


def test_extras_are_told_by_their_modules(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be imported is not installed; nothing is imported for that."""
    monkeypatch.setattr(machine, "EXTRAS", {"here": "json", "missing": "no_such_module"})
    found = read_machine(root)
    assert found.extras == {"here"}
    assert found.python == sys.executable
