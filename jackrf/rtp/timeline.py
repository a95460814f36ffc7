"""RTP timestamps that go on while JACK servers come and go.

A stream's timestamps follow JACK's frame time, which begins anew with each server. A receiver that
keeps a stream by its SSRC takes that for packets from the past and drops them (RFC 3550 section 5.1
has timestamps grow with the sampling clock). So the time from one server's last period to the next
one's first is counted by the machine's clock, and the frame time of every later server is shifted.
"""

MODULUS = 2**32


class Timeline:
    """The frames of a desk's streams, from its first server to its last.

    Attributes:
        shift: frames to add to JACK's frame time, modulo 2**32; 0 on the first server.
    """

    def __init__(self) -> None:
        self.shift = 0
        self._noted: tuple[int, float] | None = None

    def note(self, frame_time: int, now: float) -> None:
        """Remember where the running server is.

        Args:
            frame_time: JACK's, modulo 2**32.
            now: monotonic seconds at that frame.
        """
        self._noted = frame_time, now

    def go_on(self, frame_time: int, samplerate: int, now: float) -> None:
        """Join the next server's frames to those of the one before.

        Args:
            frame_time: the next server's, modulo 2**32.
            samplerate: its, in Hz; the frames in between are of this rate.
            now: monotonic seconds at that frame.
        """
        if self._noted is not None:
            last, then = self._noted
            passed = round(max(0.0, now - then) * samplerate)
            self.shift = (last + self.shift + passed - frame_time) % MODULUS
        self.note(frame_time, now)
