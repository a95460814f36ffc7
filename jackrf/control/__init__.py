"""The control socket: how ``jackrf status``, and other programs of its owner, talk to jackrf.

A Unix stream socket that only its owner may open. Each line is one request, each answer one
line, both JSON, as many as one likes over one connection::

    {"do": "status"}                   {"ok": true, "result": {"client": "jackrf", ...}}
    {"do": "set", "mix": "keith"}      {"ok": false, "error": "no mix keith: drums, bass"}

`server` answers, `client` asks; `address` is where they meet, `lines` what they write there.

A level or gain of -inf dB is ``null``, both ways: JSON has no infinity.
"""

from jackrf.control.address import socket_path
from jackrf.control.client import ControlClient, request
from jackrf.control.server import ControlServer, Handler

__all__ = ["ControlClient", "ControlServer", "Handler", "request", "socket_path"]
