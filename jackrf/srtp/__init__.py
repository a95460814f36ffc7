"""SRTP (RFC 3711): encryption by libsrtp, the relay that seals, and the thread that opens.

* `library`: libsrtp, as pylibsrtp brings it
* `sealing`: one stream that is sealed on its way out
* `counters`: what became of its packets, in memory that two processes share
* `relay`: the process between the audio thread's sockets and the network
* `opening`: the thread between the network and `jackrf listen`
"""
