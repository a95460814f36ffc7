"""How late the sound of one port is at another: on one JACK server, or between two machines.

* `measuring`: on one server; `between` and `answerer`: from one machine to another
* `chirps`: what is played, and found again
* `instruments`: a player and a recorder; `frame_clock` puts them on the machine's clock
* `clocks`: how far two machines' clocks are apart
"""
