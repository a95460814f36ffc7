"""A relay's server that browsers reach by https and WebTransport, too."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from jackrf.web.certificates import Certificates
from jackrf.web.webtransport import WebTransport
from tests.system.running import server_port
from tests.web.serving import Site, serve

Talk = Callable[[Site, int, WebTransport], Awaitable[None]]


@pytest.fixture
def by_quic(tmp_path: Path) -> Callable[[Talk], None]:
    """Serve with https, and have a conversation."""
    certificate, key = Certificates(tmp_path, None, list).current()

    def run(talk: Talk) -> None:
        port = server_port()

        async def whole(site: Site) -> None:
            assert site.server.datagrams is not None
            await talk(site, port, site.server.datagrams)

        serve(whole, https_port=port, certificate=str(certificate), key=str(key))

    return run
