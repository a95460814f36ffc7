"""OSCQuery on a TCP port of its own, by HTTP: whoever OSC does not hear, this does not either."""

import time
from collections.abc import Callable

from jackrf.lan.http import Answer, HttpServer, Question
from jackrf.osc.admission import Admission, Source
from jackrf.osc.oscquery import Query

WHAT = "OSCQuery", "give this session another port under [osc]; this is the one above it"


class QueryServer(HttpServer):
    """Serves OSCQuery.

    Args:
        query: answers.
        admission: who is heard, and what they may see.
        listen: numeric address to bind.
        port: TCP; 0 for any.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        query: Query,
        admission: Admission,
        listen: str,
        port: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(self._look_up, admission.is_heard, listen, port, WHAT)
        self._query = query
        self._admission = admission
        self._clock = clock

    def _look_up(self, question: Question) -> Answer:
        source = Source(question.host, question.port, "tcp")
        return self._query.answer(question.target, self._admission.rights(source, self._clock()))
