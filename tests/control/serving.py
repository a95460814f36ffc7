"""A control server in a thread of its own, as a running jackrf has one."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from jackrf.control import ControlServer, Handler


@contextmanager
def serving(handlers: Mapping[str, Handler], name: str = "jackrf") -> Iterator[ControlServer]:
    """Serve for the length of the block; fail when anything fell out of the server's loop."""
    server = ControlServer(name, handlers)
    loop = asyncio.new_event_loop()
    fallen: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: fallen.append(context))
    loop.run_until_complete(server.start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
    assert not fallen
