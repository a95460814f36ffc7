"""A desk among other clients."""
