"""RTCP that came from a listener, with and without a JACK server."""

from contextlib import closing
from types import SimpleNamespace
from typing import Any

from jackrf.audience.hearing import hear, identity
from jackrf.audience.sockets import take_stream
from jackrf.rtp.rtcp import Goodbye, ReceiverReport, ReportBlock, compound
from jackrf.rtp.stream import identify
from tests.audience.connections import connection
from tests.osc.desks import small_desk


def test_what_tells_nothing_leaves_what_was_told_before() -> None:
    """Noise, other streams; and without a server the clock rate is not known. A goodbye ends it."""
    desk: Any = small_desk()
    with (
        connection() as (near, _),
        closing(desk),
        closing(take_stream(1, near, "tcp://x", "test", channel=0, control_channel=1)) as one,
    ):
        ssrc, offset = identity(desk, one)
        assert (ssrc, offset) == identify("Evening", "keys")
        data = compound(ReceiverReport(1, (ReportBlock(ssrc, 128, 3, 9, 441),)))
        hear(desk, one, data)
        assert one.report(192.0)["heard"] is None
        desk.client = SimpleNamespace(samplerate=44100, close=lambda: None)
        hear(desk, one, data)
        hear(desk, one, b"noise")
        hear(desk, one, compound(ReceiverReport(1, (ReportBlock(ssrc ^ 1, 0, 0, 9, 0),))))
        assert one.heard is not None
        assert (one.heard.loss, one.heard.lost, one.heard.jitter_ms) == (0.5, 3, 10.0)
        hear(desk, one, compound(ReceiverReport(1), Goodbye((1,))))
        assert one.report(192.0)["heard"] is None
