"""Cables of a real graph."""

from contextlib import closing

import pytest

from jackrf.client import JackClient, PortName
from jackrf.graph.cables import peers
from jackrf.graph.opening import open_client
from jackrf.testing import DummyJack

pytestmark = pytest.mark.system


def test_all_cables_of_a_port_are_found(dummy_jack: DummyJack) -> None:
    """None, one, two; and none of a port that is not there, or not any more."""
    with closing(JackClient("cables", dummy_jack.name)) as client:
        client.add_output("mix_01_l", PortName("Ear", 1, "Mix"))
        client.activate()
        watching = open_client("watching", dummy_jack.name)
        try:
            assert peers(watching, "cables:mix_01_l") == []
            for number in (1, 2):
                client.connect("cables:mix_01_l", f"system:playback_{number}")
                found = peers(watching, "cables:mix_01_l")
                assert found == ["system:playback_1", "system:playback_2"][:number]
            assert peers(watching, "system:playback_1") == ["cables:mix_01_l"]
            assert peers(watching, "cables:nothing") == []
            client.close()
            assert peers(watching, "cables:mix_01_l") == []
            assert peers(watching, "system:playback_1") == []
        finally:
            watching.close()
