"""From facts to findings: what is well, what to mend, and the exact command for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from jackrf.doctor.machine import Machine, Rule
from jackrf.doctor.probe import Server

PERIOD_MS_MAX = 6.0
"""A longer period is heard as delay by a musician who plays to it; 256 frames at 48 kHz fit."""
MEMLOCK_MIN = 256 * 1024 * 1024
"""Bytes; JACK 2 locks about 100 MiB of shared memory into each client."""

_INSTALL = {
    "debian": "sudo apt install",
    "fedora": "sudo dnf install",
    "arch": "sudo pacman -S",
    "suse": "sudo zypper install",
}
_JACK = {
    "debian": "jackd2",
    "fedora": "jack-audio-connection-kit jack-audio-connection-kit-example-clients",
    "arch": "jack2",
    "suse": "jack",
}
_PIPEWIRE_JACK = {
    "debian": "pipewire-jack",
    "fedora": "pipewire-jack-audio-connection-kit",
    "arch": "pipewire-jack",
    "suse": "pipewire-libjack-0_3",
}
WITHOUT = {
    "demo": "jackrf demo does not play, jackrf layout draws no picture",
    "discovery": "apps do not list jackrf by themselves, its address is typed in by hand",
    "fanout": "jackrf fanout repeats no mix for a crowd",
    "listen": "jackrf listen plays into JACK alone, and records and plots nothing",
    "qr": "jackrf qr draws no code, the address of a mix is typed in by hand",
    "srtp": "no encrypted mix is sent or heard",
    "web": "there is no page to listen and mix in a browser",
}
"""What there is not without an extra."""
_LIMITS_FILE = "/etc/security/limits.d/95-jackrf.conf"
_CONTAINER = "docker run --cap-add=SYS_NICE --ulimit rtprio=95 --ulimit memlock=-1 IMAGE"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of what the doctor says.

    Attributes:
        state: ok; mend, it stands in the way; unknown, it could not be told; extra, a part of
            jackrf that is not installed, and that is no matter of latency.
        topic: what it is about, a word or two.
        text: what was found.
        command: what mends it, or tells more.
    """

    state: Literal["ok", "mend", "unknown", "extra"]
    topic: str
    text: str
    command: str | None = None


def examine(machine: Machine) -> list[Finding]:
    """Return the findings on a machine, what matters first before what comes on top of it."""
    checks = (library, server, period, realtime, memory, cache, governor, wifi, extras)
    return [finding for check in checks for finding in check(machine)]


def library(machine: Machine) -> Iterator[Finding]:
    """Say whether JACK is installed."""
    topic = "JACK"
    if machine.probe is None:
        text = "opening a client of it hangs or crashes; this shows how"
        yield Finding("mend", topic, text, "python3 -m jackrf.doctor.probe")
    elif machine.probe.library is None:
        yield Finding("mend", topic, "its library is not installed", _install(machine, _JACK))
    else:
        yield Finding("ok", topic, f"library {machine.probe.library}")


def server(machine: Machine) -> Iterator[Finding]:
    """Say whether a JACK server answers, and how to start the best that this machine has."""
    topic = "JACK server"
    if machine.probe is None or machine.probe.library is None:
        return
    found = machine.probe.server
    if found:
        yield Finding("ok", topic, f"runs at {found.samplerate} Hz")
        if not found.realtime:
            text = "it runs without real-time scheduling: stop it, and start it with -R"
            yield Finding("mend", topic, text, _start(machine))
    elif machine.pipewire:
        text = "PipeWire is one, but only behind pw-jack"
        yield Finding("mend", topic, text, "pw-jack jackrf run SESSION.toml")
    elif machine.pipewire_runs and "pw-jack" not in machine.programs:
        text = "none runs; PipeWire can be one, with its JACK library and pw-jack before jackrf"
        yield Finding("mend", topic, text, _install(machine, _PIPEWIRE_JACK))
    elif "jackd" in machine.programs:
        silent = "" if machine.cards else "; without a sound card it can only be a silent one"
        yield Finding("mend", topic, f"none runs{silent}", _start(machine))
    else:
        yield Finding("mend", topic, "none is installed", _install(machine, _JACK))


def period(machine: Machine) -> Iterator[Finding]:
    """Say whether the server's period is short enough."""
    through_jack = machine.probe.server if machine.probe else None
    found = through_jack or machine.pipewire
    if found is None:
        return
    milliseconds = 1000.0 * found.period / found.samplerate
    text = f"{found.period} frames = {milliseconds:.3g} ms"
    if milliseconds <= PERIOD_MS_MAX:
        yield Finding("ok", "period", text)
        return
    frames = _short_period(found)
    command = (
        f"jack_bufsize {frames}"
        if through_jack
        else f"pw-metadata -n settings 0 clock.force-quantum {frames}"
    )
    yield Finding("mend", "period", f"{text}: a musician hears that delay", command)


