"""Why a listener does not get what it asked for, with what mends it."""

from enum import Enum


class Reason(Enum):
    """What mends it, and what was wrong; ``{host}`` and ``{mix}`` are filled in."""

    MALFORMED = ("open rtsp://HOST:PORT/{mix} with a player", "what it sends is not RTSP")
    FAR = (
        "put both into one private network, or come by a tunnel",
        "it is in no private network that this machine is on",
    )
    WRONG_PIN = (
        "open rtsp://{mix}:PIN@...; jackrf pin {mix} makes a new PIN",
        "wrong user name or PIN",
    )
    PAUSED = (
        "wait for it to end, or give the PIN on another host",
        "a pause of 10 minutes after 5 wrong PINs",
    )
    OLD_PIN = ("jackrf pin {mix} makes a new one", "its PIN cannot be looked at by RTSP")
    NO_PIN = (
        "jackrf pin {mix} makes one",
        "the mix is encrypted, and has no PIN by which its key could be told",
    )
    NOT_SEALED = (
        "let its player ask for UDP, by the connection on which it asked what the mix is",
        "an encrypted mix goes over UDP alone, and only to who was told its key",
    )
    ELSEWHERE = (
        "open rtsp://HOST:PORT/{mix} on the host that is to hear it",
        "it asks to have the audio sent to another host",
    )
    TRANSPORT = (
        "let its player ask for RTP/AVP over UDP or TCP",
        "it asks for another transport than these",
    )
    HOST_FULL = (
        "close a player there, or raise most_per_host under [listen]",
        "as many listeners of one host as are allowed",
    )
    FULL = ("close a player, or raise most under [listen]", "as many listeners as are allowed")
    UNREACHABLE = ("look at its network", "no socket could be opened to it")
    UNKNOWN = ("jackrf status shows the mixes", "there is no such mix")

    @property
    def key(self) -> str:
        """Its name in ``jackrf status --json``."""
        return self.name.lower()
