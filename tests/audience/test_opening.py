"""The audience that a session begins with."""

import secrets
import socket
from contextlib import closing

import pytest

from jackrf.audience.opening import Wanted, open_audience
from jackrf.errors import InputError
from jackrf.rtp.crypto import KEY_BYTES

KEY = secrets.token_bytes(KEY_BYTES)


@pytest.mark.parametrize("destination", ["udp://nobody.invalid:5004", "udp://255.255.255.255:5004"])
def test_all_destinations_are_opened_or_none(destination: str) -> None:
    """Where one is wrong the others are closed again; a relay that was started ends."""
    first = Wanted(0, ["udp://127.0.0.1:5004"], 46, KEY)
    with pytest.raises(InputError, match="send_to"):
        open_audience([first, Wanted(1, [destination], 46)])
    with closing(open_audience([first, Wanted(1, ["udp://127.0.0.1:5006"], 0)])) as made:
        assert [(one.mix, one.url) for one in made.listeners] == [
            (0, "udp://127.0.0.1:5004"),
            (1, "udp://127.0.0.1:5006"),
        ]
        assert [one.socket.family for one in made.listeners] == [socket.AF_UNIX, socket.AF_INET]
        assert [one.seal is None for one in made.listeners] == [False, True]
        assert made.sealer.relay.runs
    assert not made.sealer.relay.runs


def test_an_encrypted_mix_goes_to_no_group() -> None:
    """Who joined it late could not open it."""
    with pytest.raises(InputError, match=r"a group cannot hear an encrypted mix"):
        open_audience([Wanted(0, ["udp://239.69.1.1:5004?interface=lo"], 46, KEY)])


def test_no_relay_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what mends it."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("subprocess.Popen", refuse)
    with pytest.raises(InputError, match=r"cannot be encrypted \(Resource .*take encrypt out"):
        open_audience([Wanted(0, ["udp://127.0.0.1:5004"], 46, KEY)])
