"""Who hears which mix: sockets, the rows that the audio thread sends by, and who joins and leaves.

* `listener`: one of them, with what became of its packets
* `sockets`: made from a destination, or taken over from somebody who connected them
* `mending`: connected anew where the network, or the session, is another one
* `row`: the memory that a listener shares with the audio thread
* `table`: all listeners of a desk; `join` and `leave` at any time
* `opening`: those that a session sends to from its beginning
* `seal` `sealing`: those of encrypted mixes, by way of a relay
* `reports` `hearing`: RTCP, to them and from them
"""
