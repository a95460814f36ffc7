"""Tests of SRTP."""
