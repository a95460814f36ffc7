"""How the demo's own JACK clients are opened."""

import pytest

from jackrf.demo.clients import open_client
from jackrf.errors import JackServerError
from jackrf.testing import DummyJack

pytestmark = pytest.mark.system


def test_a_missing_server_is_one_line_with_the_remedy(capfd: pytest.CaptureFixture[str]) -> None:
    """It names the server and how to start one; libjack's own words stay out of the terminal."""
    with pytest.raises(JackServerError, match="jackd -n jackrf-nowhere -d dummy") as caught:
        open_client("jackrf-test", "jackrf-nowhere")
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_name_is_never_changed(dummy_jack: DummyJack) -> None:
    """A second client of the same name is refused, for the ports of the first are wanted."""
    first = open_client("jackrf-test", dummy_jack.name)
    try:
        with pytest.raises(JackServerError, match="cannot open the JACK client jackrf-test"):
            open_client("jackrf-test", dummy_jack.name)
    finally:
        first.close()
