"""From what the user wrote to sockets that hear it."""

import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from jackrf.errors import InputError
from jackrf.listening.source import open_source
from jackrf.receiver import Format
from jackrf.rtp.crypto import Crypto
from jackrf.srtp.library import Sealer
from tests.srtp.test_library import KEY, PACKET
from tests.system.running import free_port

SDP = (
    "v=0\r\ns=Drums\r\nc=IN IP4 {host}\r\nm=audio {port} RTP/AVP 97\r\na=rtpmap:97 L24/44100/6\r\n"
)


def write(folder: Path, host: str, port: int, more: str = "") -> str:
    """The path of an SDP file."""
    path = folder / "mix.sdp"
    path.write_text(SDP.format(host=host, port=port) + more)
    return str(path)


def test_an_address_is_heard_with_its_reports_beside_it() -> None:
    """RTP on the port, RTCP on the next one; the format is the packets' to tell."""
    port = free_port()
    with closing(open_source(f"udp://127.0.0.1:{port}", "auto")) as source:
        assert source.hearing.getsockname() == ("127.0.0.1", port)
        assert source.reports is not None
        assert source.reports.getsockname() == ("127.0.0.1", port + 1)
        assert (source.offer, source.form, source.is_multicast) == (None, Format(), False)


def test_an_encoding_can_be_said() -> None:
    """For packets whose payload type does not."""
    with closing(open_source(f"udp://127.0.0.1:{free_port()}", "L24")) as source:
        assert source.form == Format(3)


@pytest.mark.parametrize("host", ["192.0.2.1", "127.0.0.1", "stage.example"])
def test_a_unicast_sdp_is_heard_on_every_address(tmp_path: Path, host: str) -> None:
    """Its c= line may name the sender; what it says of the packets is taken."""
    port = free_port()
    with closing(open_source(write(tmp_path, host, port), "auto")) as source:
        assert source.hearing.getsockname() == ("0.0.0.0", port)  # noqa: S104
        assert source.form == Format(0, 6, 44100)


def test_a_payload_type_that_says_its_encoding_is_believed(tmp_path: Path) -> None:
    """Whatever the sender changes it to, it is no noise; another one's is as its SDP says."""
    path = Path(write(tmp_path, "127.0.0.1", free_port()))
    path.write_text(path.read_text().replace("97", "96"))
    with closing(open_source(str(path), "auto")) as source:
        assert source.form == Format(3, 6, 44100)


def test_another_rate_is_taken_in(tmp_path: Path) -> None:
    """Once, where a server says it; a file says the same for ever, and packets say nothing."""
    for words in (write(tmp_path, "127.0.0.1", free_port()), f"udp://127.0.0.1:{free_port()}"):
        with closing(open_source(words, "auto")) as source:
            assert not source.renew()
            assert source.offer is None or source.form == Format(0, 6, 44100)
    with closing(open_source(write(tmp_path, "127.0.0.1", free_port()), "auto")) as source:
        assert source.offer is not None
        source.offer = replace(source.offer, samplerate=48000)
        assert [source.renew(), source.renew()] == [True, False]
        assert source.form == Format(0, 6, 48000)


def test_an_ipv6_sdp(tmp_path: Path) -> None:
    """Every address of that version."""
    port = free_port()
    text = write(tmp_path, "x", port)
    Path(text).write_text(Path(text).read_text().replace("IP4 x", "IP6 fd00::1"))
    with closing(open_source(text, "auto")) as source:
        assert source.hearing.getsockname()[:2] == ("::", port)


def test_a_multicast_sdp_joins_the_group(tmp_path: Path) -> None:
    """On the port that the SDP names for reports, those too (RFC 3605)."""
    port = free_port()
    path = write(tmp_path, "239.1.2.3/4", port, f"a=rtcp:{port + 9}\r\n")
    with closing(open_source(path, "auto")) as source:
        assert source.hearing.getsockname() == ("239.1.2.3", port)
        assert source.reports is not None
        assert source.reports.getsockname()[1] == port + 9
        assert source.is_multicast


def test_a_taken_port_for_reports_is_no_reason_to_stop() -> None:
    """Audio is what was asked for."""
    port = free_port()
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", port + 1))
        with closing(open_source(f"udp://127.0.0.1:{port}", "auto")) as source:
            assert source.reports is None


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    """A file that is not there, is no SDP, has no port; a port that is taken."""
    with pytest.raises(
        InputError, match=r"nothing.sdp cannot be read .*jackrf sdp MIX -o FILE.sdp"
    ):
        open_source(str(tmp_path / "nothing.sdp"), "auto")
    with pytest.raises(InputError, match=r"mix.sdp: the SDP has port 0: open the rtsp://"):
        open_source(write(tmp_path, "127.0.0.1", 0), "auto")
    path = tmp_path / "letter.sdp"
    path.write_text("Dear all")
    with pytest.raises(InputError, match=r"letter.sdp: no SDP: its first line is 'Dear all'"):
        open_source(str(path), "auto")
    with pytest.raises(InputError, match="--encoding MP3: allowed are auto, L16, L24"):
        open_source("udp://127.0.0.1:5004", "MP3")


def test_an_encrypted_sdp_is_heard_opened(tmp_path: Path) -> None:
    """By the key that stands in it; without libsrtp one line says what is missing."""
    port = free_port()
    path = write(tmp_path, "127.0.0.1", port, f"a=crypto:{Crypto(KEY).line()}\r\n")
    with (
        closing(open_source(path, "auto")) as source,
        socket.socket(type=socket.SOCK_DGRAM) as sender,
    ):
        assert source.form == Format(0, 6, 44100)
        sender.sendto(Sealer(Crypto(KEY)).packet(PACKET), ("127.0.0.1", port))
        source.hearing.settimeout(5.0)
        assert source.hearing.recv(2048) == PACKET


def test_without_libsrtp_an_encrypted_sdp_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any socket is opened."""
    monkeypatch.setattr("jackrf.srtp.library.find_spec", lambda _: None)
    path = write(tmp_path, "127.0.0.1", free_port(), f"a=crypto:{Crypto(KEY).line()}\r\n")
    with pytest.raises(InputError, match=r"mix.sdp is encrypted, .*jackrf\[srtp\]"):
        open_source(path, "auto")
