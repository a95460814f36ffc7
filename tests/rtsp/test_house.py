"""Which mix a URL is of."""

import pytest

from jackrf.rtsp.house import RefusedError, mix_of


@pytest.mark.parametrize(
    ("url", "mix"),
    [
        ("rtsp://192.168.1.10:8554/drums", "drums"),
        ("rtsp://192.168.1.10:8554/drums/", "drums"),
        ("RTSP://[fe80::1]/drums/audio", "drums"),
        ("rtsp://192.168.1.10/lead%2Dvox", "lead-vox"),
        ("/drums", "drums"),
        ("*", None),
        ("", None),
        ("rtsp://192.168.1.10", None),
        ("rtsp://192.168.1.10/", None),
        ("rtsp://192.168.1.10//audio", None),
        ("rtsp://192.168.1.10/drums/video", None),
        ("rtsp://192.168.1.10/drums/audio/0", None),
        ("rtsp://192.168.1.10/drums?pin=1", None),
        ("rtsp://192.168.1.10/drums#1", None),
        ("http://192.168.1.10/drums", None),
        ("rtsp://[drums", None),
    ],
)
def test_the_mix_of_a_url(url: str, mix: str | None) -> None:
    """Is its first step, alone or with the only track behind it."""
    assert mix_of(url) == mix


def test_a_refusal_has_a_status() -> None:
    """And headers where there are any."""
    assert (RefusedError(453).status, RefusedError(453).headers) == (453, [])
