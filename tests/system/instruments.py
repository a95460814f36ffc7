"""What stands around jackrf in the graph: the player and the recorder of `jackrf.latency`."""

from jackrf.latency.instruments import Audio, Player, Recorder, Take, apart, wait_for

__all__ = ["Audio", "Player", "Recorder", "Take", "apart", "wait_for"]
