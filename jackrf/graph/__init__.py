"""Our place in JACK's graph: how a client gets in, and whether it is called.

* `opening`: under exactly its name; `binding`: its compiled callbacks
* `notices`: what JACK tells
* `alarm` `watchdog`: whether JACK calls; `states` are the words for it
* `joining`: timestamps from one server to the next
"""
