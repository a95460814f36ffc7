"""The tests: one module per module of jackrf, at the same path."""
