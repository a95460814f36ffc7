"""The life of a receiver, part by part."""
