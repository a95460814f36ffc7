"""What a program has made when it runs: it stays, and is not searched for garbage again and again.

With all that is imported, one full search takes 100 ms and more, in which no surface and no control
socket is answered. What was set aside for a session that has ended is searched once more. From then
on the searches are many and small: what comes and goes in a show, such as the connections of
listeners, is never so much that one of them is felt.
"""

import gc

OFTEN = (1000, 10, 10)
"""Objects made, beyond those let go, before Python looks for cycles among them; then among older
ones at every tenth time (`gc.set_threshold`). A program's start looks seldom (`jackrf.cli`)."""


def set_aside() -> None:
    """Let Python's garbage collector pass over all that is there now, from now on."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*OFTEN)


def sweep() -> None:
    """Let go at once of what has become garbage since, such as a JACK client and its ports."""
    gc.collect()
