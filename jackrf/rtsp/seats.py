"""Places at the mixes of a running desk: UDP ports, or the RTSP connection itself.

The socket of a seat is handed to the audio thread by `jackrf.audience`. Whatever else is to be
said on an interleaved connection goes through its listener from then on (`Line.write`), so that no
frame is torn.
"""

import secrets
from typing import Final

from jackrf.audience.hearing import hear
from jackrf.audience.listener import Listener
from jackrf.audience.sockets import take_datagrams, take_stream
from jackrf.desk import Desk
from jackrf.rtp.crypto import KEY_BYTES, Crypto
from jackrf.rtp.sdp import Description, serialise
from jackrf.rtp.stream import PAYLOADS, identify
from jackrf.rtsp.admission import Admission
from jackrf.rtsp.house import TRACK, RefusedError, Seat
from jackrf.rtsp.line import Line
from jackrf.rtsp.ports import pair, place
from jackrf.rtsp.refusals import Reason
from jackrf.rtsp.transport import Transport

OWNER: Final = "rtsp"
"""Of its listeners, in ``jackrf status``."""


class Stalls:
    """The house of one connection (`jackrf.rtsp.house.House`).

    Args:
        desk: that runs.
        line: the connection.
        admission: counts what cannot be had.
    """

    def __init__(self, desk: Desk, line: Line, admission: Admission) -> None:
        self._desk = desk
        self._line = line
        self._admission = admission
        self._told: tuple[str, bytes] | None = None
        self._seat: UdpSeat | InterleavedSeat | None = None

    def serve(self, desk: Desk) -> None:
        """Go on with a desk that has taken the place of the one before, and its listeners."""
        self._desk = desk
        self._line.serve(desk.audience)
        if self._seat is not None:
            self._seat.serve(desk)

    def describe(self, mix: str) -> str:
        """Return the SDP of a mix, without an address: RTSP agrees on that.

        An encrypted one has a key that is this listener's alone.
        """
        desk, crypto = self._desk, None
        if desk.client is None:
            raise RefusedError(503)
        if desk.plans[mix].key is not None:
            self._told = mix, secrets.token_bytes(KEY_BYTES)
            crypto = Crypto(self._told[1])
        here = self._line.here
        family = "::" if ":" in here else "0.0.0.0"  # noqa: S104 - says that no address is told
        return serialise(
            Description(
                name=f"{desk.name}: {desk.mixer.mixes[desk.mixer.mix_number[mix]].name}",
                identifier=identify(desk.stream_name, mix)[0],
                origin=here,
                destination=family,
                port=0,
                payload=PAYLOADS[desk.plans[mix].encoding],
                samplerate=desk.client.samplerate,
                packet_frames=desk.client.period,
                control=TRACK,
                crypto=crypto,
                plain=desk.plans[mix].plain,
            )
        )

    def seat(self, mix: str, transport: Transport) -> Seat:
        """Return a place at a mix; it hears nothing yet."""
        key = self._key_for(mix, transport)
        desk, line = self._desk, self._line
        try:
            if transport.interleaved is not None:
                self._seat = InterleavedSeat(desk, mix, line, transport.interleaved)
            else:
                self._seat = UdpSeat(desk, mix, line, transport.client_port or (0, 0), key)
        except OSError as error:
            why = error.strerror or "no port is free"
            self._admission.refuse(self._line.host, Reason.UNREACHABLE, why, mix)
            raise RefusedError(503) from None
        return self._seat

    def _key_for(self, mix: str, transport: Transport) -> bytes | None:
        """Return the key that this listener was told; None for a mix that is not encrypted."""
        if self._desk.plans[mix].key is None:
            if transport.encrypted:
                self._admission.refuse(self._line.host, Reason.TRANSPORT, mix, mix)
                raise RefusedError(461)
            return None
        told, key = self._told or ("", b"")
        if transport.interleaved is not None or told != mix:
            self._admission.refuse(self._line.host, Reason.NOT_SEALED, mix, mix)
            raise RefusedError(455 if transport.interleaved is None else 461)
        return key


def begins_at(desk: Desk, mix: str, sequence: int) -> tuple[int, int]:
    """Return the sequence number of a listener's next packet, and a mix's timestamp of now."""
    now = 0 if desk.client is None else desk.client.frame_time
    offset = identify(desk.stream_name, mix)[1] + desk.timeline.shift
    return sequence, (now + offset) & 0xFFFFFFFF


