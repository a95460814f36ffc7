"""SRTP (RFC 3711): encryption by libsrtp, and the relay that seals what leaves this machine.

* `library`: libsrtp, as pylibsrtp brings it
* `sealing`: one stream that is sealed on its way out
* `counters`: what became of its packets, in memory that two processes share
* `relay`: the process between the audio thread's sockets and the network

`jackrf.audience.sealing` starts the relay; `jackrf.rtsp.unsealing` opens what is heard.
"""
