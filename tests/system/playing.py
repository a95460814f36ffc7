"""Plays the tone into the default JACK server until it is told to end: ``python -m`` under pw-jack.

The test process itself cannot: it has loaded the libjack of jackd.
"""

import signal

from tests.system.instruments import Player
from tests.system.music import tone

if __name__ == "__main__":
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    with Player(None) as player:
        player.play(tone(), loop=True)
        print("plays", flush=True)
        signal.sigwait(ends)
