"""The numbers in the README, and what makes them: ``python -m bench``.

bench/README.md says which module measures what.
"""
