"""The life of a running session: opened, changed, kept, saved, its scenes recalled, closed."""
