"""What the main process tells the relay comes out as it went in."""

from jackrf.web.plan import Clock, MixPlan, Plan, go_elsewhere, news, read_news
from jackrf.web.tokens import Grant

PLAN = Plan(
    client="jackrf",
    session="Evening",
    hub="/run/jackrf.web",
    desk="",
    port=8080,
    https_port=8443,
    name="",
    certificate="",
    key="",
    authority="",
    clock=Clock(48000, 128),
    mixes=[MixPlan("drums", "Dave", 2, 7)],
    grants=[Grant("secret", "musician", "drums")],
    door=8,
    datagrams=9,
)


def test_a_plan_goes_through_a_line() -> None:
    """Of JSON, with a newline at its end alone."""
    line = PLAN.line()
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert Plan.read(line) == PLAN


def test_news_of_the_clock_go_through_a_line() -> None:
    """JACK was started anew at another rate."""
    assert read_news(news(Clock(44100, 256))) == Clock(44100, 256)


def test_hosts_that_belong_elsewhere_go_through_a_line() -> None:
    """In any order."""
    assert read_news(go_elsewhere({"10.0.0.2", "10.0.0.1"})) == ["10.0.0.1", "10.0.0.2"]


def test_a_period_has_milliseconds() -> None:
    """128 frames at 48 kHz are 2.67 ms."""
    assert round(Clock(48000, 128).milliseconds, 2) == 2.67
