"""What every server of jackrf shares: who is a neighbour, PINs, limits, and how it is found.

* `networks` `interfaces` `hosts`: who is a neighbour, by which address, and under which name
* `pins` `digest`: what opens a mix; `private`: files that hold secrets
* `limits` `counters`: how often, and what was refused
* `http`: a small server
* `discovery`: how jackrf is found
"""
