"""No datagram gets past the guard but whole OSC, and none holds it up."""

import os
import struct
import time

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.osc.guard import (
    MOST_ARGUMENTS,
    MOST_BYTES,
    MOST_DEPTH,
    MOST_MESSAGES,
    REASONS,
    Malformed,
    Message,
    parse,
)
from jackrf.osc.messages import message, tags_of
from tests.osc.fuzzing import COUNT, GOOD, KNOWN, bundle, datagrams, nested, steady_heap

LONGEST_SECONDS = 0.1
"""CPU time that one datagram may take."""
FLAT_BYTES = 4 << 20
"""How much memory may grow while a great many are parsed."""

REFUSED = {
    "an element of -4 bytes": "bundle",
    "400 bundles in bundles": "too deep",
    "5 bundles in bundles": "too deep",
    "not UTF-8 in a path": "path",
    "not UTF-8 in a text": "UTF-8",
    "a float without data": "short argument",
    "a float of 2 bytes": "length",
    "an unknown type": "unknown type",
    "an array": "unknown type",
    "3000 arrays": "too many arguments",
    "a blob of -1 bytes": "short argument",
    "a blob of 2 GiB": "short argument",
    "a blob without data": "short argument",
    "NaN": "not finite",
    "infinity": "not finite",
    "-infinity as a double": "not finite",
    "2000 elements of 0 bytes": "bundle",
    "16000 elements of 0 bytes": "too long",
    "65 messages": "too many messages",
    "65 messages in 2 bundles": "too many messages",
    "17 arguments": "too many arguments",
    "9000 bytes": "too long",
    "a path of 8000 bytes": "path",
    "a path without an end": "string",
    "a path with a blank": "path",
    "types without an end": "string",
    "types without a comma": "type tags",
    "trailing bytes": "trailing bytes",
    "half a bundle": "bundle",
    "an element of 3 bytes": "bundle",
    "an element longer than the bundle": "bundle",
    "neither message nor bundle": "not OSC",
    "nothing": "length",
    "three bytes": "length",
}


@pytest.mark.parametrize("wrong", KNOWN)
def test_what_is_wrong_is_refused_for_its_own_reason(wrong: str) -> None:
    """Each has a reason that can be counted, and a line that says what was found."""
    with pytest.raises(Malformed) as refused:
        parse(KNOWN[wrong])
    assert refused.value.reason == REFUSED[wrong]
    assert str(refused.value).startswith(f"{refused.value.reason}: ")


def test_every_reason_occurs() -> None:
    """There is no reason that nothing is refused for."""
    assert set(REFUSED.values()) == set(REASONS)


def test_a_message_has_its_path_types_and_arguments() -> None:
    """All types of OSC 1.0 and 1.1, and the three others that are common."""
    data = b"/mix/1/in/3/fader\0\0\0,ifsbTFNIhdtS\0\0\0"
    data += struct.pack(">if", -5, 0.75) + b"v\xc3\xb6x\0\0\0\0\0\0\0\3abc\0"
    data += struct.pack(">qdQ", 2**40, 1.5, 1) + b"sym\0"
    assert parse(data) == [
        Message(
            "/mix/1/in/3/fader",
            "ifsbTFNIhdtS",
            (-5, 0.75, "vöx", b"abc", True, False, None, None, 2**40, 1.5, 1, "sym"),
        )
    ]


def test_old_senders_leave_out_the_type_tags() -> None:
    """A path alone is a message without arguments."""
    assert parse(b"/sync\0\0\0") == [Message("/sync", "", ())]


def test_a_bundle_is_its_messages_in_order_whatever_its_time_tag() -> None:
    """Inner bundles stand where they stand; a time tag of next year is read over at once."""
    one, two, three = (message(path, "", ()) for path in ("/1", "/2", "/3"))
    data = bundle(one, bundle(two, bundle(), tag=b"\xff" * 8), three, tag=b"\xee" * 8)
    assert [found.path for found in parse(data)] == ["/1", "/2", "/3"]


def test_the_limits_themselves_are_allowed() -> None:
    """As many messages, bundles, arguments and bytes as are taken, are taken."""
    assert len(parse(bundle(*[b"/a\0\0,\0\0\0"] * MOST_MESSAGES))) == MOST_MESSAGES
    assert len(parse(nested(MOST_DEPTH))) == 1
    (found,) = parse(message("/a", "T" * MOST_ARGUMENTS, (True,) * MOST_ARGUMENTS))
    assert len(found.args) == MOST_ARGUMENTS
    text = "x" * (MOST_BYTES - 9)
    assert parse(message("/a", "s", (text,))) == [Message("/a", "s", (text,))]


arguments = st.lists(
    st.one_of(
        st.integers(-(2**31), 2**31 - 1),
        st.floats(width=32, allow_nan=False, allow_infinity=False),
        st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40),
        st.binary(max_size=40),
        st.booleans(),
        st.none(),
    ),
    max_size=MOST_ARGUMENTS,
).map(tuple)


@given(arguments)
def test_what_was_built_is_what_is_read(
    args: tuple[float | str | bytes | bool | None, ...],
) -> None:
    """Any arguments come back from the wire as they were."""
    assert parse(message("/a", tags_of(args), args)) == [Message("/a", tags_of(args), args)]


def test_good_datagrams_pass() -> None:
    """What the fuzzing starts from is well-formed."""
    assert all(len(parse(data)) == 1 for data in GOOD)


@pytest.mark.fuzz
def test_nothing_escapes_and_nothing_is_slow() -> None:
    """Of all that chance made, each is parsed or refused in time, and leaves no memory behind."""
    process = psutil.Process(os.getpid())
    longest, accepted, before = 0.0, 0, 0
    reasons = set()
    with steady_heap():
        for number, data in enumerate(datagrams(seed=3)):
            if number == COUNT // 2:
                before = process.memory_info().rss
            start = time.thread_time()
            try:
                parse(data)
                accepted += 1
            except Malformed as refused:
                reasons.add(refused.reason)
            longest = max(longest, time.thread_time() - start)
    assert reasons == set(REASONS)
    assert longest < LONGEST_SECONDS
    assert process.memory_info().rss - before < FLAT_BYTES
    # Neither half is empty: a fuzz that is all refused at once looks at nothing.
    assert COUNT // 50 < accepted < COUNT // 2
