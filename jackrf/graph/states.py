"""In what state a desk is, in the words that people read (`jackrf status`, ``/jack/state``)."""

WAITING = "waiting for JACK"
RUNNING = "running"
FREEWHEEL = "freewheel"
"""A DAW exports: the graph runs as fast as it can, and nothing is sent."""
STANDING = "JACK stands still"
"""The server is there, and calls nobody: it is suspended, or its sound card hangs."""
FADING = "fading"
