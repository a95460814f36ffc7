"""What the commands do, a module for each; `jackrf.cli` and each `*_table` here are their table."""
