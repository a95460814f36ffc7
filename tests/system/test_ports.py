"""How jackrf stands in the graph: its ports, their names for people, and its connections."""

from contextlib import closing
from pathlib import Path
from typing import Any

import jack
import pytest

from jackrf.testing import DummyJack
from tests.system.instruments import Player, wait_for
from tests.system.running import Listening, Running, free_port
from tests.system.surface import Surface

pytestmark = pytest.mark.system

SESSION = """\
format = 1
name = "Rehearsal"
[inputs.kick]
name = "Kick (Jo)"
connect = ["early:out_1", "system:capture_1"]
[inputs.vox]
name = "Vox"
connect = ["late:out_1"]
[mixes.drums]
name = "Drums"
[mixes.vox]
name = "Anna"
"""


def names(own: Any) -> dict[str, str]:
    """Return what JACK's metadata says of a client or a port, by the last word of its key."""
    found = jack.get_properties(own.uuid if isinstance(own, jack.Port) else own)
    return {key.rpartition("/")[2]: value.decode() for key, (value, _) in found.items()}


def test_ports_and_names(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """One input per strip and two outputs per mix, in the session's order, neither physical nor
    terminal; names for people, order, groups and the icon are in JACK's metadata.
    """
    with (
        Running(tmp_path, SESSION, dummy_jack.name),
        Player(dummy_jack.name, name="early") as player,
    ):
        visitor = player.client._client
        ports = visitor.get_ports("^jackrf:")
        wait_for(lambda: len(names(ports[-1])) == 3)
        inputs = [port.name for port in ports if port.is_input]
        outputs = [port.name for port in ports if port.is_output]
        shown = {port.shortname: names(port) for port in ports}
        own = names(int(visitor.get_uuid_for_client_name("jackrf")))
        assert not any(port.is_physical or port.is_terminal for port in ports)
    assert inputs == ["jackrf:in_01", "jackrf:in_02"]
    sides = ("mix_01_l", "mix_01_r", "mix_02_l", "mix_02_r")
    assert outputs == [f"jackrf:{side}" for side in sides]
    assert own == {"pretty-name": "jackrf Rehearsal", "icon-name": "audio-headphones"}
    assert shown == {
        short: {"pretty-name": pretty, "order": str(order), "port-group": group}
        for order, (short, pretty, group) in enumerate(
            [
                ("in_01", "Kick (Jo)", "Inputs"),
                ("in_02", "Vox", "Inputs"),
                ("mix_01_l", "Drums left", "Mix 1 Drums"),
                ("mix_01_r", "Drums right", "Mix 1 Drums"),
                ("mix_02_l", "Anna left", "Mix 2 Anna"),
                ("mix_02_r", "Anna right", "Mix 2 Anna"),
            ],
            1,
        )
    }


def test_listening_ports_and_names(dummy_jack: DummyJack) -> None:
    """The listener has two outputs with names for people, and connects to no port by itself when
    it is told to connect to none.
    """
    with Listening(free_port(), dummy_jack.name), Player(dummy_jack.name) as player:
        visitor = player.client._client
        ports = wait_for_ports(visitor, "^jackrf-listen:", 2)
        wait_for(lambda: len(names(ports[-1])) == 3)
        assert [port.shortname for port in ports] == ["out_1", "out_2"]
        assert [names(port)["pretty-name"] for port in ports] == [
            "Heard left",
            "Heard right",
        ]
        assert [visitor.get_all_connections(port) for port in ports] == [[], []]
        own = names(int(visitor.get_uuid_for_client_name("jackrf-listen")))
    assert own == {"pretty-name": "jackrf listen", "icon-name": "audio-headphones"}


def wait_for_ports(client: jack.Client, pattern: str, count: int) -> list[Any]:
    """Wait until so many ports are there and return them."""
    wait_for(lambda: len(client.get_ports(pattern)) == count)
    found: list[Any] = client.get_ports(pattern)
    return found


def test_names_go_both_ways(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """From a patchbay to a surface that watches, and from a surface to the patchbay; both are in
    the file when it is saved.
    """
    port = free_port()
    with (
        Running(tmp_path, SESSION, dummy_jack.name, "--osc-port", str(port)) as running,
        Player(dummy_jack.name) as patchbay,
        closing(Surface(port)) as tablet,
    ):
        assert tablet.ask("/in/1/name").args == ("Kick (Jo)",)
        tablet.send("/subscribe")
        own = patchbay.client._client
        uuid = own.get_port_by_name("jackrf:in_01").uuid
        own.set_property(uuid, jack.METADATA_PRETTY_NAME, "Big drum", "text/plain")
        tablet.wait_for("/in/1/name", "Big drum")
        tablet.send("/mix/1/name", "Zoë")
        wait_for(lambda: patchbay.client.shown("jackrf:mix_01_r") == "Zoë right")
        running.ask("save")
        text = (tmp_path / "jackrf.toml").read_text("utf-8")
    assert 'name = "Big drum"' in text
    assert 'name = "Zoë"' in text


def test_wishes_are_granted_whenever_the_peer_comes(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """What the session wants is connected at the start, when the other port appears, and when it
    appears once more; until then the status calls it missing, and what is connected stays so.
    """
    with (
        Player(dummy_jack.name, name="early"),
        Running(tmp_path, SESSION, dummy_jack.name) as running,
    ):

        def connected() -> list[list[str]]:
            return [sorted(strip["connections"]) for strip in running.status()["inputs"]]

        def missing() -> list[list[str]]:
            return [strip["missing"] for strip in running.status()["inputs"]]

        kick = ["early:out_1", "system:capture_1"]
        wait_for(lambda: connected() == [kick, []])
        for _ in range(2):
            assert missing() == [[], ["late:out_1"]]
            with Player(dummy_jack.name, name="late"):
                wait_for(lambda: connected() == [kick, ["late:out_1"]])
                assert missing() == [[], []]
            wait_for(lambda: connected() == [kick, []])
