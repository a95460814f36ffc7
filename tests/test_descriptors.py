"""The limit of files and sockets."""

import resource
from collections.abc import Iterator

import pytest

from jackrf.descriptors import allow


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Give back the limit that was."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_it_is_raised_as_far_as_the_system_lets_it() -> None:
    """And never lowered."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    for wanted, found in ((300, 300), (200, 300), (hard + 1, hard)):
        allow(wanted)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (found, hard)
