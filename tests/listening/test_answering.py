"""A receiver is asked how it goes, by its name."""

from jackrf.control import request
from jackrf.listening.answering import Answering, answering
from tests.listening.figures import PLAYING


def test_it_answers_with_its_figures() -> None:
    """Those that `--json` prints; a second one of the same name goes without, and ends quietly."""
    with Answering("ear", lambda: PLAYING):
        assert request("ear", {"do": "listening"}) == PLAYING.as_json()
        with answering("ear", lambda: PLAYING):
            pass
        assert request("ear", {"do": "listening"}) == PLAYING.as_json()
