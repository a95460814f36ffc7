"""Tests on a real JACK server."""
