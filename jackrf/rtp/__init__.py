"""RTP as jackrf speaks it: packets, sequence numbers, streams and their SDP. No I/O, no clock.

* `packet` `sequence` `stream`: a stream and its packets; `timeline`: over JACK's restarts
* `rtcp` `ntp` `statistics`: how sender and receivers tell each other how it goes
* `sdp` `crypto`: what players are told of a stream
"""
