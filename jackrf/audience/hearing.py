"""RTCP that came from a listener, taken in by whoever reads the socket or connection it came by."""

import time

from jackrf.audience.listener import Listener
from jackrf.audience.reports import heard_in, is_goodbye
from jackrf.desk import Desk
from jackrf.rtp.stream import identify


def identity(desk: Desk, listener: Listener) -> tuple[int, int]:
    """Return SSRC and timestamp offset of the stream that a listener gets."""
    ssrc, offset = identify(desk.stream_name, desk.mixer.mixes[listener.mix].id)
    if listener.seal is not None:
        ssrc = listener.seal.ssrc
    return ssrc, offset + desk.timeline.shift


def hear(desk: Desk, listener: Listener, data: bytes) -> None:
    """Take in RTCP that came from a listener; what is none, or on another stream, tells nothing.

    Args:
        desk: a running one; without a JACK server nothing is taken in.
        listener: whose socket or connection it came by.
        data: one datagram, or the content of one interleaved frame.
    """
    if is_goodbye(data):
        # What it told says nothing of who may listen there next.
        listener.heard = None
    elif desk.client is not None:
        ssrc, _ = identity(desk, listener)
        rate = desk.client.samplerate
        found = heard_in(data, ssrc, rate, time.time_ns(), time.monotonic())
        listener.heard = found or listener.heard
