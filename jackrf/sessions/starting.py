"""The session to begin with: inputs and mixes with names that ask to be changed, and silence.

No send is written, so nothing is heard until somebody raises a fader: a session that nobody has set
up yet hurts no ear, whatever is connected to it.
"""

from jackrf.sessions.editing import toml
from jackrf.sessions.migration import FORMAT

INPUTS, MIXES = 8, 2
LONGEST_NAME = 64

_HEAD = """\
# Inputs are JACK ports in this order, in_01 to in_{inputs:02d}; a mix has two, mix_01_l and _r.
# The ids (in-1, mix-1) stay as they are; the names are for people: change them. `jackrf check`
# reads this file as jackrf does and says what is wrong with it.

format = {format}
name = {name}
"""
_INPUT = """
[inputs.in-{number}]
name = "Input {number}"
"""
_MIX = """
[mixes.mix-{number}]
name = "Mix {number}"
# send_to = ["udp://192.168.1.{host}:5004"]    # where this musician listens
"""
_SENDS = """
# Nothing is heard until a fader goes up. As a line below: in-1 = {{ gain = -6.0 }}
[mixes.mix-{number}.sends]
"""


def starting_text(name: str, inputs: int = INPUTS, mixes: int = MIXES) -> str:
    """Return the text of a new session.

    Args:
        name: for people; what no session may be called is left out of it.
        inputs: 1 to 64.
        mixes: 1 to 32.
    """
    printable = "".join(letter if letter.isprintable() else " " for letter in name).strip()
    shown = toml(printable[:LONGEST_NAME].strip() or "Session")
    parts = [_HEAD.format(inputs=inputs, format=FORMAT, name=shown)]
    parts += [_INPUT.format(number=number) for number in range(1, inputs + 1)]
    for number in range(1, mixes + 1):
        parts += [_MIX.format(number=number, host=30 + number), _SENDS.format(number=number)]
    return "".join(parts)
