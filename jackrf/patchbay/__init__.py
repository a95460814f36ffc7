"""Our ports among all others: their names for people, and what they are to be connected to.

* `patchbay`: all of it, of one desk; `ports` are its ports
* `names` `metadata`: what people read of them, both ways
* `wishes`: the connections that are wanted
* `patience`: calls of JACK's that may never come back
"""
