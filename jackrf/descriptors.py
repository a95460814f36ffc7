"""How many files and sockets this process may hold: listeners soon use up a shell's 1024."""

import resource


def allow(wanted: int) -> None:
    """Raise this process' own limit, as far as the system lets it (getrlimit(2)).

    Args:
        wanted: how many there may have to be; who may hold more already keeps that.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    most = wanted if hard == unlimited else min(wanted, hard)
    if soft != unlimited and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
