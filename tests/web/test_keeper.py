"""One relay and the next one: what is told to it, and when it is ended."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jackrf.errors import JackrfError
from jackrf.web import keeper as module
from jackrf.web.keeper import Keeper
from jackrf.web.plan import Clock
from jackrf.web.sound import Heard
from tests.waiting import until
from tests.web.test_plan import PLAN

TOLD = {"wanted": ["drums"], "load": 0.1, "hosts": [], "here": {}}
SPEAKS = "print(json.dumps({'ready': True})); print(json.dumps(TOLD), flush=True)"
ECHOES = "[print(json.dumps(TOLD | {'heard': json.loads(line)}), flush=True) for line in sys.stdin]"


class Sound:
    """Of one mix, and a clock that can be set."""

    name = "Evening"

    def __init__(self) -> None:
        self.mixes = (Heard("drums", "Dave", 2), Heard("keys", "Keith", 2))
        self.clock: Clock | None = Clock(48000, 128)
        self.heard: list[str] = []

    def hear(self, mix: str, to: socket.socket) -> Callable[[], None] | None:
        """Take note; keys is encrypted."""
        assert to.getblocking() is False
        if mix == "keys":
            return None
        self.heard.append(mix)
        return lambda: self.heard.remove(mix)


class House:
    """A keeper of relays that are scripts.

    Attributes:
        changes: what the keeper had told each time that something changed.
        said: lines.
    """

    def __init__(self) -> None:
        self.sound = Sound()
        self.changes: list[dict[str, Any]] = []
        self.said: list[str] = []
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.keeper = Keeper(
            self.sound,
            udp,
            lambda inherited, clock: replace(
                PLAN, clock=clock, door=inherited.door, name=" ".join(inherited.mixes)
            ),
            lambda line, _: self.said.append(line),
            lambda keeper: self.changes.append(dict(keeper.told)),
        )


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have a keeper of a script in place of a relay, and a conversation."""

    def whole(script: str, talk: Callable[[House], Awaitable[None]]) -> None:
        program = tmp_path / "relay"
        head = f"#!{sys.executable}\nimport json, os, sys, time\nTOLD = {TOLD!r}\n"
        program.write_text(f"{head}PLAN = json.loads(sys.stdin.readline())\n{script}\n")
        program.chmod(0o700)
        monkeypatch.setattr("jackrf.web.keeper.sys.executable", str(program))

        async def talking() -> None:
            house = House()
            try:
                await talk(house)
            finally:
                await house.keeper.close()
                assert house.keeper.pid is None
                assert not house.sound.heard

        asyncio.run(talking())

    return whole


def test_what_a_relay_wants_is_sent_to_it_until_it_does_not(run: Any) -> None:
    """And news go to it: another clock, hosts that belong elsewhere."""

    async def talk(house: House) -> None:
        keeper = house.keeper
        await keeper.start()
        assert keeper.door is not None
        await until(lambda: house.sound.heard == ["drums"])
        keeper.send_elsewhere(["10.0.0.9"])
        await until(lambda: keeper.told.get("heard") == {"elsewhere": ["10.0.0.9"]})
        house.sound.clock = Clock(44100, 256)
        keeper.send_elsewhere([])
        await until(lambda: keeper.told.get("heard") == {"clock": {"rate": 44100, "period": 256}})
        # JACK is away: the last clock holds.
        house.sound.clock = None
        keeper.send_elsewhere([])
        await until(lambda: keeper.told.get("heard") == {"elsewhere": []})
        # First nothing is told: it has come.
        assert house.changes[0] == {}

    run(f"{SPEAKS}\n{ECHOES}", talk)


def test_another_relay_knows_the_mixes_that_there_are_then(run: Any) -> None:
    """One has come and one has gone; that is nobody's death."""

    async def talk(house: House) -> None:
        keeper = house.keeper
        await keeper.start()
        first = keeper.pid
        await until(lambda: keeper.told.get("mixes") == ["drums", "keys"])
        await until(lambda: house.sound.heard == ["drums"])
        house.sound.mixes = (Heard("drums", "Dave", 2), Heard("bass", "Bo", 3))
        await keeper.renew()
        assert keeper.pid not in (None, first)
        await until(lambda: keeper.told.get("mixes") == ["bass", "drums"])
        await until(lambda: house.sound.heard == ["drums"])
        assert (keeper.restarts, house.said) == (0, [])

    run(f"TOLD['mixes'] = sorted(PLAN['name'].split())\n{SPEAKS}\n{ECHOES}", talk)


def test_a_process_that_is_not_to_be_had_is_tried_for_again(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a line says what lacks; the page is back when there is one."""
    monkeypatch.setattr(module, "LEAST_PAUSE", 0.02)

    async def talk(house: House) -> None:
        await house.keeper.start()
        first, program = house.keeper.pid, sys.executable
        assert first is not None
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", f"{program}-that-is-not-there")
            os.kill(first, signal.SIGKILL)
            await until(lambda: len(house.said) > 2)
        await until(lambda: house.keeper.pid not in (None, first))
        assert house.said[1].startswith("the web page's process cannot be started (No such file")

    run(f"{SPEAKS}\n{ECHOES}", talk)


def test_what_nobody_may_hear_is_not_sent(run: Any) -> None:
    """However often it is wanted."""

    async def talk(house: House) -> None:
        await house.keeper.start()
        await until(lambda: house.keeper.told)
        assert not house.sound.heard

    script = f"TOLD['wanted'] = ['keys', 'unknown']\n{SPEAKS}\n{ECHOES}"
    run(script, talk)


def test_a_relay_that_falls_silent_is_followed_by_another(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may hang, and would never end by itself."""
    monkeypatch.setattr(module, "SILENT_SECONDS", 0.3)
    monkeypatch.setattr(module, "GOODBYE_SECONDS", 0.3)

    async def talk(house: House) -> None:
        await house.keeper.start()
        first = house.keeper.pid
        await until(lambda: house.keeper.restarts == 1)
        await until(lambda: house.keeper.pid not in (None, first))
        assert house.said[0] == "the web page's process has ended; another one is started"

    run(f"{SPEAKS}\ntime.sleep(60)", talk)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (f"print({json.dumps(json.dumps({'error': 'the port is taken'}))})", "the port is taken"),
        ("sys.exit(1)", "the web page's process did not start"),
        ("print('no JSON')", "the web page's process did not start"),
    ],
)
def test_a_relay_that_cannot_serve_is_told(run: Any, script: str, told: str) -> None:
    """By its own words, if it has any."""

    async def talk(house: House) -> None:
        with pytest.raises(JackrfError, match=told):
            await house.keeper.start()
        assert house.keeper.door is None

    run(script, talk)


def test_a_relay_that_tells_without_end_is_ended_all_the_same(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the main process goes on meanwhile."""
    monkeypatch.setattr(module, "GOODBYE_SECONDS", 0.3)

    async def talk(house: House) -> None:
        await house.keeper.start()
        await until(lambda: len(house.changes) > 50)
        async with asyncio.timeout(10.0):
            await house.keeper.close()

    run(f"{SPEAKS}\nwhile os.getppid() != 1: print(json.dumps(TOLD), flush=True)", talk)
