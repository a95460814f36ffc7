"""What JACK's metadata says of a client and its ports, on a real server."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import jack
import pytest

from jackrf.client import JackClient
from jackrf.patchbay.metadata import ECHO_SECONDS, Metadata
from jackrf.patchbay.patience import Patience
from jackrf.patchbay.ports import PortName
from jackrf.testing import DummyJack

pytestmark = pytest.mark.system


@pytest.fixture
def client(dummy_jack: DummyJack) -> Iterator[JackClient]:
    """An active client with one port."""
    with closing(JackClient("jackrf-names", dummy_jack.name, "A test")) as client:
        client.add_input("in_01", PortName("Kick", 1, "Inputs"))
        client.activate()
        yield client


def shown(subject: int) -> dict[str, str]:
    """All that is said, by the last word of its key."""
    found = jack.get_properties(subject)
    return {key.rpartition("/")[2]: value.decode() for key, (value, _) in found.items()}


def uuid_of(client: JackClient) -> int:
    """The UUID of its first port."""
    uuid: int = client._client.inports[0].uuid
    return uuid


def test_a_client_and_its_ports_are_renamed(client: JackClient) -> None:
    """Name and group; the order stays."""
    metadata = client.metadata
    metadata.rename_client("Another test")
    metadata.rename("in_01", PortName("Boom", 1, "Drums"))
    assert shown(client._client.uuid)["pretty-name"] == "Another test"
    found = {"pretty-name": "Boom", "port-group": "Drums", "order": "1"}
    assert shown(uuid_of(client)) == found


def test_what_is_shown_so_already_is_not_written(
    client: JackClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No event that others would have to look at."""
    written: list[str] = []
    monkeypatch.setattr(client.metadata, "_describe", lambda _, key, *__: written.append(key))
    client.metadata.rename("in_01", PortName("Kick", 1, "Inputs"))
    client.metadata.rename_client("A test")
    assert written == []


def test_what_somebody_changes_is_heard(client: JackClient) -> None:
    """Of our ports, and of their names alone; a name that is taken away is no name."""
    uuid, key = uuid_of(client), jack.METADATA_PRETTY_NAME
    client._client.set_property(uuid, key, "Boom", "text/plain")
    heard = [client.metadata.heard(uuid, key) for _ in range(2)]
    assert heard == [None, ("in_01", "Boom")]  # the first was our own name, written at the start
    assert client.metadata.heard(uuid, jack.METADATA_ORDER) is None
    assert client.metadata.heard(uuid + 1, key) is None
    client._client.remove_property(uuid, key)
    assert client.metadata.heard(uuid, key) is None


def test_our_own_writing_is_no_news(client: JackClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes back once, whatever stands there by then; what a person writes comes once more, and
    is news. If it has not come back after a while, it does not any more.
    """
    uuid, key = uuid_of(client), jack.METADATA_PRETTY_NAME
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    metadata = Metadata(client._client, "A test")
    metadata.add(client._client.inports[0], PortName("Kick", 1, "Inputs"))
    metadata.tell()
    metadata.rename("in_01", PortName("Boom", 1, "Inputs"))
    client._client.set_property(uuid, key, "By a person", "text/plain")
    heard = [metadata.heard(uuid, key) for _ in range(3)]
    assert heard == [None, None, ("in_01", "By a person")]
    metadata.rename("in_01", PortName("Kick", 1, "Inputs"))
    now[0] += ECHO_SECONDS + 0.1
    assert metadata.heard(uuid, key) == ("in_01", "Kick")


def test_a_server_without_metadata_shows_nothing(client: JackClient) -> None:
    """And stops nobody."""

    class Refusing:
        uuid = "no uuid"

        def set_property(self, *_: object) -> None:
            raise jack.JackError("no metadata here")

    metadata = Metadata(Refusing(), "A test")
    metadata.tell()
    assert metadata.pretty_name(2**63 + uuid_of(client)) is None


def test_a_database_that_hangs_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who starts waits for it once, and later nobody does; nothing is shown."""
    gate = threading.Event()

    class Hanging:
        uuid = 7

        def set_property(self, *_: object) -> None:
            gate.wait()

    metadata = Metadata(Hanging(), "A test")
    monkeypatch.setattr(metadata, "_patience", Patience(0.2))
    began = time.monotonic()
    metadata.tell()
    assert metadata.hangs
    assert metadata.pretty_name(7) is None
    metadata.rename_client("Another")
    assert time.monotonic() - began < 5.0
    gate.set()
