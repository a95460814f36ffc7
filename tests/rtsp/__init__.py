"""Tests of jackrf.rtsp."""
