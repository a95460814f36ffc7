"""Tests of packets and payloads."""
