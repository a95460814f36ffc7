"""RTP as jackrf speaks it: packets, sequence arithmetic, streams and their SDP. No I/O, no clock."""
