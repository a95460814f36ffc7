"""The page for browsers: how late sound is in one, and what many of them cost.

jackrf runs with ``[web]``, headless Chromium hears a mix by either transport and plays it into a
PulseAudio sink of its own, and a recorder at that sink waits for clicks that were played into the
JACK graph. Then thirty pages without a browser hear eight mixes, and answer as a page does.
"""

import os
import re
import statistics
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.browser import RATE, TRANSPORTS, hearing_page, sink_for_nobody
from bench.clients import jackrf_status
from bench.crowd import Crowd, osc_trip
from bench.page import MIXES, NAME, link, running
from bench.place import Place
from bench.results import Quantiles, Web, WebCrowd, WebPage
from jackrf.latency.instruments import Player, apart

PAGES = 30
CLICKS, CLICK_SECONDS = 40, 0.3
SETTLE_SECONDS, CROWD_SECONDS = 4.0, 8.0
TOLD_SECONDS = 3.5
"""After which the page has told of what it missed, and the relay has."""
LOUD = 0.2
LONGEST_MS = 250.0
"""A click that comes later than this is the next one: this one was lost."""

PARTS = re.compile(r"network (\d+) · kept back (\d+) · this device (\d+)")


class _Recording:
    """What the sink plays: frames, and when each part of them had been played, monotonic s."""

    def __init__(self, environment: dict[str, str]) -> None:
        command = ["parec", "--raw", "--format=s16le", f"--rate={RATE}", "--channels=2",
                   "--latency-msec=1", "-d", "ears.monitor"]  # fmt: skip
        self._recorder = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        self._parts: list[tuple[float, bytes]] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._recorder.stdout is not None
        while data := os.read(self._recorder.stdout.fileno(), 1 << 16):
            self._parts.append((time.monotonic(), data))

    def end(self) -> list[float]:
        """Return when there were clicks, monotonic seconds: no click lasts for a tenth of one."""
        self._recorder.terminate()
        self._recorder.wait()
        self._thread.join()
        found: list[float] = []
        for at, data in self._parts:
            left = np.frombuffer(data[: len(data) // 4 * 4], "<i2")[::2] / 32768
            for frame in np.flatnonzero(np.abs(left) > LOUD).tolist():
                then = at - float(len(left) - frame) / RATE
                if not found or then - found[-1] > 0.1:
                    found.append(then)
        return found


def _play_clicks(player: Player) -> list[float]:
    """Play clicks; return when each was in the graph, monotonic seconds."""
    step = round(CLICK_SECONDS * RATE)
    track = np.zeros((1, CLICKS * step), np.float32)
    # Not at even places of a period.
    places = [number * step + 37 * number for number in range(CLICKS - 1)]
    for at in places:
        track[0, at : at + 48] = 0.5
    start = player.play(track, delay=0.2)
    when: list[float] = []
    seen = player.now
    while len(when) < len(places):
        now = player.now
        if now != seen:
            seen, moment = now, time.monotonic()
            frame = start + places[len(when)]
            # The period that the click is in has begun.
            if apart(now + player.client.period, frame) > 0:
                when.append(moment + apart(frame, now) / RATE)
        time.sleep(0.0002)
    return when


def _page(place: Place, transport: str, player: Player, sink: dict[str, str]) -> WebPage:
    with hearing_page(link(place, "m1"), transport, sink) as page:
        page.wait_for_timeout(1000 * SETTLE_SECONDS)
        recording = _Recording(sink)
        time.sleep(0.5)
        page.evaluate("window.told.length = 0")
        before = _gaps(place)
        played = _play_clicks(player)
        time.sleep(0.6)
        heard = recording.end()
        ages = page.evaluate("window.told")
        parts = PARTS.search(page.inner_text(".parts"))
        page.wait_for_timeout(1000 * TOLD_SECONDS)
        gaps = {name: after - before[name] for name, after in _gaps(place).items()}
    late = [1000.0 * (min(after) - at) for at in played if (after := [h for h in heard if h > at])]
    p50, p99, most = (round(float(q), 2) for q in np.percentile(ages, [50, 99, 100]))
    return WebPage(
        transport=transport,
        packets=len(ages),
        p50=p50,
        p99=p99,
        largest=most,
        clicks=len(played),
        late_ms=[round(one, 1) for one in late if one < LONGEST_MS],
        parts_ms=[] if parts is None else [int(one) for one in parts.groups()],
        gaps=gaps,
    )


def _gaps(place: Place) -> dict[str, float]:
    """Return what has been missing so far in what the only page plays."""
    (page,) = jackrf_status(place, NAME)["web"]["listeners"]
    return {
        "dropped by the relay": page["dropped"],
        "ms lost": round(page["lost"] or 0.0, 1),
        "ran dry": page["underruns"] or 0,
    }


@dataclass(frozen=True, slots=True)
class _Moment:
    """CPU seconds of the relay, and the callback, at one time."""

    cpu: float
    at: float
    status: dict[str, Any]


def _moment(place: Place) -> _Moment:
    status = jackrf_status(place, NAME)
    fields = Path(f"/proc/{status['web']['relay']}/stat").read_text().rsplit(")", 1)[1].split()
    ticks = int(fields[11]) + int(fields[12])
    return _Moment(ticks / os.sysconf("SC_CLK_TCK"), time.monotonic(), status)


def _use(place: Place, seconds: float) -> tuple[float, Quantiles]:
    """Return the relay's use of a core in percent, and the callback, over some seconds."""
    time.sleep(1.0)
    before = _moment(place)
    time.sleep(seconds)
    after = _moment(place)
    return 100.0 * (after.cpu - before.cpu) / (after.at - before.at), Quantiles(
        **after.status["callback_us"]
    )


def _crowd(place: Place, say: Callable[[str], None]) -> WebCrowd:
    links = [link(place, f"m{number + 1}") for number in range(MIXES)]
    with Crowd(links, MIXES):
        few, alone = _use(place, CROWD_SECONDS)
    with Crowd(links, PAGES):
        many, callback = _use(place, CROWD_SECONDS)
        trips = [osc_trip(place.base_port) for _ in range(20)]
        heard = jackrf_status(place, NAME)["web"]["listeners"]
    each = (many - few) / (PAGES - MIXES)
    say(f"web: {PAGES} pages: {many:.1f} % of a core, {each:.2f} % for one more")
    dropped = sum(one["dropped"] for one in heard) / sum(one["sent"] for one in heard)
    return WebCrowd(
        pages=PAGES,
        mixes=MIXES,
        relay_percent=round(many, 2),
        one_each_percent=round(few, 2),
        dropped_share=round(dropped, 4),
        ping_ms=[round(1000.0 * trip, 2) for trip in trips],
        callback_alone=alone,
        callback=callback,
    )


def measure_web(place: Place, say: Callable[[str], None]) -> Web:
    """Measure what a page hears, and what many pages cost."""
    with ExitStack() as stack:
        stack.enter_context(running(place))
        sink = stack.enter_context(sink_for_nobody(place.folder))
        player = stack.enter_context(Player(place.server.name))
        pages = []
        for transport in TRANSPORTS:
            pages.append(_page(place, transport, player, sink))
            last = pages[-1]
            click = statistics.median(last.late_ms)
            say(f"web: {transport}: worker {last.p50} to {last.p99} ms, click {click:.0f} ms")
        return Web(period=128, pages=pages, crowd=_crowd(place, say))
