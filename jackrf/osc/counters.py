"""Why something that a surface sent had no effect, and the sentence that mends it."""

from enum import Enum

from jackrf.lan import counters


class Reason(Enum):
    """Why something that came in had no effect: what mends it, and what was wrong."""

    MALFORMED = ("set its connection to OSC by UDP or TCP", "what it sends is not OSC")
    FAR = (
        "put both into one private network, or come by a tunnel",
        "it is in no private network that this machine is on",
    )
    UNPAIRED = ("jackrf pair {host} --mix {mix}", "it is not paired")
    FOREIGN = ("jackrf pair {host} --mix {mix}", "it is paired with another mix")
    ENGINEERS = ("jackrf pair {host} --engineer", "that is the engineer's")
    CHALLENGE = (
        "jackrf pair {host} --mix {mix}",
        "it asks for feedback and has not answered the challenge",
    )
    WRONG_PIN = ("jackrf pin {mix} makes a new one", "wrong PIN")
    PAUSED = ("jackrf pair {host} --mix {mix}", "a pause of 10 minutes after 5 wrong PINs")
    FULL = ("close a surface; it leaves 10 s later", "there are 32 surfaces already")
    LIMITED = ("let it send at most 200 messages a second", "it sends too many")
    UNKNOWN = ("see osc/README.md for the addresses", "there is no such address")
    WRONG = ("see osc/README.md for what it takes", "the address does not take that")

    @property
    def key(self) -> str:
        """Its name in ``jackrf status --json``."""
        return self.name.lower()


class Refusals(counters.Refusals[Reason]):
    """What OSC refused.

    Args:
        mix: id of the mix that a remedy names where the message named none.
    """

    def __init__(self, mix: str) -> None:
        super().__init__(Reason, "OSC", mix)
