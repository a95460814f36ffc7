"""``jackrf demo``: a synthetic band heard through jackrf, with no sound card, no JACK running."""
