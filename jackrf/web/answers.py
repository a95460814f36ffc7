"""What the relay answers to a page that asks: what its link opens, and who hears what."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from jackrf.control.lines import decode
from jackrf.web.gate import Gate
from jackrf.web.plan import Plan
from jackrf.web.tokens import Grant

STATUS_SECONDS: Final = 3.0
LONGEST_STATUS: Final = 1 << 22


class Answers:
    """Answers.

    Args:
        plan: what there is.
        gate: knows tokens.
        listeners: returns what is known of all browsers that hear a mix.
        control: path of the control socket.
        rate: returns JACK's sample rate.
        way_in: returns what a page has to know to get in by WebTransport; None where it cannot.
    """

    def __init__(
        self,
        plan: Plan,
        gate: Gate,
        listeners: Callable[[], list[dict[str, Any]]],
        control: str,
        rate: Callable[[], int],
        way_in: Callable[[], dict[str, Any] | None],
    ) -> None:
        self._plan = plan
        self._gate = gate
        self._listeners = listeners
        self._control = control
        self._rate = rate
        self._way_in = way_in
        self._certificate = Path(plan.authority).read_bytes() if plan.authority else b""

    def _granted(self, request: web.Request) -> Grant | None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        return self._gate.grant(token if kind == "Bearer" else None)

    async def me(self, request: web.Request) -> web.Response:
        """Say what a token opens, and what there is."""
        grant = self._granted(request)
        if grant is None:
            return _closed()
        numbers = {mix.id: number for number, mix in enumerate(self._plan.mixes, 1)}
        seen = [m for m in self._plan.mixes if grant.mix in (None, m.id)]
        return web.json_response(
            {
                "role": grant.role,
                "mix": grant.mix,
                "mixes": [
                    {"id": m.id, "name": m.name, "number": numbers[m.id], "encrypted": m.encrypted}
                    for m in seen
                ],
                "session": self._plan.session,
                "rate": self._rate(),
                "https": self._plan.https_port if self._plan.certificate else None,
                "authority": bool(self._plan.authority),
                "faders": bool(self._plan.hub),
                "desk": self._plan.desk,
            }
        )

    async def ways(self, request: web.Request) -> web.Response:
        """Say by what a page may hear, besides a WebSocket: it asks each time that it begins."""
        if self._granted(request) is None:
            return _closed()
        return web.json_response({"webtransport": self._way_in()})

    async def audience(self, request: web.Request) -> web.Response:
        """Say who hears what, and how well: the engineer's page asks each second."""
        grant = self._granted(request)
        if grant is None or grant.role != "engineer":
            self._gate.refuse("role")
            return web.json_response({"error": "this is for the engineer"}, status=403)
        try:
            async with asyncio.timeout(STATUS_SECONDS):
                status = await _status(self._control)
        except (OSError, TimeoutError, ValueError):
            status = None
        # Who hears by another relay is known to the main process alone.
        everybody = ((status or {}).get("web") or {}).get("listeners")
        listeners = self._listeners() if everybody is None else everybody
        return web.json_response({"listeners": listeners, "status": status})

    async def authority(self, _: web.Request) -> web.Response:
        """Give out the certificate that people may install."""
        if not self._certificate:
            return web.Response(status=404, text="there is no certificate to install\n")
        kind = {"Content-Type": "application/x-x509-ca-cert"}
        return web.Response(body=self._certificate, headers=kind)


def _closed() -> web.Response:
    return web.json_response({"error": "this link does not open anything"}, status=401)


async def _status(control: str) -> Any:
    reader, writer = await asyncio.open_unix_connection(control, limit=LONGEST_STATUS)
    try:
        writer.write(b'{"do": "status"}\n')
        answer = decode(await reader.readline())
        return answer.get("result")
    finally:
        writer.close()
