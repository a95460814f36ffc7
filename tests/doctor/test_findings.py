"""From facts to findings."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from jackrf.doctor.findings import Finding, examine
from jackrf.doctor.machine import Cache, Machine, Rule, Wifi
from jackrf.doctor.probe import Probe, Server
from tests.doctor.machines import AUDIO_RULES, NO_FIFO, NO_SERVER, SERVER, WELL

LIMITS = (
    r"printf '@audio - rtprio 95\n@audio - memlock unlimited\n' "
    "| sudo tee /etc/security/limits.d/95-jackrf.conf && sudo usermod -aG audio ada"
)


def ills(**changes: object) -> list[Finding]:
    """What is not well on the machine that is well but for these facts."""
    machine = replace(WELL, **changes)  # type: ignore[arg-type]
    return [finding for finding in examine(machine) if finding.state != "ok"]


def test_a_machine_that_is_well_is_told_so_topic_by_topic() -> None:
    """What is right is said, too."""
    assert [(finding.topic, finding.text) for finding in examine(WELL)] == [
        ("JACK", "library 1.9.21"),
        ("JACK server", "runs at 48000 Hz"),
        ("period", "128 frames = 2.67 ms"),
        ("real time", "SCHED_FIFO is allowed"),
        ("memory lock", "no limit"),
        ("Numba cache", "/home/ada/.cache/jackrf/compiled/0"),
        ("CPU governor", "performance"),
        ("Wi-Fi", "not in use"),
        *((name, "installed") for name in sorted(WELL.extras)),
    ]
    assert ills() == []


@pytest.mark.parametrize(
    ("systems", "command"),
    [
        (("debian",), "sudo apt install jackd2"),
        (("linuxmint", "ubuntu", "debian"), "sudo apt install jackd2"),
        (("arch",), "sudo pacman -S jack2"),
        (("opensuse-tumbleweed", "opensuse", "suse"), "sudo zypper install jack"),
        (("plan9",), "install jackd2 with this system's package manager"),
        ((), "install jackd2 with this system's package manager"),
    ],
)
def test_without_jack_it_is_installed_in_the_way_of_the_system(
    systems: tuple[str, ...], command: str
) -> None:
    """Neither library nor server: one finding."""
    missing = Probe(library=None, server=None, fifo=True)
    found = ills(probe=missing, programs=frozenset(), systems=systems, cache=None)
    assert found == [
        Finding("mend", "JACK", "its library is not installed", command),
        Finding("unknown", "Numba cache", "not looked for while JACK's library is missing"),
    ]


def test_a_library_that_hangs_is_a_finding() -> None:
    """The probe is what the user can run to see."""
    (found,) = ills(probe=None)
    assert (found.state, found.command) == ("mend", "python3 -m jackrf.doctor.probe")


@pytest.mark.parametrize(
    ("facts", "text", "command"),
    [
        ({}, "none runs", "jackd -R -d alsa -d hw:PCH -r 48000 -p 128 &"),
        (
            {"cards": ()},
            "none runs; without a sound card it can only be a silent one",
            "jackd -R -d dummy -r 48000 -p 128 &",
        ),
        ({"programs": frozenset()}, "none is installed", "sudo apt install jackd2"),
        (
            {"pipewire_runs": True},
            "none runs; PipeWire can be one, with its JACK library and pw-jack before jackrf",
            "sudo apt install pipewire-jack",
        ),
        (
            {"pipewire_runs": True, "pipewire": SERVER},
            "PipeWire is one, but only behind pw-jack",
            "pw-jack jackrf run SESSION.toml",
        ),
    ],
)
def test_without_a_server_the_best_of_this_machine_is_started(
    facts: Mapping[str, object], text: str, command: str
) -> None:
    """PipeWire where it runs, else jackd on the first sound card."""
    assert ills(probe=NO_SERVER, **facts) == [Finding("mend", "JACK server", text, command)]


def test_a_server_without_real_time_is_found() -> None:
    """`jackd -r`, or no permission when it was started."""
    slack = Probe("1.9.21", Server(48000, 128, realtime=False), fifo=True)
    (found,) = ills(probe=slack)
    assert found.text.startswith("it runs without real-time scheduling")
    assert found.command == "jackd -R -d alsa -d hw:PCH -r 48000 -p 128 &"


@pytest.mark.parametrize(
    ("rate", "frames", "is_well"),
    [(48000, 256, True), (44100, 256, True), (48000, 512, False), (96000, 512, True)],
)
def test_a_period_of_more_than_6_ms_is_too_long(rate: int, frames: int, is_well: bool) -> None:
    """256 frames at 44.1 kHz are not."""
    found = ills(probe=Probe("1.9.21", Server(rate, frames, realtime=True), fifo=True))
    assert [(one.topic, one.command) for one in found] == (
        [] if is_well else [("period", "jack_bufsize 128")]
    )


def test_a_long_period_of_pipewire_is_mended_in_its_way() -> None:
    """Its default is 1024."""
    found = ills(probe=NO_SERVER, pipewire=Server(96000, 1024, realtime=True))
    assert found[1] == Finding(
        "mend",
        "period",
        "1024 frames = 10.7 ms: a musician hears that delay",
        "pw-metadata -n settings 0 clock.force-quantum 256",
    )


def test_real_time_without_a_rule_gets_one() -> None:
    """One command writes it and joins the group; it holds from the next login on."""
    (found,) = ills(probe=NO_FIFO, rules=())
    assert found.command == LIMITS
    assert found.text == (
        "SCHED_FIFO is refused: no rule in /etc/security/limits.d allows it; "
        "afterwards log in again"
    )


def test_real_time_with_a_rule_for_a_group_is_had_by_joining_it() -> None:
    """Whatever the group is called here; a rule that forbids is none."""
    rules = (
        Rule("@slow", "rtprio", "0"),
        Rule("bob", "rtprio", "9"),
        Rule("@jackuser", "rtprio", "70"),
    )
    (found,) = ills(probe=NO_FIFO, rules=rules)
    assert found.command == "sudo usermod -aG jackuser ada"
    assert "ada is not in group jackuser; afterwards log in again" in found.text


@pytest.mark.parametrize("whom", ["@audio", "ada", "*"])
def test_real_time_with_a_rule_for_this_user_takes_a_new_login(whom: str) -> None:
    """Limits are set when one logs in."""
    (found,) = ills(probe=NO_FIFO, rules=(Rule(whom, "rtprio", "95"),))
    assert (found.text, found.command) == (
        "SCHED_FIFO is refused to this login: log in again",
        "su - ada",
    )


def test_in_a_container_limits_come_from_outside() -> None:
    """No file inside could help."""
    (found,) = ills(probe=NO_FIFO, container=True)
    assert found.text == "SCHED_FIFO is refused to this container"
    assert found.command == (
        "docker run --cap-add=SYS_NICE --ulimit rtprio=95 --ulimit memlock=-1 IMAGE"
    )


def test_a_small_memory_lock_limit_is_found() -> None:
    """8 MiB is the usual one; 256 MiB are enough."""
    assert ills(memlock=256 * 1024**2) == []
    (found,) = ills(memlock=8 * 1024**2, rules=())
    assert found.command == LIMITS
    assert found.text.startswith("8 MiB may be locked, 256 MiB are needed: no rule in")
    (found,) = ills(memlock=8 * 1024**2, rules=AUDIO_RULES)
    assert found.command == "su - ada"


def test_a_cache_that_does_not_last_is_found() -> None:
    """The folder is given to the user."""
    (found,) = ills(cache=Cache(Path("/home/ada/.cache"), lasting=False))
    assert found.text.startswith("/home/ada/.cache cannot be written")
    assert found.command == (
        "sudo install -d -o ada /home/ada/.cache /home/ada/.cache/jackrf "
        "/home/ada/.cache/jackrf/compiled"
    )


def test_any_governor_but_performance_is_found() -> None:
    """On one processor is enough; where there is none there is nothing to say."""
    (found,) = ills(governors=("performance", "schedutil", "powersave", "schedutil"))
    assert found.text.startswith("powersave, schedutil: ")
    assert found.command == (
        "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"
    )
    assert ills(governors=()) == []


def test_wi_fi_that_saves_power_is_found() -> None:
    """Interface by interface; without iw it cannot be told."""
    found = ills(wifi=(Wifi("wlan0", saves_power=True), Wifi("wlan1", saves_power=False)))
    assert [one.command for one in found] == ["sudo iw dev wlan0 set power_save off"]
    unknown = (Wifi("wlan0", saves_power=None),)
    assert ills(wifi=unknown)[0].command is None
    assert ills(wifi=unknown, programs=frozenset({"jackd"})) == [
        Finding("unknown", "Wi-Fi", "cannot tell whether wlan0 saves power", "sudo apt install iw")
    ]


def test_findings_are_lines() -> None:
    """Each text and each command is one."""
    worst: Machine = replace(
        WELL, probe=NO_FIFO, rules=(), memlock=0, governors=("powersave",), cards=()
    )
    for finding in examine(worst):
        assert "\n" not in finding.text + (finding.command or "")
        assert finding.text.isprintable()


def test_a_part_that_is_not_installed_is_told_with_the_command_for_it() -> None:
    """In the environment that jackrf runs in, whatever pip is on the PATH."""
    assert ills(extras=WELL.extras - {"discovery"}) == [
        Finding(
            "extra",
            "discovery",
            "not installed: apps do not list jackrf by themselves, its address is typed in by hand",
            "/home/ada/jackrf/bin/python -m pip install 'jackrf[discovery]'",
        )
    ]
