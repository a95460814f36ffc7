"""Writes osc/README.md from the table of addresses: ``python -m jackrf.osc.readme``."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from jackrf.osc.addresses import TABLE, Address, Role
from jackrf.osc.aliases import ALIASES
from jackrf.osc.guard import MOST_ARGUMENTS, MOST_BYTES, MOST_DEPTH, MOST_MESSAGES
from jackrf.osc.hearing import PATTERNS_PER_SECOND, VALUES_FOR_A_TOKEN
from jackrf.osc.intake import MESSAGES_PER_SECOND
from jackrf.osc.patterns import MOST_ALTERNATIVES, MOST_STARS
from jackrf.osc.refusals import Code
from jackrf.osc.syncing import MOST_PACKETS
from jackrf.osc.tree import MOST_MATCHES

README: Final = Path(__file__).parents[2] / "osc" / "README.md"

MOST_VALUES: Final = MESSAGES_PER_SECOND * VALUES_FOR_A_TOKEN

_GROUPS: Final = (
    ("/mix/{mix}/in/", "A send: one input in one mix"),
    ("/mix/", "A mix"),
    ("/in/", "An input, for every mix"),
    ("/", "Scenes, session, JACK, and the surface itself"),
)

_WHO: Final = {Role.OBSERVER: "anyone", Role.MUSICIAN: "musician", Role.ENGINEER: "engineer"}

_HEAD: Final = f"""\
<!-- Made by `python -m jackrf.osc.readme` from jackrf/osc/addresses.py: change it there. -->
# OSC addresses of jackrf

    oscsend localhost 9955 /mix/drums/in/kick/fader f 0.75
    oscsend localhost 9955 /mix/1/in/3/mute i 1

* `{{mix}}` and `{{strip}}` are an id from the session (`drums`, `kick`), or a number from 1 in the
  order of the session. What jackrf sends has numbers.
* An address without an argument asks for its value; the answer comes on the same address.
* A number out of range counts as the nearest that is allowed. Integers, floats, and T and F, stand
  for each other; for a switch, 0.5 and more is on. Buttons may send 0 when they are let go.
* Patterns (`*`, `?`, `[1-4]`, `{{kick,snare}}`): everybody may ask with them, the engineer may set
  with them. Between slashes stand at most {MOST_STARS} `*` and {MOST_ALTERNATIVES} alternatives;
  a pattern finds at most {MOST_MATCHES} addresses. Of those that jackrf has not met yet it looks up
  {PATTERNS_PER_SECOND:g} a second.
* A bundle is done at once and as a whole, or not at all; its time tag is not looked at. What jackrf
  sends is in bundles of at most 1400 bytes, with the time tag "now".
* Who sends more than {MESSAGES_PER_SECOND:g} messages or {MOST_VALUES:g} values a second has the
  latest value of each address set, a little later.
* A sync has everything below its prefix, in at most {MOST_PACKETS} packets. Of a desk too large
  for that it has all levels and names, and every mute, pan, solo, safe and more me that is not at 0
  or was not at some time since jackrf runs: a surface that begins with 0 for those is right when
  the sync ends. Zeros that had no room, and what says a level in other words, follow within 10 s.
* A datagram has at most {MOST_BYTES} bytes, {MOST_MESSAGES} messages, {MOST_ARGUMENTS} arguments
  in each, and bundles in bundles {MOST_DEPTH} deep. Types: i f s b of OSC 1.0, T F N I t of
  OSC 1.1, h d S. NaN and infinity are refused.
* *musician* is whoever was paired with this mix, *engineer* may do everything.
"""

_CODES: Final = {
    Code.WRONG: "the value is not allowed there, or the address cannot be used so",
    Code.DENIED: "this endpoint may not do it",
    Code.UNKNOWN: "no such address",
    Code.NOT_NOW: "the address is there, but nothing answers on it now",
}


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _types(address: Address) -> str:
    if address.types == "*":
        return "any"
    written = [f"`{types}`" if types else "none" for types in address.types.split("|")]
    return " or ".join(written)


def _range(address: Address) -> str:
    if address.low is None and address.high is None:
        return ""
    low = "" if address.low is None else f"{address.low:g}"
    high = "" if address.high is None else f"{address.high:g}"
    return f"{low}..{high} {address.unit}".rstrip()


def _use(address: Address) -> str:
    who = _WHO[address.role]
    if address.direction == "out":
        return f"get: {who}" if address.told != "when asked" else f"sent to: {who}"
    if address.direction == "both":
        reader = _WHO[address.reader]
        return f"get, set: {who}" if who == reader else f"get: {reader}, set: {who}"
    return f"{'do' if address.direction == 'command' else 'set'}: {who}"


def _rows(addresses: Iterable[Address]) -> Iterable[str]:
    yield "| address | type | range | use | meaning | follows |"
    yield "|---|---|---|---|---|---|"
    for address in addresses:
        cells = (
            f"`{address.path}`",
            _types(address),
            _range(address),
            _use(address),
            address.meaning,
            address.follows,
        )
        yield "| " + " | ".join(map(_cell, cells)) + " |"


def _aliases() -> Iterable[str]:
    yield "| dialect | address | stands for |"
    yield "|---|---|---|"
    for alias in ALIASES:
        path = alias.path.replace(":02", "")
        yield f"| {alias.dialect} | `{path}` | `{alias.native}`{alias.note} |"


def text() -> str:
    """Return the whole README."""
    lines = [_HEAD]
    rest = list(TABLE)
    for prefix, title in _GROUPS:
        group = [address for address in rest if address.path.startswith(prefix)]
        rest = [address for address in rest if address not in group]
        lines += [f"## {title}", "", *_rows(group), ""]
    lines += [
        "## Addresses of other desks",
        "",
        "Templates made for them work as they are, and are told what changes in the same words.",
        "`{strip}` and `{mix}` are numbers here, also with a leading 0. In Ardour's addresses",
        "`{mix}` is the mix that the surface is paired with; positions are on Ardour's taper.",
        "",
        *_aliases(),
        "",
        "## Codes of `/error`",
        "",
        "| code | meaning |",
        "|---|---|",
        *(f"| {int(code)} | {meaning} |" for code, meaning in _CODES.items()),
        "",
    ]
    return "\n".join(lines)


def main(target: Path = README) -> None:
    """Write it.

    Args:
        target: where to.
    """
    target.write_text(text(), encoding="utf-8")
    print(f"wrote {target}", file=sys.stderr)


if __name__ == "__main__":
    main()
