"""``jackrf web``: the page for browsers on a machine without a desk; it hears one by RTSP."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from jackrf.background import in_background
from jackrf.control import ControlServer
from jackrf.errors import InputError, JackrfError
from jackrf.lan.discovery import reachable
from jackrf.lan.networks import is_loopback, parse_host
from jackrf.live.words import clean
from jackrf.web.settings import Settings, check_packages

RETRY_SECONDS: Final = 1.0
HERE_ALONE: Final = "no phone gets there: --listen 0.0.0.0 opens it to this machine's networks"


def web(urls: Sequence[str], settings: Settings, *, name: str, wait: bool) -> None:
    """Serve the page of another machine's mixes until SIGINT or SIGTERM.

    Args:
        urls: ``rtsp://HOST:PORT/`` for all mixes of a host, or of single ones.
        settings: of the page.
        name: by which `jackrf qr` and `jackrf status` ask for it.
        wait: for a desk that is not there.

    Raises:
        JackrfError: with one line and an exit code.
    """
    check_packages("jackrf web")
    if parse_host(settings.listen) is None:
        raise InputError(f"--listen {settings.listen}: allowed is an IP address, such as 0.0.0.0")
    if settings.port == settings.https_port:
        raise InputError(f"--https-port {settings.port} is --port: give each its own")
    from jackrf.web.programme import Programme, find

    def found() -> Programme:
        while True:
            try:
                return find(urls)
            except InputError:
                raise
            except JackrfError as error:
                if not wait:
                    raise
                _say(f"waiting: {error}")
                time.sleep(RETRY_SECONDS)

    asyncio.run(_serve(urls, found, settings, name))


async def _serve(urls: Sequence[str], found: Any, settings: Settings, name: str) -> None:
    from jackrf.web.certificates import Certificates
    from jackrf.web.elsewhere import Elsewhere
    from jackrf.web.lookout import Lookout
    from jackrf.web.service import WebService, certificate_folder
    from jackrf.web.tokens import load_tokens

    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    programme = await _unless(stopping, in_background(found))
    if programme is None:
        return
    sound, host = Elsewhere(programme), programme.hosts[0]
    folder = certificate_folder(os.environ)
    service = WebService(
        sound,
        ", ".join(programme.hosts),
        settings,
        load_tokens(_folder_of(folder / "web" / host.replace(":", "-"))),
        Certificates(folder, None, partial(reachable, settings.listen)),
        name,
        lambda line, _: _say(line),
    )

    def place(asked: Mapping[str, Any]) -> dict[str, str | None]:
        known = {one.heard.id: one.target.url for one in sound.programme.mixes}
        return {"rtsp": known.get(str(asked.get("mix"))), "sdp": None}

    async def renew() -> None:
        _say(f"there is something else to be heard of {', '.join(programme.hosts)} now")
        await service.renew()
        _show(sound.programme, service.link)

    handlers = {
        "status": lambda _: {"name": name, "elsewhere": sound.report(), "web": service.report()},
        "places": place,
        **service.handlers,
    }
    control = ControlServer(name, handlers)
    looking: asyncio.Task[None] | None = None
    try:
        await control.start()
        await service.start()
        _say(f"serves the mixes of {', '.join(programme.hosts)} ({programme.name}) to browsers")
        _show(programme, service.link)
        if is_loopback(settings.listen):
            _say(HERE_ALONE)
        _say("stop with Ctrl-C")
        looking = asyncio.create_task(Lookout(urls, sound, renew, _say).run())
        await stopping.wait()
    finally:
        if looking is not None:
            looking.cancel()
            await asyncio.wait([looking])
        await service.close()
        await sound.close()
        await control.close()


def words_of(status: Mapping[str, Any]) -> str:
    """Return what ``jackrf status`` prints of it."""
    web, mixes = status["web"], status["elsewhere"]
    pages = Counter(one["mix"] for one in web["listeners"])
    wide = max(len(mix) for mix in mixes)
    lines = [f"{clean(status['name'])}: {web['url']}, {len(web['relays'])} of its processes run"]
    for mix, one in mixes.items():
        heard = one["trouble"] or ("heard" if one["heard"] else "nobody hears it")
        many = f"{pages[mix]} page{'s' * (pages[mix] != 1)}"
        lines.append(f"  {clean(mix):{wide}}  {clean(one['url'])}  {many}, {clean(heard)}")
    return "\n".join(lines)


async def _unless(stopping: asyncio.Event, work: "asyncio.Future[Any]") -> Any:
    """Return what comes of some work; None where the program is ended before."""
    ended = asyncio.create_task(stopping.wait())
    await asyncio.wait([ended, work], return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    return await work if work.done() else None


def _show(programme: Any, link: Any) -> None:
    """Print the links to what there is, and what there is none to."""
    for line in programme.not_heard:
        _say(line)
    rows = [(one.heard.id, link({"mix": one.heard.id})) for one in programme.mixes]
    rows.append(("all mixes", link({})))
    wide = max(len(called) for called, _ in rows)
    for called, url in rows:
        print(f"  {clean(called):{wide}}  {url}", flush=True)


def _folder_of(path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path} cannot be made ({error.strerror}): set XDG_DATA_HOME") from None
    return path


def _say(line: str) -> None:
    # Names in it are of another machine.
    print(f"jackrf: {clean(line)}", flush=True)
