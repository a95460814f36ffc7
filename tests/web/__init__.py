"""Tests of the web page: its server's parts, and its scripts in Node."""
