"""What of JACK-Client's inside is used: a release that renames any of it fails here, by name."""

from collections.abc import Iterator
from contextlib import closing

import jack
import pytest

from jackrf.client import JackClient, PortName
from jackrf.graph.binding import install, peers, pointer_of
from jackrf.graph.notices import CALLBACKS
from jackrf.graph.opening import open_client
from jackrf.realtime import notify
from jackrf.testing import DummyJack

pytestmark = pytest.mark.system

SETTERS = [(setter, kind) for setter, kind, _ in CALLBACKS]


@pytest.fixture
def client(dummy_jack: DummyJack) -> Iterator[JackClient]:
    """A client that is not active."""
    with closing(JackClient("jackrf-inside", dummy_jack.name)) as client:
        yield client


@pytest.mark.parametrize("name", ["jack_set_error_function", "jack_set_info_function"])
def test_private_functions_are_still_there(name: str) -> None:
    """Those that make libjack silent."""
    assert hasattr(jack._lib, name)


@pytest.mark.parametrize(
    ("setter", "kind"), [("jack_set_process_callback", "JackProcessCallback"), *SETTERS]
)
def test_private_setters_and_types_are_still_there(setter: str, kind: str) -> None:
    """Of each compiled callback."""
    assert hasattr(jack._lib, setter)
    assert jack._ffi.cast(kind, 0) == jack._ffi.NULL


def test_private_pointers_are_still_there(client: JackClient) -> None:
    """Of a client and of a port."""
    port = client._client.outports.register("out")
    assert jack._ffi.typeof(client._client._ptr) is jack._ffi.typeof("jack_client_t *")
    assert jack._ffi.typeof(port._ptr) is jack._ffi.typeof("jack_port_t *")
    assert 0 != pointer_of(client._client) != pointer_of(port) != 0


def test_a_callback_that_libjack_does_not_have(client: JackClient) -> None:
    """Raises what the caller may expect: JACK 1 has fewer."""
    with pytest.raises(AttributeError):
        install(
            client._client, "jack_set_no_such_callback", "JackXRunCallback", notify.hear_xrun, 0
        )


def test_an_active_client_takes_no_callback(client: JackClient) -> None:
    """And JACK's answer is passed on."""
    client.activate()
    taken = [install(client._client, *one, client.pointer) for one in CALLBACKS[1:]]
    assert taken == [False] * 7


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
