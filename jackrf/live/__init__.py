"""The live view: meters, listeners and load of a running jackrf, as large as the terminal allows.

    console.print(render(status))                  # as it fits
    Live(render(status), screen=True)              # fills the terminal, never overflows it

What it shows is a status as the control socket gives it. Nothing is said by colour alone.

`view` is the whole: `header`, `strips` with their `meters`, `listeners`; in `words` that a terminal
does not obey.
"""

from jackrf.live.view import Status, render

__all__ = ["Status", "render"]
