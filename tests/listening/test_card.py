"""Sound cards without JACK: what is told where there is none. `tests/system` plays on one."""

import sys

import pytest
import sounddevice

from jackrf.errors import InputError, JackrfError
from jackrf.listening.card import Card, card_samplerate, list_cards
from jackrf.receiver import Receiver

NOBODY = "no card of this name"


def test_an_unknown_card_is_the_users_mistake() -> None:
    """It is named, and how to see which there are."""
    with pytest.raises(InputError, match=f"--device '{NOBODY}': .*jackrf listen --device list"):
        card_samplerate(NOBODY)
    with pytest.raises(InputError, match="--device '99999': "):
        Card(Receiver(48000, -1), "99999", 0)


@pytest.mark.parametrize(("takes", "rate"), [(True, 96000), (False, 44100)])
def test_a_card_runs_at_its_own_rate_where_it_cannot_at_the_streams(
    monkeypatch: pytest.MonkeyPatch, takes: bool, rate: int
) -> None:
    """The stream is resampled then: no reason not to hear it."""
    asked = []

    def check(*settings: object) -> None:
        asked.append(settings)
        if not takes:
            raise sounddevice.PortAudioError("Invalid sample rate", -9997)

    card = {"index": 3, "max_output_channels": 8, "default_samplerate": 44100.0}
    monkeypatch.setattr(sounddevice, "query_devices", lambda *_: card)
    monkeypatch.setattr(sounddevice, "check_output_settings", check)
    assert card_samplerate("USB", 96000) == rate
    assert asked == [(3, 2, "float32", None, 96000)]
    assert card_samplerate("USB") == 44100


def test_listing_needs_no_card() -> None:
    """Each line has a number, a name and a latency; there may be none."""
    assert all(" ms" in line and " Hz" in line for line in list_cards())


def test_without_sounddevice_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, with the extra and Debian's package."""
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(JackrfError, match=r"jackrf\[listen\].*libportaudio2"):
        list_cards()
