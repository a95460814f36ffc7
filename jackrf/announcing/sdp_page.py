"""What is told over HTTP: ``/mixes.json``, which mixes there are, and ``/mix/ID.sdp``.

The second is the description with which the one who asks hears a mix.

A mix that is sent to several places is described for the one who asks: as it is sent to its host,
or to a group. A mix with a PIN is not given out here, and neither is the key of an encrypted one:
RTSP asks for the PIN.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from jackrf.desk import Desk
from jackrf.errors import JackrfError
from jackrf.lan.http import Answer, Question
from jackrf.lan.networks import parse_host
from jackrf.reports import describe

LIST = "/mixes.json"
_PATH = re.compile(r"/mix/([A-Za-z0-9_-]{1,64})\.sdp")
_PLAIN = "text/plain; charset=utf-8"


class SdpPage:
    """Answers who asks for the SDP of a mix.

    Args:
        desk: that sends it.
        has_pin: whether a mix is only for those who know its PIN.
        tune_in: the URL of a mix for RTSP, by our address and the mix's id.
    """

    def __init__(
        self, desk: Desk, has_pin: Callable[[str], bool], tune_in: Callable[[str, str], str]
    ) -> None:
        self._desk = desk
        self._has_pin = has_pin
        self._tune_in = tune_in

    def answer(self, question: Question) -> Answer:
        """Answer one question."""
        if question.target == LIST:
            return Answer(200, [json.dumps(self.programme())])
        return self._describe(question)

    def _describe(self, question: Question) -> Answer:
        match = _PATH.fullmatch(question.target)
        if match is None or match[1] not in self._desk.mixer.mix_number:
            return Answer(404, [f"There is no such mix here: /mix/ID.sdp, {LIST}\n"], _PLAIN)
        mix = match[1]
        url = self._tune_in(question.here, mix)
        if self._has_pin(mix):
            return Answer(403, [f"This mix has a PIN: open {url} with a player.\n"], _PLAIN)
        if self._desk.plans[mix].key is not None:
            told = f"This mix is encrypted, and needs a PIN (jackrf pin {mix}): open {url}.\n"
            return Answer(403, [told], _PLAIN)
        place = self.place(mix, question.host)
        if place is None:
            told = f"This mix is not sent to {question.host}: open {url} with a player.\n"
            return Answer(404, [told], _PLAIN)
        try:
            text = describe(self._desk, mix, place)
        except JackrfError as error:
            return Answer(503, [f"{error}\n"], _PLAIN)
        return Answer(200, [text], "application/sdp")

    def programme(self) -> dict[str, Any]:
        """Return which mixes there are."""
        plans = self._desk.plans
        mixes = [
            {
                "id": mix.id,
                "name": mix.name,
                "pin": self._has_pin(mix.id),
                "encrypted": plans[mix.id].key is not None,
            }
            for mix in self._desk.mixer.mixes
        ]
        return {"session": self._desk.name, "mixes": mixes}

    def place(self, mix: str, host: str) -> int | None:
        """Return which of a mix's destinations a host hears, its own before a group; None for none.

        Args:
            mix: its id.
            host: numeric address.
        """
        asking, number = parse_host(host), self._desk.mixer.mix_number[mix]
        everybody = self._desk.audience.listeners
        sent = [one for one in everybody if one.mix == number and one.destination]
        own = [n for n, one in enumerate(sent) if parse_host(one.address[0]) == asking]
        groups = [n for n, one in enumerate(sent) if is_group(one.address[0])]
        return next(iter(own + groups), None)


def is_group(host: str) -> bool:
    """Return whether a numeric address is one of multicast."""
    address = parse_host(host)
    return address is not None and address.is_multicast