def _sealed(desk: Desk, listener: Listener, key: bytes) -> None:
    try:
        desk.audience.sealer.seal(listener, key)
    except OSError:
        listener.close()
        raise


class UdpSeat:
    """A listener over UDP: a pair of ports of ours, to a pair of the listener's.

    Args:
        desk: that runs.
        mix: its id.
        line: the connection; packets go to the host at its other end, from our address on it.
        ports: of the listener, for RTP and RTCP.
        key: by which its packets are encrypted; None for none.

    Raises:
        OSError: there is no way to it, or no pair of ports.
    """

    def __init__(
        self, desk: Desk, mix: str, line: Line, ports: tuple[int, int], key: bytes | None = None
    ) -> None:
        self.ssrc = identify(desk.stream_name, mix)[0] if key is None else None
        self._desk = desk
        self._mix = mix
        self._joined = False
        rtp, rtcp = pair(line.here, line.scope)
        # Its listener has descriptors of its own.
        with rtp, rtcp:
            rtp.connect(place(line.host, ports[0], line.scope))
            rtcp.connect(place(line.host, ports[1], line.scope))
            self.server_port = rtp.getsockname()[1], rtcp.getsockname()[1]
            host = f"[{line.host}]" if ":" in line.host else line.host
            number, plan = desk.mixer.mix_number[mix], desk.plans[mix]
            url = f"udp://{host}:{ports[0]}"
            self._listener = take_datagrams(number, rtp, url, OWNER, control=rtcp, dscp=plan.dscp)
        if key is not None:
            _sealed(desk, self._listener, key)

    def serve(self, desk: Desk) -> None:
        """Go on with a desk that has taken the place of the one before, and its listeners."""
        self._desk = desk

    @property
    def is_over(self) -> bool:
        """Whether it hears nothing any more: what sealed its packets has died."""
        return self._listener.is_gone

    def begins_at(self) -> tuple[int | None, int]:
        """Return where it begins to hear; what is sealed has other numbers, made by chance."""
        found = begins_at(self._desk, self._mix, int(self._listener.row["sequence"][0]))
        return found if self._listener.seal is None else (None, found[1])

    def play(self) -> None:
        """Have it hear the mix."""
        self._listener.paused = False
        if not self._joined:
            self._joined = True
            self._desk.audience.join(self._listener)

    def pause(self) -> None:
        """Send it nothing for now."""
        self._listener.paused = True

    def hear(self, channel: int, data: bytes) -> None:
        """Take in nothing: what is no RTSP does not come by this connection."""

    def close(self) -> None:
        """Let it go."""
        if self._joined:
            self._desk.audience.leave(self._listener)
        else:
            self._listener.close()


class InterleavedSeat:
    """A listener over the RTSP connection itself.

    Args:
        desk: that runs.
        mix: its id.
        line: the connection.
        channels: of its RTP, and of its RTCP.

    Raises:
        OSError: the connection has ended.
    """

    server_port = None

    def __init__(self, desk: Desk, mix: str, line: Line, channels: tuple[int, int]) -> None:
        self.ssrc = identify(desk.stream_name, mix)[0]
        self._desk = desk
        self._mix = mix
        self._line = line
        number, plan = desk.mixer.mix_number[mix], desk.plans[mix]
        self._listener = take_stream(
            number,
            line.socket,
            line.url,
            OWNER,
            channel=channels[0],
            control_channel=channels[1],
            dscp=plan.dscp,
        )

    def serve(self, desk: Desk) -> None:
        """Go on with a desk that has taken the place of the one before, and its listeners."""
        self._desk = desk

    @property
    def is_over(self) -> bool:
        """Whether the other end has hung up."""
        return self._listener.is_gone

    def begins_at(self) -> tuple[int, int]:
        """Return where it begins to hear."""
        return begins_at(self._desk, self._mix, int(self._listener.row["sequence"][0]))

    def play(self) -> None:
        """Have it hear the mix."""
        self._listener.paused = False
        if self._line.listener is not self._listener:
            self._line.lend(self._listener)

    def pause(self) -> None:
        """Send it nothing for now."""
        self._listener.paused = True

    def hear(self, channel: int, data: bytes) -> None:
        """Take in a frame that came on the connection, which is RTCP."""
        if channel == self._listener.control_channel:
            hear(self._desk, self._listener, data)

    def close(self) -> None:
        """Let it go."""
        if self._line.listener is self._listener:
            self._line.take_back()
        else:
            self._listener.close()
