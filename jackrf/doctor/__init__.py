"""``jackrf doctor``: what on this machine stands in the way of low latency, and what mends it.

`machine` reads what can be read, `probe` tries what cannot, `findings` says what follows from both.
"""

from rich.console import Console
from rich.text import Text

from jackrf.doctor.findings import Finding, examine
from jackrf.doctor.machine import Machine, read_machine

_STYLES = {"ok": "green", "mend": "bold yellow", "unknown": "bright_black", "extra": "cyan"}
_TOPIC_CELLS = 14


def doctor(machine: Machine | None = None) -> int:
    """Print a line for each finding on a machine, with the command that mends it.

    Args:
        machine: the facts; by default those of this one.

    Returns:
        0 when nothing stands in the way, 1 otherwise.
    """
    findings = examine(machine or read_machine())
    console = Console(highlight=False)
    for finding in findings:
        _show(console, finding)
    ills = sum(finding.state == "mend" for finding in findings)
    if not ills:
        console.print("\nNothing stands in the way of low latency.")
        return 0
    verb = "thing stands" if ills == 1 else "things stand"
    console.print(f"\n{ills} {verb} in the way of low latency; the commands above mend that.")
    return 1


def _show(console: Console, finding: Finding) -> None:
    line = Text.assemble(
        (f" {finding.state:<8}", _STYLES[finding.state]),
        (finding.topic.ljust(_TOPIC_CELLS), "bold"),
        finding.text,
    )
    # Never wrapped by us: a command is there to be copied.
    console.print(line, soft_wrap=True)
    if finding.command:
        console.print(Text(f"{'':<9}$ {finding.command}", "cyan"), soft_wrap=True)
