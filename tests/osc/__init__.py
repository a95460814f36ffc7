"""Tests of jackrf.osc."""
