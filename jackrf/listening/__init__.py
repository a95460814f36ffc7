"""The life of a receiver: where it plays, what it shows, writes and reports. `jackrf listen`."""
