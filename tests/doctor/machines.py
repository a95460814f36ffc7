"""Machines to examine."""

from pathlib import Path

from jackrf.doctor.machine import EXTRAS, Cache, Machine, Rule
from jackrf.doctor.probe import Probe, Server

SERVER = Server(samplerate=48000, period=128, realtime=True)
READY = Probe(library="1.9.21", server=SERVER, fifo=True)
NO_SERVER = Probe(library="1.9.21", server=None, fifo=True)
NO_FIFO = Probe(library="1.9.21", server=SERVER, fifo=False)
AUDIO_RULES = (Rule("@audio", "rtprio", "95"), Rule("@audio", "memlock", "unlimited"))

WELL = Machine(
    user="ada",
    systems=("ubuntu", "debian"),
    container=False,
    probe=READY,
    pipewire=None,
    programs=frozenset({"jackd", "iw"}),
    pipewire_runs=False,
    cards=("PCH",),
    rules=AUDIO_RULES,
    groups=frozenset({"ada", "audio"}),
    memlock=-1,
    cache=Cache(Path("/home/ada/.cache/jackrf/compiled/0"), lasting=True),
    governors=("performance", "performance"),
    wifi=(),
    python="/home/ada/jackrf/bin/python",
    extras=frozenset(EXTRAS),
)
"""Nothing stands in the way."""
