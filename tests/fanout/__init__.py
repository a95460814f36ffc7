"""Tests of jackrf fanout."""
