"""A desk in a real patchbay: JACK's own small programs rename, connect and disconnect."""

import contextlib
import fcntl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from queue import Empty

import jack
import pytest

from jackrf.client import JackClient
from jackrf.desk import Desk, MixPlan
from jackrf.mixer import Mix, Mixer, Strip
from jackrf.parameters import Place, Value
from jackrf.patchbay.ports import PortName
from jackrf.patchbay.wishes import SETTLE_SECONDS
from jackrf.testing import DummyJack

pytestmark = pytest.mark.system

NAME = "jackrf-patch"
KICK = Place(None, "kick", "connect")
SECONDS = 10.0
"""How long anything may take on a busy machine."""


class Room:
    """The desk, and the programs that a person has in the same graph."""

    def __init__(self, desk: Desk, server: DummyJack) -> None:
        self.desk = desk
        self.server = server

    @property
    def client(self) -> JackClient:
        """The desk's."""
        assert self.desk.client is not None
        return self.desk.client

    def run(self, *command: str) -> None:
        """Run one of JACK's programs."""
        surroundings = self.server.environment
        subprocess.run(command, env=surroundings, check=True, capture_output=True, timeout=20)

    def rename(self, short: str, name: str) -> None:
        """Rename a port as patchbays do: by its metadata."""
        key = jack.METADATA_PRETTY_NAME
        self.run("jack_property", "--set", "--port", f"{NAME}:{short}", key, name, "text/plain")

    def follow(self, condition: Callable[[], bool]) -> None:
        """Hear JACK until something is true."""
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < deadline
            with contextlib.suppress(Empty):
                self.desk.hear(self.client.events.get(timeout=0.02))
            self.desk.settle()

    def become_quiet(self) -> int:
        """Hear JACK until it has nothing to tell but of xruns; return how much there was."""
        heard, quiet = 0, time.monotonic() + 0.3
        while time.monotonic() < quiet:
            with contextlib.suppress(Empty):
                event = self.client.events.get(timeout=max(0.0, quiet - time.monotonic()))
                self.desk.hear(event)
                if event.kind != "xrun":
                    heard, quiet = heard + 1, time.monotonic() + 0.3
        return heard

    def fall_behind(self) -> None:
        """Have JACK tell more than is kept until somebody reads: all that follows is missed."""
        fcntl.fcntl(self.client.events.fileno(), fcntl.F_SETPIPE_SZ, 4096)
        with closing(JackClient("babbler", self.server.name)) as babbler:
            babbler.activate()
            for number in range(100):
                babbler.add_output(f"out_{number}", PortName("Out", 1, "Out"))

    def shown(self) -> list[str]:
        """What people read of the ports."""
        shorts = ("in_01", "mix_01_l", "mix_01_r")
        return [self.client.shown(f"{NAME}:{short}") for short in shorts]

    def names(self) -> tuple[str, str]:
        """What the desk calls them."""
        return self.desk.mixer.strips[0].name, self.desk.mixer.mixes[0].name

    def wanted(self, place: Place = KICK) -> list[str]:
        """The wishes at a place."""
        return list(self.desk.patchbay.wishes.wanted[place])


@pytest.fixture
def room(dummy_jack: DummyJack) -> Iterator[Room]:
    """A desk with one input and one mix, open."""
    mixer = Mixer([Strip("kick", "Kick")], [Mix("anna", "Anna")])
    wanted = {KICK: ["system:capture_1", "late:out"]}
    with closing(Desk("Test", mixer, wanted, {"anna": MixPlan((), "L16", None)})) as desk:
        desk.open(NAME, dummy_jack.name)
        yield Room(desk, dummy_jack)


def test_a_port_that_is_renamed_renames_the_strip_or_mix(room: Room) -> None:
    """And those who watch the desk hear of it; of a mix, the other port follows."""
    told: list[tuple[Mapping[Place, Value], str]] = []
    room.desk.watch(lambda changed, by: told.append((changed, by)))
    room.rename("in_01", "Boom (Jo)")
    room.follow(lambda: room.names() == ("Boom (Jo)", "Anna"))
    room.rename("mix_01_r", "Ben right")
    room.follow(lambda: room.names() == ("Boom (Jo)", "Ben"))
    assert room.shown() == ["Boom (Jo)", "Ben left", "Ben right"]
    assert told == [
        ({Place(None, "kick", "name"): "Boom (Jo)"}, "JACK"),
        ({Place("anna", None, "name"): "Ben"}, "JACK"),
    ]


def test_a_strip_or_mix_that_is_renamed_renames_its_ports(room: Room) -> None:
    """By whatever surface; and the short names stay."""
    room.desk.change({Place(None, "kick", "name"): "Boom", Place("anna", None, "name"): "Ben"})
    assert room.shown() == ["Boom", "Ben left", "Ben right"]
    room.become_quiet()
    assert room.names() == ("Boom", "Ben")
    assert room.client.has_port(f"{NAME}:in_01")


def test_names_do_not_echo(room: Room) -> None:
    """Our own writing comes back from JACK, finds nothing to do, and all is quiet."""
    room.become_quiet()
    room.desk.change({Place("anna", None, "name"): "Ben"})
    assert 0 < room.become_quiet() <= 4
    revision = room.desk.revision
    assert room.become_quiet() == 0
    assert room.desk.revision == revision


