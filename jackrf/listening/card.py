"""A sound card without JACK, through PortAudio: which there are, and a stream that plays on one.

PortAudio calls the compiled callback directly: the audio thread meets no interpreter. sounddevice
has a public way to that for authors of libraries alone, the base class of its streams.
"""

import contextlib
from typing import Any

import numpy as np

from jackrf.errors import InputError, JackrfError
from jackrf.realtime import card as compiled
from jackrf.realtime.context import MAX_PERIOD, address
from jackrf.realtime.memory import lay_out
from jackrf.receiver import Receiver

INSTALL = 'pip install "jackrf[listen]", and on Debian `apt install libportaudio2`'


def _sounddevice() -> Any:
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        raise JackrfError(
            f"--device needs sounddevice and PortAudio ({error}): {INSTALL}"
        ) from None
    return sounddevice


def list_cards() -> list[str]:
    """Return the outputs that PortAudio knows, one line each: number, name, system, latency.

    Raises:
        JackrfError: PortAudio is not installed.
    """
    sounddevice = _sounddevice()
    systems = [system["name"] for system in sounddevice.query_hostapis()]
    chosen = sounddevice.default.device[1]
    lines = []
    for number, device in enumerate(sounddevice.query_devices()):
        if device["max_output_channels"] > 0:
            mark = "*" if number == chosen else " "
            lowest = 1000.0 * device["default_low_output_latency"]
            lines.append(
                f"{mark}{number:3d}  {device['name']}, {systems[device['hostapi']]}: "
                f"{device['max_output_channels']} channels, "
                f"{device['default_samplerate']:.0f} Hz, from {lowest:.1f} ms"
            )
    return lines


def look_again() -> None:
    """Have PortAudio find the cards that are there now. No stream may be open.

    Raises:
        JackrfError: PortAudio is not installed.
    """
    sounddevice = _sounddevice()
    # It looks once, when it is begun, and has no public way to look again.
    sounddevice._terminate()  # noqa: SLF001
    sounddevice._initialize()  # noqa: SLF001


def card_samplerate(device: str, wished: int | None = None) -> int:
    """Return the rate in Hz to run a card at: the one that is wished for, or else its own.

    Args:
        device: number of a card, or part of its name.
        wished: Hz, of the stream; where the card cannot run at that the stream is resampled.

    Raises:
        InputError: there is no such card.
    """
    found, sounddevice = _find(device), _sounddevice()
    if wished is not None:
        channels = min(2, int(found["max_output_channels"]))
        with contextlib.suppress(sounddevice.PortAudioError):
            sounddevice.check_output_settings(found["index"], channels, "float32", None, wished)
            return wished
    return int(found["default_samplerate"])


def _find(device: str) -> Any:
    sounddevice = _sounddevice()
    try:
        return sounddevice.query_devices(int(device) if device.isdigit() else device, "output")
    except (ValueError, sounddevice.PortAudioError) as error:
        said = " ".join(str(error).split())
        raise InputError(
            f"--device {device!r}: {said}: `jackrf listen --device list` shows what there is"
        ) from None


class Card:
    """A receiver that plays on a sound card.

    Args:
        receiver: the compiled receiver's memory.
        device: number of a card, or part of its name.
        period: frames that PortAudio asks for at once; 0 leaves it to PortAudio.

    Raises:
        InputError: there is no such card, or it does not take the receiver's rate.
        JackrfError: PortAudio is not installed.
    """

    def __init__(self, receiver: Receiver, device: str, period: int) -> None:
        sounddevice = _sounddevice()
        found = _find(device)
        arrays = lay_out({"card": (compiled.CARD, (1,)), "sides_at": (np.float32, (2, MAX_PERIOD))})
        self._arrays, self._receiver = arrays, receiver
        self._card = arrays["card"]
        self._card["reception_at"] = receiver.context_address
        self._card["sides_at"] = address(arrays["sides_at"])
        self._card["channels"] = channels = min(2, int(found["max_output_channels"]))
        self.name = str(found["name"])
        samplerate = int(receiver.reception["samplerate"][0])
        ffi = sounddevice._ffi  # noqa: SLF001 - casts need the library's own types
        try:
            self._stream = sounddevice._StreamBase(  # noqa: SLF001 - see the module's docstring
                "output",
                samplerate=samplerate,
                blocksize=period,
                device=found["index"],
                channels=channels,
                dtype="float32",
                latency="low",
                callback=ffi.cast("PaStreamCallback *", compiled.receive_to_card.address),
                userdata=ffi.cast("void *", address(self._card)),
            )
        except sounddevice.PortAudioError as error:
            raise InputError(
                f"--device {device!r} cannot play {samplerate} Hz, {channels} channels "
                f"({' '.join(str(error.args[0]).split())}): name another one, or stop what uses it"
            ) from None

    def start(self) -> None:
        """Begin to play.

        Raises:
            JackrfError: the card refuses.
        """
        sounddevice = _sounddevice()
        try:
            self._stream.start()
        except sounddevice.PortAudioError as error:
            said = " ".join(str(error.args[0]).split())
            raise JackrfError(f"{self.name} cannot be started ({said}): is it in use?") from None

    @property
    def latency(self) -> float:
        """Seconds from the callback to the ear, as PortAudio knows it."""
        return float(self._stream.latency)

    @property
    def period(self) -> int:
        """Frames of the longest period lately; 0 before the first."""
        return int(self._receiver.reception["longest"][0])

    @property
    def underflows(self) -> int:
        """Periods that came too late for the card."""
        return int(self._card["underflows"][0])

    @property
    def playing(self) -> bool:
        """Whether the card still takes audio: a card that is unplugged does not."""
        return bool(self._stream.active)

    def close(self) -> None:
        """Stop playing and let the card go."""
        self._stream.close()
