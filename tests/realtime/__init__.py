"""Tests of the compiled callbacks."""
