"""``python -m bench``: measure, print the table, write it as Markdown, JSON, picture and README."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from bench.age import measure_age
from bench.attack import measure_attack
from bench.cpu import measure_cpu
from bench.figures import Figures
from bench.first_packet import measure_first_packet
from bench.follow import measure_following
from bench.interference import measure_interference
from bench.latency import measure_latency
from bench.listeners import measure_listeners
from bench.live import measure_live
from bench.loss import measure_losses
from bench.machine import this_machine
from bench.picture import draw, draw_age
from bench.place import Place, open_place
from bench.receiver_cpu import measure_receiver_cpu
from bench.relays import measure_relays
from bench.results import Results
from bench.sealed import measure_sealed
from bench.soak import measure_soak
from bench.starved import measure_starved
from bench.table import in_readme, markdown
from bench.web import measure_web
from bench.web_link import measure_web_link
from jackrf.errors import JackrfError

EPILOG = """With no part, all but soak, attack, receiver, loss, live and relays are measured: some
20 minutes. A part that is measured alone takes its place in the results of this machine, with its
own date."""

Found = Mapping[str, object] | Iterable[Mapping[str, object]]
"""Fields of `Results`; of a part that takes long, all that is known so far, again and again."""


def _as(field: str, found: Iterable[Figures]) -> Iterator[Mapping[str, object]]:
    return ({field: figures} for figures in found)


Measure = Callable[[Place, argparse.Namespace, Callable[[str], None]], Found]

PARTS: dict[str, Measure] = {
    "cpu": lambda place, o, say: {"cpu": measure_cpu(place, o.rounds, o.seconds, say)},
    "latency": lambda place, o, say: {"latency": measure_latency(place, o.chirps, say)},
    "busy": lambda place, o, say: {
        "interference": measure_interference(place, o.loads, 2 * o.seconds, say)
    },
    "start": lambda place, o, say: {"first_packet": measure_first_packet(place, o.rounds, say)},
    "age": lambda place, o, say: {"age": measure_age(place, o.age_seconds, say)},
    "starved": lambda place, o, say: {"starved": measure_starved(place, o.starved_turns, say)},
    "listeners": lambda _, __, say: {"listeners": measure_listeners(say)},
    "sealed": lambda _, __, say: {"sealed": measure_sealed(say)},
    "attack": lambda place, o, say: {"attack": measure_attack(place, o.requests, say)},
    "receiver": lambda _, o, say: _as("following", measure_following(o.minutes, say)),
    "loss": lambda _, o, say: _as("losses", measure_losses(o.loss_seconds, say)),
    "receiver-cpu": lambda place, o, say: {
        "receiver_cpu": measure_receiver_cpu(place, o.rounds, o.seconds, say)
    },
    "live": lambda _, o, say: _as("live", measure_live(o.minutes, say)),
    "web": lambda place, _, say: {"web": measure_web(place, say)},
    "relays": lambda place, _, say: {"relays": measure_relays(place, say)},
    "web-link": lambda place, o, say: {"web_link": measure_web_link(place, o.link_seconds, say)},
    "soak": lambda place, o, say: {"soak": measure_soak(place, o.minutes, say)},
}
HERE = Path(__file__).parent
UNUSUAL = ("soak", "attack", "receiver", "loss", "live", "relays")
USUAL = [part for part in PARTS if part not in UNUSUAL]
TABLE_WIDTH = 132
"""Columns in which no table is cut."""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure jackrf beside its neighbours on this machine.",
        epilog=EPILOG,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=12, help="turns of each client [12]")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of a turn [4]")
    parser.add_argument("--loads", type=int, default=6, help="runs under each load [6]")
    parser.add_argument("--chirps", type=int, default=45, help="chirps through each path [45]")
    parser.add_argument("--age-seconds", type=float, default=60.0, help="over slow links [60]")
    parser.add_argument("--starved-turns", type=int, default=10, help="of each transport [10]")
    parser.add_argument("--requests", type=int, default=1_000_000, help="of an attack [1000000]")
    parser.add_argument("--link-seconds", type=float, default=30.0, help="of a page [30]")
    parser.add_argument(
        "--minutes", type=float, default=10.0, help="length of soak, live, receiver [10]"
    )
    parser.add_argument("--loss-seconds", type=float, default=20.0, help="of each damage [20]")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of results.*")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown part {min(unknown)}: allowed are {', '.join(PARTS)}")
    return options


def _end(number: int, _: object) -> None:
    """Leave as an error does, so that every program that was started is ended."""
    sys.exit(128 + number)


def _say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def _measure(options: argparse.Namespace) -> Results:
    with open_place() as place:
        machine = this_machine(realtime=place.is_realtime())
        results = Results.read(options.out / "results.json", machine)
        for part in options.parts or USUAL:
            found = PARTS[part](place, options, _say)
            for figures in [found] if isinstance(found, Mapping) else found:
                results = results.model_copy(update=figures)
                # What was measured is kept, whatever becomes of the rest.
                results.write(options.out / "results.json")
    return results


def main() -> None:
    """Measure what was asked for, print and write it."""
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, _end)
    try:
        results = _measure(options)
    except JackrfError as error:
        sys.exit(f"bench: {error}")
    text = markdown(results)
    (options.out / "results.md").write_text(text)
    draw(results, options.out / "results.png")
    draw_age(results, options.out / "age.png")
    readme = options.out.parent / "README.md"
    if options.out == HERE:
        readme.write_text(in_readme(readme.read_text("utf-8"), results), "utf-8")
    console = Console()
    console.width = max(console.width, TABLE_WIDTH)
    console.print(Markdown(text))


if __name__ == "__main__":
    main()
