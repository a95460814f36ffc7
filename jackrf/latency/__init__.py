"""How late the sound of one port is at another: on one JACK server, or between two machines."""
