"""RTP as jackrf speaks it: packets, sequence numbers, streams and their SDP. No I/O, no clock."""