def realtime(machine: Machine) -> Iterator[Finding]:
    """Say whether this user may have real-time threads."""
    topic = "real time"
    if machine.probe is None:
        return
    if machine.probe.fifo:
        yield Finding("ok", topic, "SCHED_FIFO is allowed")
        return
    yield _limited(machine, "rtprio", topic, "SCHED_FIFO is refused")


def memory(machine: Machine) -> Iterator[Finding]:
    """Say whether JACK's shared memory can be kept from being swapped out."""
    topic = "memory lock"
    if machine.memlock < 0:
        yield Finding("ok", topic, "no limit")
        return
    size = f"{machine.memlock / 1024**2:.4g} MiB"
    if machine.memlock >= MEMLOCK_MIN:
        yield Finding("ok", topic, f"{size} may be locked")
        return
    need = f"{MEMLOCK_MIN // 1024**2} MiB"
    yield _limited(machine, "memlock", topic, f"{size} may be locked, {need} are needed")


def cache(machine: Machine) -> Iterator[Finding]:
    """Say whether compiled callbacks are kept from one start to the next."""
    topic = "Numba cache"
    if machine.cache is None:
        yield Finding("unknown", topic, "not looked for while JACK's library is missing")
    elif machine.cache.lasting:
        yield Finding("ok", topic, str(machine.cache.folder))
    else:
        folder = machine.cache.folder
        yield Finding(
            "mend",
            topic,
            f"{folder} cannot be written: each start compiles anew, for seconds",
            f"sudo install -d -o {machine.user} {folder} {folder}/jackrf {folder}/jackrf/compiled",
        )


def governor(machine: Machine) -> Iterator[Finding]:
    """Say whether the processors change their clock while music is played."""
    topic = "CPU governor"
    others = sorted(set(machine.governors) - {"performance"})
    if not machine.governors:
        yield Finding("ok", topic, "none: the clock is not this system's to change")
    elif not others:
        yield Finding("ok", topic, "performance")
    else:
        yield Finding(
            "mend",
            topic,
            f"{', '.join(others)}: a processor that was idle starts slowly",
            "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
        )


def wifi(machine: Machine) -> Iterator[Finding]:
    """Say whether a wireless interface sleeps between packets."""
    topic = "Wi-Fi"
    if not machine.wifi:
        yield Finding("ok", topic, "not in use")
    for interface in machine.wifi:
        name = interface.name
        command = f"sudo iw dev {name} set power_save off"
        if interface.saves_power is None:
            install = None if "iw" in machine.programs else _install(machine, {}, "iw")
            yield Finding("unknown", topic, f"cannot tell whether {name} saves power", install)
        elif interface.saves_power:
            text = f"{name} saves power: packets wait for it to wake up, 100 ms and more"
            yield Finding("mend", topic, text, command)
        else:
            yield Finding("ok", topic, f"{name} does not save power")


def extras(machine: Machine) -> Iterator[Finding]:
    """Say which parts of jackrf are not installed, and what they would be good for."""
    for name, lost in WITHOUT.items():
        if name in machine.extras:
            yield Finding("ok", name, "installed")
        else:
            command = f"{machine.python} -m pip install 'jackrf[{name}]'"
            yield Finding("extra", name, f"not installed: {lost}", command)


def _limited(machine: Machine, item: str, topic: str, text: str) -> Finding:
    """Return what lifts a limit that is set at login (limits.conf(5))."""
    if machine.container:
        return Finding("mend", topic, f"{text} to this container", _CONTAINER)
    rules = [rule for rule in machine.rules if rule.item == item and _lifts(rule)]
    if any(_is_for(rule, machine.user, machine.groups) for rule in rules):
        return Finding("mend", topic, f"{text} to this login: log in again", f"su - {machine.user}")
    join = f"sudo usermod -aG {{}} {machine.user}"
    for rule in rules:
        if rule.whom.startswith("@"):
            group = rule.whom.removeprefix("@")
            text = f"{text}: {machine.user} is not in group {group}; afterwards log in again"
            return Finding("mend", topic, text, join.format(group))
    write = rf"printf '@audio - rtprio 95\n@audio - memlock unlimited\n' | sudo tee {_LIMITS_FILE}"
    text = f"{text}: no rule in /etc/security/limits.d allows it; afterwards log in again"
    return Finding("mend", topic, text, f"{write} && {join.format('audio')}")


def _lifts(rule: Rule) -> bool:
    return rule.value not in {"0", "-"}


def _is_for(rule: Rule, user: str, groups: frozenset[str]) -> bool:
    return rule.whom in {"*", user} or rule.whom.removeprefix("@") in groups


def _install(machine: Machine, packages: dict[str, str], package: str = "") -> str:
    for family in machine.systems:
        if family in _INSTALL:
            return f"{_INSTALL[family]} {package or packages[family]}"
    return f"install {package or packages['debian']} with this system's package manager"


def _start(machine: Machine) -> str:
    if machine.cards:
        return f"jackd -R -d alsa -d hw:{machine.cards[0]} -r 48000 -p 128 &"
    return "jackd -R -d dummy -r 48000 -p 128 &"


def _short_period(found: Server) -> int:
    return 128 if found.samplerate <= 50_000 else 256
