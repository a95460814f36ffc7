"""``python -m jackrf`` is ``jackrf``."""

from jackrf.cli import main

main()
