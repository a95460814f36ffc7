"""Timestamps from one server to the next, on a real server's frames."""

import time
from contextlib import closing

import pytest

from jackrf.client import JackClient, PortName
from jackrf.engine import Engine, Stream
from jackrf.graph.joining import join, part
from jackrf.rtp.sequence import distance
from jackrf.rtp.timeline import MODULUS, Timeline
from jackrf.testing import DummyJack

pytestmark = pytest.mark.system

OFFSET = 4_000_000_000
PATIENCE = 10.0
"""Seconds that opening a client may take on a busy machine."""
NAME = PortName("Ear", 1, "Mix 1 Ear")


def stamped(timeline: Timeline, server: DummyJack) -> int:
    """Open a client, join, and return what a packet of now would be stamped with."""
    engine = Engine(0, [Stream(1, OFFSET, 96, 2, None)], server.samplerate)
    with closing(JackClient("jackrf-join", server.name)) as client:
        engine.context["client"] = client.pointer
        port = client.add_output("mix_01_l", NAME), client.add_output("mix_01_r", NAME)
        engine.mixes["left_port"], engine.mixes["right_port"] = port
        client.install(engine.callback, engine.context_address, engine)
        client.activate()
        join(timeline, client, engine)
        return (client.frame_time + int(engine.mixes["timestamp_offset"][0])) % MODULUS


def test_the_first_server_is_joined_as_it_is(dummy_jack: DummyJack) -> None:
    """Its frame time and the stream's own offset, as docs/wire-format.md says."""
    timeline = Timeline()
    with closing(JackClient("jackrf-time", dummy_jack.name)) as other:
        other.activate()
        stamp = stamped(timeline, dummy_jack)
        passed = distance(other.frame_time, (stamp - OFFSET) % MODULUS, 32)
    assert 0 <= passed < PATIENCE * dummy_jack.samplerate
    assert timeline.shift == 0


def test_a_later_server_is_joined_to_the_last_one(dummy_jack: DummyJack) -> None:
    """The last one was at frame 1,000,000 two seconds ago."""
    timeline = Timeline()
    timeline.note(1_000_000, time.monotonic() - 2.0)
    stamp = stamped(timeline, dummy_jack)
    passed = distance(stamp, (1_000_000 + OFFSET) % MODULUS, 32) / dummy_jack.samplerate
    assert 2.0 <= passed < 2.0 + PATIENCE


def test_the_last_period_is_where_the_next_server_goes_on(dummy_jack: DummyJack) -> None:
    """It was frame 5,000,000 three seconds ago."""
    timeline = Timeline()
    engine = Engine(0, [], dummy_jack.samplerate)
    engine.context["frame_time"] = 5_000_000
    engine.context["cycle_ns"] = round((time.monotonic() - 3.0) * 1e9)
    part(timeline, engine)
    stamp = stamped(timeline, dummy_jack)
    passed = distance(stamp, (5_000_000 + OFFSET) % MODULUS, 32) / dummy_jack.samplerate
    assert 3.0 <= passed < 3.0 + PATIENCE


def test_who_never_was_called_leaves_nothing_to_go_on_from(dummy_jack: DummyJack) -> None:
    """Nor who has no engine: the next server is joined as it is."""
    timeline = Timeline()
    part(timeline, None)
    part(timeline, Engine(0, [], dummy_jack.samplerate))
    stamped(timeline, dummy_jack)
    assert timeline.shift == 0
