"""Who is let in: Host, Origin, tokens, and how many."""

import pytest

from jackrf.web.gate import BURST, MOST_HOSTS, MOST_OF_A_HOST, MOST_OPEN, Gate, pages_of
from jackrf.web.tokens import Grant

GRANTS = [Grant("dave-token", "musician", "drums"), Grant("mix-token", "engineer", None)]
PHONE = "192.168.1.20"
HERE = "192.168.1.2:8080"
PAGES = {f"http://{HERE}"}


@pytest.mark.parametrize("named", [HERE, "127.0.0.1", "[fe80::1]:8080", "localhost:8080"])
def test_a_request_names_this_machine(named: str) -> None:
    """By an address, or by its own name."""
    assert Gate(GRANTS).request(PHONE, named, 0.0) is None


@pytest.mark.parametrize("named", [None, "", "evil.example", "evil.example:8080", "1.2.3.4.evil"])
def test_another_name_is_refused(named: str | None) -> None:
    """A page from elsewhere may have been led here by DNS."""
    gate = Gate(GRANTS)
    assert gate.request(PHONE, named, 0.0) == "host"
    assert gate.refused == {"host": 1}


def test_the_name_of_the_session_is_ours() -> None:
    """Where somebody has a certificate for it."""
    assert Gate(GRANTS, "mix.example.org").request(PHONE, "mix.example.org:8443", 0.0) is None


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "https://192.168.1.2:8080", "http://192.168.1.2"],
)
def test_a_websocket_is_opened_by_our_own_page_alone(origin: str | None) -> None:
    """The browser says which page it is; what says nothing is no browser."""
    gate = Gate(GRANTS)
    assert gate.upgrade(PHONE, PAGES, origin) == "origin"
    assert gate.upgrade(PHONE, PAGES, f"http://{HERE}") is None


def test_a_host_is_held_back_and_no_other() -> None:
    """Twenty requests a second, after a burst."""
    gate = Gate(GRANTS)
    answers = [gate.request(PHONE, HERE, 0.0) for _ in range(int(BURST) + 5)]
    assert answers.count("limited") == 5
    assert gate.request("192.168.1.21", HERE, 0.0) is None
    assert gate.request(PHONE, HERE, 1.0) is None


def test_many_hosts_cost_no_memory() -> None:
    """The one that was silent longest is forgotten."""
    gate = Gate(GRANTS)
    for number in range(2 * MOST_HOSTS):
        gate.request(f"10.0.{number // 256}.{number % 256}", HERE, 0.0)
    assert len(gate._buckets) == MOST_HOSTS


def test_websockets_are_numbered() -> None:
    """Of one host, and of all; whoever leaves makes room."""
    gate = Gate(GRANTS)
    origin = f"http://{HERE}"
    assert [gate.upgrade(PHONE, PAGES, origin) for _ in range(MOST_OF_A_HOST)] == [
        None
    ] * MOST_OF_A_HOST
    assert gate.upgrade(PHONE, PAGES, origin) == "full"
    gate.leave(PHONE)
    assert gate.upgrade(PHONE, PAGES, origin) is None
    others = [gate.upgrade(f"10.0.0.{n}", PAGES, origin) for n in range(MOST_OPEN)]
    assert others.count(None) == MOST_OPEN - MOST_OF_A_HOST


@pytest.mark.parametrize(
    "token", [None, 7, "", "dave", "dave-token ", "däve", "\ud800", "x" * 10_000, ["dave-token"]]
)
def test_a_wrong_token_opens_nothing(token: object) -> None:
    """And is counted."""
    gate = Gate(GRANTS)
    assert gate.grant(token) is None
    assert gate.refused == {"token": 1}


def test_a_token_opens_its_mix() -> None:
    """And the engineer's opens all."""
    gate = Gate(GRANTS)
    assert gate.grant("dave-token") == GRANTS[0]
    assert gate.grant("mix-token") == GRANTS[1]


@pytest.mark.parametrize(
    ("named", "pages"),
    [
        ("Stage.local:8443", {"http://stage.local:8080", "https://stage.local:8443"}),
        ("10.0.0.1", {"http://10.0.0.1:8080", "https://10.0.0.1:8443"}),
        ("[fe80::1]:8443", {"http://[fe80::1]:8080", "https://[fe80::1]:8443"}),
        ("[fe80::1]", {"http://[fe80::1]:8080", "https://[fe80::1]:8443"}),
    ],
)
def test_our_pages_have_two_origins(named: str, pages: set[str]) -> None:
    """By http and by https, under the name by which a browser asks."""
    assert pages_of(named, 8080, 8443) == pages


def test_the_usual_ports_are_not_named() -> None:
    """As browsers have it (RFC 6454 section 6.2)."""
    assert pages_of("mix.example.org", 80, 443) == {
        "http://mix.example.org",
        "https://mix.example.org",
    }
