"""`jackrf fanout`: one mix for a crowd, repeated as Opus to an engine that serves browsers.

* `frames`: packets become frames of one length, gaps and all
* `opus`: frames become Opus, by libopus through PyAV
* `packets`: Opus becomes RTP (RFC 7587)
* `repeating`: the loop from the network to the engines
"""
