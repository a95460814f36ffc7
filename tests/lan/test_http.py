"""The small HTTP server by itself; tests of OSCQuery have what those get who want harm."""

import asyncio
import http.client
from collections.abc import Callable

import pytest

from jackrf.errors import InputError
from jackrf.lan.http import Answer, HttpServer, Question


def asked(answer: Callable[[Question], Answer]) -> tuple[int, str | None, bytes]:
    """Status, media type and text of what is answered to a GET of /a?b."""

    def get(port: int) -> tuple[int, str | None, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/a?b")
        response = connection.getresponse()
        return response.status, response.getheader("content-type"), response.read()

    async def work() -> tuple[int, str | None, bytes]:
        server = HttpServer(answer, lambda _: True, "127.0.0.1", 0, ("X", "do Y"))
        await server.start()
        try:
            other = HttpServer(answer, lambda _: True, "127.0.0.1", server.port, ("X", "do Y"))
            with pytest.raises(InputError, match=r"X cannot listen on .* stop what does, or do Y"):
                await other.start()
            return await asyncio.to_thread(get, server.port)
        finally:
            await server.close()

    return asyncio.run(work())


def test_a_question_says_what_is_asked_and_by_whom() -> None:
    """And the answer has the media type that it names."""
    questions = []

    def answer(question: Question) -> Answer:
        questions.append(question)
        return Answer(200, ["v=0", "\r\n"], "application/sdp")

    assert asked(answer) == (200, "application/sdp", b"v=0\r\n")
    (question,) = questions
    assert (question.target, question.host, question.here) == ("/a?b", "127.0.0.1", "127.0.0.1")
    assert question.port > 0
