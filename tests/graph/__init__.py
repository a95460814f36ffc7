"""Tests of jackrf.graph."""
