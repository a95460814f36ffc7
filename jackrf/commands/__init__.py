"""What the commands of the command line do; `jackrf.cli` is their table."""
