"""Listeners of an encrypted mix: the audio thread sends to a relay, which seals and sends on.

    sealer = Sealer()
    listener = sealer.seal(open_listener(0, parse_url("udp://192.168.1.31:5004")), key)

What the audio thread has of such a listener is a socket that does not leave this machine; to where
the listener is, only the relay (`jackrf.srtp.relay`, a process of its own) sends, and only SRTP.
"""

import socket

from jackrf.audience.listener import Listener
from jackrf.audience.seal import RelayProcess, Seal
from jackrf.errors import InputError

WHY_NO_GROUP = (
    "who joins it late cannot know how often the sequence number has gone round (RFC 3711, 3.3.1); "
    "send to each host"
)


class Sealer:
    """Has listeners sealed, by one relay for all of them.

    Attributes:
        relay: of them.
    """

    def __init__(self) -> None:
        self.relay = RelayProcess()

    def seal(self, listener: Listener, key: bytes) -> Listener:
        """Return a listener that was made to hear over UDP, and hears sealed from now on.

        Args:
            listener: unicast, and nothing sent to it yet.
            key: master key and salt (`jackrf.rtp.crypto.KEY_BYTES`).

        Raises:
            InputError: it is a group.
            OSError: there can be no relay, or no more listeners.
        """
        if listener.destination is not None and listener.destination.is_multicast:
            raise InputError(
                f"{listener.url}: a group cannot hear an encrypted mix: {WHY_NO_GROUP}"
            )
        number = self.relay.take_slot()
        reports = listener.control or socket.socket(listener.socket.family, socket.SOCK_DGRAM)
        seal = Seal(key, listener.socket, reports, number, self.relay)
        try:
            listener.socket, listener.control = seal.begin()
        except OSError:
            seal.close()
            raise
        listener.row["socket"] = listener.socket.fileno()
        listener.seal, listener.control_to = seal, None
        return listener

    def close(self) -> None:
        """Wait for the relay's end, where nobody hears by it any more."""
        self.relay.close()
