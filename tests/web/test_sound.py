"""The page's sound: mixes of a desk, sent by the audio thread to a socket while they are wanted."""

import socket
from dataclasses import replace

from jackrf.web.sound import OWNER, DeskSound, Heard
from tests.osc.desks import small_desk


def test_a_desk_tells_its_mixes() -> None:
    """In the order of the session."""
    sound = DeskSound(small_desk())
    assert sound.mixes[0] == Heard("drums", "Dave", 2)
    assert sound.name == "Evening"
    # There is no JACK server.
    assert sound.clock is None


def test_an_encrypted_mix_is_told_and_not_heard() -> None:
    """A page may come by http."""
    desk = small_desk()
    desk.plans = {**desk.plans, "keys": replace(desk.plans["keys"], key=bytes(30))}
    sound = DeskSound(desk)
    assert [one.encrypted for one in sound.mixes] == [False, True]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as near:
        assert sound.hear("keys", near) is None
    assert not desk.audience.listeners


def test_a_mix_is_heard_until_its_end() -> None:
    """By a listener of its own, which others do not touch."""
    desk = small_desk()
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with near, far:
        ends = [DeskSound(desk).hear("drums", near) for _ in range(2)]
        assert [one.owner for one in desk.audience.listeners] == [OWNER, OWNER]
        for end in ends:
            assert end is not None
            end()
        assert not desk.audience.listeners
