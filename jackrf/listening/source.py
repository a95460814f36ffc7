"""Where a stream comes from: an address, an SDP file or a server becomes sockets that hear it."""

import ipaddress
import socket
from dataclasses import dataclass, replace
from pathlib import Path

from jackrf.destinations import Destination, parse_url
from jackrf.errors import InputError
from jackrf.receiver import MAX_DELAY_MS, Format, open_socket
from jackrf.rtp.sdp import Offer, SdpError, parse
from jackrf.rtp.stream import PAYLOADS
from jackrf.rtsp.dialogue import parse_target
from jackrf.rtsp.tuner import Tuner
from jackrf.rtsp.unsealing import Unsealing
from jackrf.srtp.library import check_library

SDP_MOST = 65536
"""Bytes of a file that are read as SDP; real ones have some hundreds."""


@dataclass(slots=True)
class Source:
    """A stream that is listened to, with its sockets.

    Attributes:
        words: the address or file, as the user wrote it, without a PIN.
        hearing: bound, non-blocking; packets come here, and the callback alone takes them.
        reports: RTCP beside it, non-blocking; None where its port is taken.
        offer: what an SDP says of the stream, None where packets alone tell.
        form: of the stream, as far as it is known beforehand.
        delay_ms: wanted from a frame's own time to its being played; None for the least.
        max_delay_ms: that the delay never exceeds.
        tuner: that has the stream sent here, where it is heard by RTSP.
        unsealing: before both sockets where the stream is encrypted, and no tuner has one.
    """

    words: str
    hearing: socket.socket
    reports: socket.socket | None
    offer: Offer | None
    form: Format
    delay_ms: float | None = None
    max_delay_ms: float = MAX_DELAY_MS
    tuner: Tuner | None = None
    unsealing: Unsealing | None = None

    @property
    def told(self) -> Offer | None:
        """What was said of the stream last: a server may say another thing when it comes back."""
        return self.offer if self.tuner is None else self.tuner.offer

    @property
    def is_multicast(self) -> bool:
        """Whether others hear the same packets."""
        return ipaddress.ip_address(self.hearing.getsockname()[0].partition("%")[0]).is_multicast

    def renew(self) -> bool:
        """Take in what was said of the stream last; return whether it is another one to play."""
        offer = self.told
        if offer is None:
            return False
        form = replace(self.form, channels=offer.channels, rate=offer.samplerate)
        changed, self.form = form != self.form, form
        return changed

    def close(self) -> None:
        """Leave the mix and close both sockets; not before the callback is done with them."""
        if self.tuner is not None:
            self.tuner.close()
        if self.unsealing is not None:
            self.unsealing.close()
        self.hearing.close()
        if self.reports is not None:
            self.reports.close()


def open_source(words: str, encoding: str) -> Source:
    """Listen to what a URL or an SDP file names.

    Args:
        words: ``udp://ADDRESS:PORT``, ``rtsp://HOST:PORT/MIX``, or the path of a file.
        encoding: L16, L24, or auto.

    Raises:
        InputError: it is none of these, the port is in use, or the address is not this machine's.
        JackrfError: nobody answers by RTSP.
    """
    sample_bytes = _sample_bytes(encoding)
    if words.startswith(("rtsp://", "rtspt://")):
        return _tune_in(words, sample_bytes)
    offer = None
    if "://" in words:
        place = parse_url(words)
    else:
        offer = _read_offer(Path(words))
        if offer.crypto is not None:
            check_library(words)
        place = _place(words, offer)
    hearing = open_socket(place)
    rtcp_port = place.port + 1 if offer is None else offer.rtcp_port
    form = Format(sample_bytes) if offer is None else _format(offer, sample_bytes)
    reports = _open_reports(place, rtcp_port)
    if offer is None or offer.crypto is None:
        return Source(words, hearing, reports, offer, form)
    unsealing = Unsealing(offer.crypto, hearing, reports)
    return Source(words, unsealing.hearing, unsealing.reports, offer, form, unsealing=unsealing)


def _tune_in(words: str, sample_bytes: int) -> Source:
    target = parse_target(words)
    tuner = Tuner(target)
    form = Format(sample_bytes) if tuner.offer is None else _format(tuner.offer, sample_bytes)
    # The URL is shown, and without the PIN.
    return Source(target.url, tuner.hearing, tuner.reports, tuner.offer, form, tuner=tuner)


def _format(offer: Offer, sample_bytes: int) -> Format:
    known = PAYLOADS[offer.encoding]
    # Where the payload type says it, it says so when the sender changes it, too.
    told = 0 if offer.payload_type == known.payload_type else known.sample_bytes
    return Format(sample_bytes or told, offer.channels, offer.samplerate)


def _sample_bytes(encoding: str) -> int:
    if encoding == "auto":
        return 0
    for payload in PAYLOADS.values():
        if payload.encoding == encoding:
            return payload.sample_bytes
    raise InputError(f"--encoding {encoding}: allowed are auto, {', '.join(PAYLOADS)}")


def _read_offer(path: Path) -> Offer:
    try:
        with path.open("rb") as file:
            text = file.read(SDP_MOST)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}): give udp://ADDRESS:PORT, or a file that "
            "`jackrf sdp MIX -o FILE.sdp` wrote"
        ) from None
    try:
        offer = parse(text.decode(errors="replace"))
    except SdpError as error:
        raise InputError(f"{path}: {error}") from None
    if offer.port == 0:
        raise InputError(f"{path}: the SDP has port 0: open the rtsp:// address that it is of")
    return offer


def _place(words: str, offer: Offer) -> Destination:
    """Return where to hear an offer: its group, or every address of ours.

    A unicast c= line may hold the sender's address (`jackrf.rtp.sdp`), so it says only which
    version of IP.
    """
    try:
        address = ipaddress.ip_address(offer.host)
    except ValueError:
        return Destination(words, "0.0.0.0", offer.port)  # noqa: S104 - see above
    if address.is_multicast:
        return Destination(words, offer.host, offer.port)
    return Destination(words, "0.0.0.0" if address.version == 4 else "::", offer.port)  # noqa: S104


def _open_reports(place: Destination, port: int) -> socket.socket | None:
    if not 0 < port < 1 << 16:
        return None
    try:
        return open_socket(replace(place, port=port))
    except InputError:
        # Audio is what was asked for: another program beside it has the port, and it goes on.
        return None
