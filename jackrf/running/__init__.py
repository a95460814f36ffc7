"""The life of a running session: opened, changed, kept, saved, its scenes recalled, closed.

* `run`: from the file to the fade-out; `making` is what it makes of the file, `services` whatever
  it serves
* JACK: `heeding` `watching`
* listeners: `tending` `reporting` `network` `identifying`
* what is kept: `keeper` `resuming` `saving`, and `session_surfaces`, which surfaces see of it
* scenes: `scenes` `recalling` `scene_surfaces`
"""
