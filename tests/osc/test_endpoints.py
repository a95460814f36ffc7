"""Finding the surface that something came from."""

import math

from jackrf.osc.admission import ALL, Source, musician
from jackrf.osc.endpoints import MOST_ENDPOINTS, Endpoint, Endpoints
from jackrf.osc.namespace import Namespace
from tests.osc.desks import small_desk
from tests.osc.hub import LAPTOP, PHONE, TABLET


def surface(source: Source, *, static: bool = False, until: float = math.inf) -> Endpoint:
    """A surface that listens where it sends from."""
    return Endpoint(source, source, ALL, until, static=static)


def test_a_named_surface_stands_for_its_host() -> None:
    """Unless another port of the host has its own; on loopback, and by TCP, ports are apart."""
    endpoints = Endpoints()
    tablet, laptop = surface(TABLET, static=True), surface(LAPTOP, static=True)
    leased = surface(TABLET._replace(port=7000))
    for one in (tablet, laptop, leased):
        assert endpoints.add(one) == []
    assert endpoints.of(TABLET) is tablet
    assert endpoints.of(TABLET._replace(port=1)) is tablet
    assert endpoints.of(TABLET._replace(port=7000)) is leased
    assert endpoints.of(TABLET._replace(transport="tcp")) is None
    assert endpoints.of(LAPTOP) is laptop
    assert endpoints.of(LAPTOP._replace(port=1)) is None
    assert endpoints.of(PHONE) is None


def test_one_place_is_told_once() -> None:
    """Who listens where another did takes its place."""
    endpoints = Endpoints()
    first = surface(TABLET)
    second = Endpoint(TABLET._replace(port=1), TABLET, ALL, 0.0)
    third = Endpoint(second.source, PHONE, ALL, 0.0)
    endpoints.add(first)
    assert endpoints.add(second) == [first]
    assert endpoints.add(third) == [second]
    assert list(endpoints) == [third]


def test_leases_end() -> None:
    """Those of named surfaces do not."""
    endpoints = Endpoints()
    early, late = surface(TABLET, until=5.0), surface(PHONE, until=6.0)
    endpoints.add(early)
    endpoints.add(late)
    endpoints.add(surface(LAPTOP, static=True))
    assert endpoints.lapsed(5.5) == [early]
    endpoints.remove(early)
    endpoints.remove(early)
    assert endpoints.lapsed(5.5) == []


def test_named_surfaces_take_no_room() -> None:
    """Thirty-two others can come beside them."""
    endpoints = Endpoints()
    for number in range(MOST_ENDPOINTS):
        endpoints.add(surface(Source("127.0.0.1", 1 + number), static=True))
        endpoints.add(surface(Source("127.0.0.1", 1000 + number)))
        assert endpoints.full == (number == MOST_ENDPOINTS - 1)


def test_the_mix_of_a_surface_is_the_one_that_it_has() -> None:
    """With two, none is meant."""
    drummer = Endpoint(TABLET, TABLET, musician(["drums"]), 0.0)
    both = Endpoint(TABLET, TABLET, musician(["drums", "keys"]), 0.0)
    assert (drummer.mix, both.mix) == ("drums", None)
    assert surface(TABLET).mix is None


def test_meters_are_news_when_they_read_something_else() -> None:
    """Within a second; then all of them are."""
    endpoint = surface(TABLET)
    meter = Namespace(small_desk()).target("strip.meter", None, "vox")
    assert endpoint.news([(meter, (0.5,))]) == [(meter, (0.5,))]
    assert endpoint.news([(meter, (0.5,))]) == []
    assert endpoint.news([(meter, (0.25,))]) == [(meter, (0.25,))]
    endpoint.metered.clear()
    assert endpoint.news([(meter, (0.25,))]) == [(meter, (0.25,))]
