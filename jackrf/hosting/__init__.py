"""Life under a session manager: opened, switched without a gap, saved, closed.

* `hosted`: `jackrf` as a session manager starts it
* `guest`: the session that it has opened; `handover` to the next one
* `absence`: who should hear a mix and does not
"""
