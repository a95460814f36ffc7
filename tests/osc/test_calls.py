"""One datagram on its way through."""

from jackrf.osc.admission import ALL
from jackrf.osc.calls import Call
from jackrf.osc.endpoints import Endpoint
from jackrf.osc.guard import parse
from jackrf.osc.hands import Hands
from jackrf.osc.messages import message
from jackrf.osc.refusals import Code
from tests.osc.hub import PHONE, TABLET

PONG = message("/pong", "", ())


def test_answers_end_with_the_budget() -> None:
    """What does not fit is not sent, and what fits after it is."""
    call = Call(TABLET, ALL, None, Hands(), 0.0, budget=30.0)
    call.answer(PONG)
    call.answer(message("/info", "ss", ("a", "long answer")))
    call.answer(PONG, to=PHONE)
    assert [(one.to, one.datagram) for one in call.answers] == [(TABLET, PONG), (PHONE, PONG)]


def test_a_surface_is_answered_where_it_listens() -> None:
    """Under the name that the desk's history has for it."""
    surface = Endpoint(PHONE, TABLET, ALL, 0.0)
    call = Call(PHONE, ALL, surface, surface.feedback.hands, 0.0)
    assert (call.reply, call.by) == (TABLET, "osc 192.168.1.21:9000")
    assert Call(TABLET, ALL, None, Hands(), 0.0).by == "osc 192.168.1.20:9000"


def test_errors_are_for_surfaces() -> None:
    """Five of them at once, and one about what is unknown."""
    surface = Endpoint(TABLET, TABLET, ALL, 0.0)
    call = Call(TABLET, ALL, surface, Hands(), 0.0)
    call.error("/a", Code.UNKNOWN, "no")
    call.error("/b", Code.UNKNOWN, "no")
    for _ in range(5):
        call.error("/c", Code.WRONG, "wrong")
    told = [parse(one.datagram)[0].args for one in call.answers]
    assert told == [("/a", -5, "no"), *[("/c", -1, "wrong")] * 3]
    stranger = Call(TABLET, ALL, None, Hands(), 0.0)
    stranger.error("/c", Code.WRONG, "wrong")
    assert stranger.answers == []
