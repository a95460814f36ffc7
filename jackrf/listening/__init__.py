"""The life of a receiver: where it plays, what it shows, writes and reports. `jackrf listen`.

* `life`: the loop; `source` is what it hears, `output` where it plays, `card` a sound card
* `figures`: what happens, each second, for `view` (a terminal), `answering` (the control socket)
  and `plotting`
* `tap` `recording`: what was heard, as a file
* `reports`: what the sender is told
"""
