"""Life under a session manager: opened, switched without a gap, saved, closed."""
