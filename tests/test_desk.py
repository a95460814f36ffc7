"""The desk: a mixer's model joined to JACK, the engine and the listeners, on a real server."""

import math
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from jackrf.client import Event, JackClient, PortName
from jackrf.desk import MOST_SINGLE_SENDS, Desk, MixPlan
from jackrf.errors import InputError, JackServerError
from jackrf.graph.states import FREEWHEEL, RUNNING
from jackrf.mixer import MAX_STRIPS, Mix, Mixer, Send, Strip
from jackrf.parameters import Place, Value
from jackrf.rtp.stream import identify
from jackrf.testing import DummyJack
from tests.system.instruments import wait_for

NAME = "jackrf-desk"


def mixer() -> Mixer:
    """Two inputs, two mixes."""
    strips = [Strip("kick", "Kick"), Strip("vox", "Vox", trim=3.0)]
    drums = Mix("drums", "Drums", sends={"kick": Send(-6.0), "vox": Send(-12.0, pan=0.5)})
    return Mixer(strips, [drums, Mix("anna", "Anna", sends={"vox": Send(0.0)})])


def make(*urls: str, name: str = "Test", wish: str = "system:capture_1") -> Desk:
    """A desk whose first mix is sent to these places."""
    plans = {"drums": MixPlan(urls, "L24", -1.0), "anna": MixPlan((), "L16", None)}
    return Desk(name, mixer(), {Place(None, "kick", "connect"): [wish]}, plans)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk without listeners, not opened."""
    with closing(make()) as desk:
        yield desk


def gains(desk: Desk) -> NDArray[np.float32]:
    """The amplitudes that the audio thread has reached, shape (4, 2)."""
    assert desk.engine is not None
    return np.array(desk.engine._arrays["gains_at"])


def descriptors() -> int:
    """How many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def test_it_waits_for_jack(desk: Desk) -> None:
    """Before it is opened it has levels, no client and no meters; closing it is in order."""
    assert (desk.state, desk.client, desk.engine) == ("waiting for JACK", None, None)
    assert desk.levels().inputs == [0.0, 0.0]
    assert [meters.limiter for meters in desk.levels().mixes] == [1.0, 1.0]
    assert desk.settle() is None
    desk.fade_out()
    desk.hear(Event("xrun"))
    assert desk.xruns == 0


def test_a_destination_that_cannot_be_reached_leaves_no_socket() -> None:
    """The second URL is refused: the socket to the first one is closed again."""
    before = descriptors()
    with pytest.raises(InputError, match=r"udp://255\.255\.255\.255:5004"):
        make("udp://127.0.0.1:5004", "udp://255.255.255.255:5004")
    assert descriptors() == before


def test_closing_closes_every_socket() -> None:
    """Two listeners, each with a socket for packets and one for RTCP; none is left."""
    before = descriptors()
    desk = make("udp://127.0.0.1:5004", "udp://127.0.0.1:5006")
    assert descriptors() == before + 4
    desk.close()
    desk.close()
    assert descriptors() == before


@pytest.mark.system
def test_without_a_server_it_goes_on_waiting(desk: Desk) -> None:
    """No server: an error, and everything as before."""
    with pytest.raises(JackServerError):
        desk.open(NAME, "jackrf-no-such-server")
    assert (desk.state, desk.client, desk.engine) == ("waiting for JACK", None, None)


@pytest.mark.system
def test_open_shows_ports_connects_and_mixes(desk: Desk, dummy_jack: DummyJack) -> None:
    """Ports in the order of strips and mixes, wishes granted, gains on their way to the model's."""
    client = desk.open(NAME, dummy_jack.name)
    assert desk.state == "running"
    shorts = ["in_01", "in_02", "mix_01_l", "mix_01_r", "mix_02_l", "mix_02_r"]
    ports = client._client.get_ports(f"^{NAME}:")
    assert [port.shortname for port in ports] == shorts
    assert client.connections("in_01") == ["system:capture_1"]
    wait_for(lambda: np.allclose(gains(desk), desk.mixer.matrix(), atol=1e-6))


@pytest.mark.system
def test_streams_have_their_mixs_identity(desk: Desk, dummy_jack: DummyJack) -> None:
    """SSRC and offset follow from session and mix, encoding and ceiling from the plan."""
    desk.open(NAME, dummy_jack.name)
    assert desk.engine is not None
    rows = desk.engine.mixes
    wanted = [identify("Test", mix) for mix in ("drums", "anna")]
    assert list(zip(rows["ssrc"], rows["timestamp_offset"], strict=True)) == wanted
    assert list(rows["payload_type"]) == [97, 96]
    assert list(rows["sample_bytes"]) == [3, 2]
    assert rows["ceiling"] == pytest.approx([10 ** (-1 / 20), 0.0])


