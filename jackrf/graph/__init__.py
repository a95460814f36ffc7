"""Our place in JACK's graph: how a client gets in, and whether it is called."""
