"""Sessions: files that say which inputs, mixes and destinations there are; how they are read."""
