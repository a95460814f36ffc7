"""Writes the golden packets beside it: `python tests/packets/write.py`.

They were put down by hand from RFC 3550, RFC 3551, RFC 3190 and RFC 8285, byte by byte, and owe
nothing to jackrf. `tests/rtp/test_packet.py` says what is in each, and `test_rtcp.py` for `rtcp-*`;
the two `sent-*` are what the compiled sender has to make of a sound that
`tests/realtime/test_transmit.py` gives it.
"""

from pathlib import Path

FOLDER = Path(__file__).parent

PACKETS = {
    # V=2 PT=96, sequence, timestamp, SSRC; two frames: 1 and -1, largest and smallest
    "l16": "80 60 0102 03040506 0708090a  0001 ffff  7fff 8000",
    # the same in L24, with the marker and every number at its end
    "l24": "80 e1 ffff ffffffff f09fe4a3  000001 ffffff  7fffff 800000",
    # X: profile 0xbede, one word; in it element 1 of one byte (RFC 8285), padded
    "extension": "90 60 0001 00000080 0000abcd  bede 0001 10aa0000  1234 5678",
    # two contributing sources
    "contributors": "82 60 0002 00000100 0000abcd  11111111 22222222  1234 5678",
    # P: four octets of padding, the last of which says so
    "padding": "a0 60 0003 00000180 0000abcd  1234 5678  00000004",
    # P, X and CC=1 together, an extension of no words
    "everything": "b1 e1 0004 00000200 0000abcd  33333333  1000 0000  000100 fffe00  0002",
    # a header alone
    "empty": "80 60 0005 00000280 0000abcd",
    # X M PT=96, clock and age; 0.5 0.25, -0.5 -1, 1 (saturated) -2 (saturated), 2**-15 0
    "sent-l16": "90 e0 fffe 3d59c4c9 f09fe4a3  bede 0002 16 0badcafe 000000"
    "  4000 2000  c000 8000  7fff 8000  0001 0000",
    # X M PT=97; the same sound
    "sent-l24": "90 e1 fffe 3d59c4c9 f09fe4a3  bede 0002 16 0badcafe 000000"
    "  400000 200000  c00000 800000  7fffff 800000  000100 000000",
    # SR of one block: SSRC, NTP, timestamp, packets, octets; then SSRC, 1/4 lost, -2 in all,
    # cycle 1 of 0xfffe, jitter, LSR, DLSR; and an SDES: CNAME "a@b", three zeros
    "rtcp-sender": "81 c8 000c f09fe4a3 e8c4d2a1 80000000 00000080 00000010 00000400"
    "  0000abcd 40 fffffe 0001fffe 00000030 d2a18000 00010000"
    "  81 ca 0003 f09fe4a3 01 03 614062 00 0000",
    # RR without a block, an SDES whose NOTE stands before the CNAME "drums", a BYE with a reason
    "rtcp-leave": "80 c9 0001 0000abcd"
    "  81 ca 0004 0000abcd 07 02 6869 01 05 6472756d73 00"
    "  81 cb 0002 0000abcd 03 656e64",
    # RR of one block with 4 octets of a profile behind it, an APP, and a padded BYE of two
    "rtcp-alien": "81 c9 0008 0000abcd f09fe4a3 00 000000 00000001 00000000 00000000 00000000"
    " deadbeef  80 cc 0002 0000abcd 74657374  a2 cb 0003 00000001 00000002 00000004",
}


def octets(name: str) -> bytes:
    """The bytes of a golden packet."""
    return bytes.fromhex(PACKETS[name])


if __name__ == "__main__":
    for name in PACKETS:
        (FOLDER / f"{name}.bin").write_bytes(octets(name))
