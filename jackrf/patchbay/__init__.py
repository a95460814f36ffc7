"""Our ports among all others: their names for people, and what they are to be connected to."""
