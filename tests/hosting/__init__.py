"""Life under a session manager."""
