"""Tests of jackrf.announcing."""
