"""What a session has made when it runs: it stays, and is not searched for garbage again and again.

With all that is imported, one full search takes 100 ms and more, in which no surface and no control
socket is answered. What was set aside for a session that has ended is searched once more. What has
come since is searched in a moment, and at the pace of `jackrf.cli` seldom by itself.
"""

import gc


def set_aside() -> None:
    """Let Python's garbage collector pass over all that is there now, from now on."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def sweep() -> None:
    """Let go of what has become garbage since: a JACK client and its ports refer to each other."""
    gc.collect()
