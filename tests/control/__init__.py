"""Tests of the control socket, with real sockets and hostile peers."""
