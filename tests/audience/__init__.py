"""Tests of jackrf.audience."""
