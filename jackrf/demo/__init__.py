"""``jackrf demo``: a synthetic band heard through jackrf, with no sound card, no JACK running.

* `show`: the whole of it, on a `stage`, as `script` says, watched in a `view`
* programs on that stage: `band` plays `song`, `recorder` records; `clients` is what they share
* `measure` `findings` `report` `plot`: what was heard, and whether it is right
"""