def test_a_name_that_no_strip_can_have_is_shown_no_longer(room: Room) -> None:
    """The port is called as before; who takes the name away sees the short one."""
    for wrong in ("x" * 65, "two\nlines", "   "):
        room.rename("in_01", wrong)
        room.follow(lambda: room.shown()[0] == "Kick")
    room.rename("mix_01_l", "Anna")
    room.follow(lambda: room.shown()[1] == "Anna left")
    key = jack.METADATA_PRETTY_NAME
    room.run("jack_property", "--delete", "--port", f"{NAME}:in_01", key)
    room.become_quiet()
    assert room.shown()[0] == ""
    assert room.names() == ("Kick", "Anna")
    room.desk.change({Place(None, "kick", "name"): "Boom"})
    assert room.shown()[0] == "Boom"


def test_what_a_person_connects_and_disconnects_is_and_is_no_wish(room: Room) -> None:
    """At an input and at a mix, by JACK's own programs."""
    left = Place("anna", None, "connect_left")
    room.run("jack_connect", f"{NAME}:mix_01_l", "system:playback_1")
    room.follow(lambda: room.wanted(left) == ["system:playback_1"])
    room.run("jack_disconnect", "system:capture_1", f"{NAME}:in_01")
    room.follow(lambda: room.wanted() == ["late:out"])
    room.run("jack_disconnect", f"{NAME}:mix_01_l", "system:playback_1")
    room.follow(lambda: room.wanted(left) == [])


def test_a_port_that_is_renamed_while_connected_is_followed(room: Room) -> None:
    """As jack_mixer does with its channels: the connection stays, and so does the wish."""
    with closing(JackClient("mixer", room.server.name)) as mixer:
        mixer.add_output("channel 1", PortName("One", 1, "Out"))
        mixer.activate()
        room.run("jack_connect", "mixer:channel 1", f"{NAME}:in_01")
        room.follow(lambda: "mixer:channel 1" in room.wanted())
        mixer._client.outports[0].shortname = "vocals"
        room.follow(lambda: room.wanted()[-1] == "mixer:vocals")
        assert "mixer:channel 1" not in room.wanted()


@pytest.mark.parametrize("ending", ["closes", "deactivates", "is killed"])
def test_a_program_that_goes_keeps_its_wish(room: Room, ending: str) -> None:
    """However it goes: JACK tells of its broken connection first, and nobody has wished that."""
    before = room.wanted()
    with late(room.server, ending) as go:
        room.follow(lambda: room.client.connections("in_01")[-1:] == ["late:out"])
        go()
        room.follow(lambda: room.client.connections("in_01") == ["system:capture_1"])
        settled = time.monotonic() + 1.5 * SETTLE_SECONDS
        room.follow(lambda: time.monotonic() > settled)
    assert room.wanted() == before


@contextlib.contextmanager
def late(server: DummyJack, ending: str) -> Iterator[Callable[[], object]]:
    """The client ``late``; what is yielded makes it go."""
    if ending == "is killed":
        program = subprocess.Popen([sys.executable, "-c", LATE, server.name])
        try:
            yield program.kill
        finally:
            program.kill()
            program.wait()
        return
    with closing(JackClient("late", server.name)) as client:
        client.add_output("out", PortName("Out", 1, "Out"))
        client.activate()
        yield client.close if ending == "closes" else client._client.deactivate


def test_what_was_missed_is_read_from_the_graph(room: Room) -> None:
    """Connections that somebody made, ports that came, and names: as if all had been heard. What
    was wished for and is connected stays so.
    """
    told: list[str] = []
    room.desk.watch(lambda _, by: told.append(by))
    room.become_quiet()
    room.fall_behind()
    room.run("jack_connect", "system:capture_2", f"{NAME}:in_01")
    room.run("jack_connect", f"{NAME}:mix_01_r", "system:playback_2")
    room.rename("in_01", "Boom")
    room.rename("mix_01_l", "Ben left")
    with late(room.server, "closes"):
        assert "missed" in kinds(room)
        assert room.wanted() == ["system:capture_1", "late:out", "system:capture_2"]
        assert room.wanted(Place("anna", None, "connect_right")) == ["system:playback_2"]
        assert set(room.client.connections("in_01")) == set(room.wanted())
        assert room.names() == ("Boom", "Ben")
        assert room.shown() == ["Boom", "Ben left", "Ben right"]
        assert told == ["JACK", "JACK"]
        settled = time.monotonic() + 1.5 * SETTLE_SECONDS
        room.follow(lambda: time.monotonic() > settled)
        assert len(room.wanted()) == 3
    assert room.wanted() == ["system:capture_1", "late:out", "system:capture_2"]


def test_a_port_that_went_unheard_is_wished_for(room: Room) -> None:
    """Be it told or not that its connection broke first: nobody has disconnected it."""
    with late(room.server, "closes") as go:
        room.follow(lambda: room.client.connections("in_01")[-1:] == ["late:out"])
        room.become_quiet()
        room.fall_behind()
        go()
        kinds(room)
    assert room.wanted() == ["system:capture_1", "late:out"]
    with late(room.server, "closes"):
        room.follow(lambda: room.client.connections("in_01")[-1:] == ["late:out"])


def test_a_name_after_one_that_was_missed_is_a_persons(room: Room) -> None:
    """Our own writing is not told then; what somebody writes right after it is not taken for it."""
    room.become_quiet()
    room.fall_behind()
    room.desk.change({Place(None, "kick", "name"): "Boom"})
    kinds(room)
    room.rename("in_01", "Snare")
    room.follow(lambda: room.names() == ("Snare", "Anna"))


def kinds(room: Room) -> list[str]:
    """Hear all that is there at once; return which kinds of events that were."""
    found: list[str] = []
    with contextlib.suppress(Empty):
        while True:
            event = room.client.events.get_nowait()
            found.append(event.kind)
            room.desk.hear(event)
    return found


LATE = """
import jack, sys, time
client = jack.Client("late", servername=sys.argv[1], no_start_server=True)
client.outports.register("out")
client.activate()
time.sleep(60)
"""
