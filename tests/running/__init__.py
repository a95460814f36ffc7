"""The life of a running session."""
