"""scripts/setup: what is missing is installed, or one line says what to do; never a silent skip.

The package manager is a stand-in, because a test can neither remove nor install system packages.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.checkout

ROOT = Path(__file__).parent.parent
SETUP = ROOT / "scripts" / "setup"

REAL = ("bash", "cat", "cksum", "dirname", "env", "grep", "sort")
THERE = (
    *("jackd", "jack_wait", "ffmpeg", "gst-launch-1.0", "gst-inspect-1.0", "gcc"),
    *("ip", "aj-snapshot", "oscsend", "node", "npm", "chromium", "firefox-esr", "openssl"),
    *("pipewire", "pw-metadata", "pw-jack", "wireplumber", "dbus-run-session"),
    *("pulseaudio", "parec", "cvlc"),
)

APT_GET = """\
#!/bin/bash
echo "apt-get $*  [$DEBIAN_FRONTEND]" >>"$LOG"
case "$*" in
  *install*jackd2*) new=$BIN/jackd ;;
  *install*jack-example-tools*) new=$BIN/jack_wait ;;
esac
[ -z "$new" ] || [ -n "$BROKEN" ] || { echo "#!/bin/bash" >"$new"; chmod +x "$new"; }
exit "${APT_EXIT:-0}"
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """A PATH of its own, on which programs are there or not, and what was asked of apt-get."""

    bin: Path
    log: Path
    environment: dict[str, str]

    def add(self, name: str, text: str = "#!/bin/bash\n") -> None:
        """Put a program on the PATH."""
        path = self.bin / name
        # Not through a link: that would overwrite the real program.
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def setup(self, task: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run scripts/setup there."""
        return subprocess.run(
            [str(self.bin / "bash"), str(SETUP), task],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def asked(self) -> list[str]:
        """The calls of the package manager, in order."""
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine of root's with everything installed and a finished Python environment."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in REAL:
        program = shutil.which(name, path=f"{os.environ['PATH']}:/sbin:/usr/sbin")
        assert program, f"{name} is not on this machine"
        (folder / name).symlink_to(program)
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to("/bin/true")
    environment = {
        "PATH": str(folder),
        "BIN": str(folder),
        "LOG": str(tmp_path / "log"),
        "VENV": str(venv),
    }
    made = Machine(folder, tmp_path / "log", environment)
    for name in THERE:
        made.add(name)
    made.add("id", "#!/bin/bash\necho 0\n")
    made.add("ldconfig", "#!/bin/bash\necho libjack.so.0 libportaudio.so.2\n")
    made.add("apt-get", APT_GET)
    made.add("apt-cache")
    made.add("debconf-set-selections", '#!/bin/bash\necho "preseed $(cat)" >>"$LOG"\n')
    assert made.setup("test").returncode == 0
    return made


def the_one_line(answer: subprocess.CompletedProcess[str]) -> str:
    """The message of a set-up that failed."""
    assert answer.returncode == 1
    lines = answer.stderr.splitlines()
    assert len(lines) == 1, answer.stderr
    assert lines[0].startswith("setup: ")
    return lines[0]


@pytest.mark.parametrize("task", ["demo", "test", "lint"])
def test_what_is_there_is_left_alone(machine: Machine, task: str) -> None:
    """A second run asks the package manager for nothing and prints nothing."""
    answer = machine.setup(task)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    assert machine.asked == []


def test_a_missing_server_is_installed_without_a_question(machine: Machine) -> None:
    """The server is installed alone, unattended, its question about real-time answered by no."""
    (machine.bin / "jackd").unlink()
    assert machine.setup("demo").returncode == 0
    update, preseed, install = machine.asked
    assert update.startswith("apt-get -q update")
    assert preseed == "preseed jackd2 jackd/tweak_rt_limits boolean false"
    assert install == "apt-get -q -y --no-install-recommends install jackd2  [noninteractive]"


@pytest.mark.parametrize(
    ("known", "package"), [("exit 0", "jack-example-tools"), ('[ "$3" = jackd2 ]', "jackd2")]
)
def test_the_tools_come_from_where_the_release_has_them(
    machine: Machine, known: str, package: str
) -> None:
    """Debian 13 has jack_wait in jack-example-tools, older releases in jackd2."""
    (machine.bin / "jack_wait").unlink()
    machine.add("apt-cache", f"#!/bin/bash\n{known}\n")
    machine.setup("demo")
    assert f"install {package} " in machine.asked[-1]


def test_a_package_that_cannot_be_installed_is_named(machine: Machine) -> None:
    """What apt-get refuses ends the set-up."""
    (machine.bin / "jackd").unlink()
    answer = machine.setup("test", APT_EXIT="100")
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1] == "setup: apt-get could not install: jackd2"


def test_a_package_without_what_was_wanted_is_told(machine: Machine) -> None:
    """After installing, what was missing has to be there."""
    (machine.bin / "jackd").unlink()
    line = the_one_line(machine.setup("demo", BROKEN="yes"))
    assert line == "setup: still missing after installing jackd2: program:jackd"


def test_without_a_package_manager_it_says_what_to_install(machine: Machine) -> None:
    """On another distribution the packages are named."""
    (machine.bin / "jackd").unlink()
    (machine.bin / "apt-get").unlink()
    assert "missing: jackd2; no apt-get here" in the_one_line(machine.setup("demo"))


def test_without_root_and_sudo_it_says_what_root_is_to_run(machine: Machine) -> None:
    """Who may not install is told the command."""
    (machine.bin / "jackd").unlink()
    machine.add("id", "#!/bin/bash\necho 1000\n")
    line = the_one_line(machine.setup("demo"))
    assert line == "setup: not root, and no sudo here: run as root: apt-get install jackd2"
    assert machine.asked == []


def test_with_sudo_it_uses_it(machine: Machine) -> None:
    """Who is not root installs through sudo, unattended all the same."""
    (machine.bin / "jackd").unlink()
    machine.add("id", "#!/bin/bash\necho 1000\n")
    machine.add("sudo", '#!/bin/bash\necho sudo >>"$LOG"\nexec "$@"\n')
    assert machine.setup("demo").returncode == 0
    assert machine.asked.count("sudo") == 3
    assert machine.asked[-1].endswith("install jackd2  [noninteractive]")


def test_an_unknown_task_is_told_what_there_is(machine: Machine) -> None:
    """A wrong word is quoted, with the words that are allowed."""
    line = the_one_line(machine.setup("dance"))
    assert line == "setup: unknown task 'dance': allowed are demo, test, janus, lint, bench"