@pytest.mark.system
def test_levels_and_counters_outlive_the_client(dummy_jack: DummyJack) -> None:
    """Left by JACK and opened again: what was changed in between counts, the socket is the same,
    the listener's counters and sequence numbers go on.
    """
    with socket.socket(type=socket.SOCK_DGRAM) as hearing:
        hearing.bind(("127.0.0.1", 0))
        with closing(make(f"udp://127.0.0.1:{hearing.getsockname()[1]}")) as desk:
            row = desk.audience.listeners[0].row
            desk.open(NAME, dummy_jack.name)
            wait_for(lambda: bool(row["sent"][0] > 5))
            desk.leave_jack()
            assert desk.state == "waiting for JACK"
            sent, sequence = int(row["sent"][0]), int(row["sequence"][0])
            desk.change({Place("drums", "kick", "gain"): -20.0})
            desk.open(NAME, dummy_jack.name)
            wait_for(lambda: bool(row["sent"][0] > sent + 5))
            wait_for(lambda: np.allclose(gains(desk), desk.mixer.matrix(), atol=1e-6))
            since = int(row["sent"][0]) - sent
            assert 0 <= (int(row["sequence"][0]) - sequence) % 2**16 - since <= 2
            assert desk.mixer.mixes[0].sends["kick"].gain == -20.0


@pytest.mark.system
def test_it_fades_out(desk: Desk, dummy_jack: DummyJack) -> None:
    """Every mix closes, and the state says so."""
    desk.open(NAME, dummy_jack.name)
    assert desk.engine is not None
    wait_for(lambda: bool(desk.engine and desk.engine.mixes["fade"].all()))
    desk.fade_out()
    assert desk.state == "fading"
    assert desk.engine.faded_out


@pytest.mark.system
def test_a_port_that_appears_is_connected_when_it_is_wished_for(dummy_jack: DummyJack) -> None:
    """Other ports are left alone, and so is the wish of a port that goes."""
    with closing(make(wish="late:out")) as desk:
        client = desk.open(NAME, dummy_jack.name)
        with closing(JackClient("late", dummy_jack.name)) as late:
            late.add_output("out", PortName("Out", 1, "Out"))
            late.activate()
            assert client.connections("in_01") == []
            desk.hear(Event("port", 1, ("late:other",)))
            assert client.connections("in_01") == []
            desk.hear(Event("port", 0, ("late:out",)))
            assert client.connections("in_01") == []
            for _ in range(2):
                desk.hear(Event("port", 1, ("late:out",)))
                assert client.connections("in_01") == ["late:out"]


@pytest.mark.system
def test_xruns_and_freewheel_are_taken_in(desk: Desk, dummy_jack: DummyJack) -> None:
    """Xruns are counted, but for those of an export; freewheel is shown."""
    desk.open(NAME, dummy_jack.name)
    before = desk.xruns
    desk.hear(Event("xrun"))
    desk.hear(Event("freewheel", 1))
    desk.hear(Event("xrun"))
    assert (desk.xruns, desk.state) == (before + 1, FREEWHEEL)
    desk.hear(Event("freewheel", 0))
    desk.hear(Event("xrun"))
    assert (desk.xruns, desk.state) == (before + 2, RUNNING)


@pytest.mark.system
def test_freewheel_reaches_the_audio_thread_before_it_begins(
    desk: Desk, dummy_jack: DummyJack
) -> None:
    """JACK itself waits until the engine knows: nobody has to read the queue."""
    desk.open(NAME, dummy_jack.name)
    assert desk.engine is not None
    with closing(JackClient("exporter", dummy_jack.name)) as exporter:
        exporter.activate()
        for value in (True, False):
            exporter._client.set_freewheel(value)
            assert int(desk.engine.context["freewheel"][0]) == value


@pytest.mark.system
@pytest.mark.parametrize(
    "values",
    [
        {Place("drums", "kick", "gain"): -3.0},
        {Place("drums", "kick", "gain"): None},
        {Place("drums", "vox", "pan"): -1.0, Place("drums", "kick", "mute"): True},
        {Place("drums", "vox", "solo"): True},
        {Place("drums", None, "gain"): 2.0},
        {Place(None, "vox", "trim"): -6.0},
        {Place(None, "vox", "mute"): True, Place("anna", None, "gain"): -9.0},
    ],
)
def test_a_change_reaches_the_audio_thread(
    desk: Desk, dummy_jack: DummyJack, values: Mapping[Place, object]
) -> None:
    """Of a send, a mix or an input: the gains become what the changed model says."""
    desk.open(NAME, dummy_jack.name)
    before = desk.mixer.matrix()
    desk.change(values)
    assert not np.array_equal(desk.mixer.matrix(), before)
    wait_for(lambda: np.allclose(gains(desk), desk.mixer.matrix(), atol=1e-6))


@pytest.mark.system
def test_a_change_of_everything_reaches_the_audio_thread(dummy_jack: DummyJack) -> None:
    """Muting every input of a large desk moves more sends than go one by one."""
    strips = [Strip(f"s{number}", "S") for number in range(MAX_STRIPS)]
    sends = {strip.id: Send(-6.0) for strip in strips}
    mixes = [Mix(mix, mix, sends=dict(sends)) for mix in ("a", "b")]
    plans = {mix.id: MixPlan((), "L16", None) for mix in mixes}
    with closing(Desk("Large", Mixer(strips, mixes), {}, plans)) as desk:
        desk.open(NAME, dummy_jack.name)
        changed = desk.change({Place(None, strip.id, "mute"): True for strip in strips})
        assert len(desk.mixer.affected(changed)) > MOST_SINGLE_SENDS
        wait_for(lambda: not gains(desk).any())


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({Place("drums", "kick", "gain"): 11.0}, "allowed is"),
        ({Place("drums", "kick", "gain"): math.nan}, "allowed is"),
        ({Place("drums", "kick", "pan"): "left"}, "allowed is"),
        ({Place("drums", "kick", "mute"): 1}, "allowed is"),
        ({Place("bass", "kick", "gain"): 0.0}, "no mix 'bass': there are drums, anna"),
        ({Place("drums", "flute", "gain"): 0.0}, "no input 'flute': there are kick, vox"),
        ({Place("drums", "kick", "colour"): "red"}, "'colour' is not one of"),
    ],
)
def test_a_wrong_change_changes_nothing(
    desk: Desk, values: Mapping[Place, object], words: str
) -> None:
    """Not even what is right in it; nobody is told, and the revision stays."""
    told: list[Mapping[Place, Value]] = []
    desk.watch(lambda changed, _: told.append(changed))
    before = desk.mixer.matrix()
    with pytest.raises(InputError, match=words):
        desk.change({Place("drums", None, "gain"): -20.0, **values})
    assert np.array_equal(desk.mixer.matrix(), before)
    assert (told, desk.revision) == ([], 0)


def test_who_watches_is_told_what_is_different(desk: Desk) -> None:
    """Changed places with their values, and by whom; what was so before is not told."""
    told: list[tuple[Mapping[Place, Value], str]] = []
    desk.watch(lambda changed, by: told.append((changed, by)))
    gain, mute = Place("drums", "kick", "gain"), Place("drums", "kick", "mute")
    assert desk.change({gain: -3, mute: False}, by="osc") == {gain: -3.0}
    assert desk.change({gain: -3.0}, by="web") == {}
    assert told == [({gain: -3.0}, "osc")]
    assert desk.revision == 1


def test_a_burst_of_changes_is_taken_back() -> None:
    """Undo brings back what stood before the last burst of one mix, once, and tells who watches."""
    now = [100.0]
    plans = {mix: MixPlan((), "L16", None) for mix in ("drums", "anna")}
    kick, vox = Place("drums", "kick", "gain"), Place("anna", "vox", "gain")
    with closing(Desk("Undo", mixer(), {}, plans, clock=lambda: now[0])) as desk:
        desk.change({kick: -20.0, vox: -20.0})
        now[0] += 60.0
        desk.change({kick: -30.0})
        desk.change({kick: -40.0})
        told: list[tuple[Mapping[Place, Value], str]] = []
        desk.watch(lambda changed, by: told.append((changed, by)))
        assert desk.undo("drums", by="osc") == {kick: -20.0}
        assert desk.undo("drums") == {}
        assert desk.undo("anna") == {vox: 0.0}
        assert told[0] == ({kick: -20.0}, "osc")


def test_fingers_on_a_control_are_counted(desk: Desk) -> None:
    """A control is held until the last finger is off; who never held it may let go of it."""
    place = Place("drums", "kick", "gain")
    desk.hold(place, "anna")
    desk.hold(place, "ben")
    desk.release(place, "anna")
    assert desk.is_held(place)
    desk.release(place, "ben")
    desk.release(place, "ben")
    assert not desk.is_held(place)
