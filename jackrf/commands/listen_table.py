"""The commands for hearing a mix. Each imports what it needs when it is called."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from jackrf.commands.session_table import ClientName
from jackrf.errors import InputError

ServerName = Annotated[
    str | None,
    typer.Option("--server", metavar="NAME", help="JACK server to use, if not the default one."),
]

Peers = Annotated[
    list[str] | None,
    typer.Option(
        "--connect",
        metavar="PORT",
        help="JACK port to connect out_1, then out_2 to; give it twice. "
        "Default: the first two playback ports. '' for none.",
    ),
]
PlayoutDelay = Annotated[
    str,
    typer.Option("--delay", metavar="auto|MS", help="Playout delay; auto is the least that works."),
]
MaximumDelay = Annotated[
    float,
    typer.Option("--max-delay", metavar="MS", help="Beyond it audio is dropped, not late."),
]
DeviceName = Annotated[
    str | None,
    typer.Option(
        "--device", metavar="NAME|list", help="Play on a sound card, not on JACK; or list them."
    ),
]


def listen(  # noqa: PLR0913, PLR0917 - an option is an argument
    url: Annotated[
        str | None,
        typer.Argument(
            metavar="URL|FILE.sdp",
            help="rtsp://HOST:8554/MIX to tune in to, udp://ADDRESS:PORT to wait at, an SDP file.",
        ),
    ] = None,
    server: ServerName = None,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Name of the JACK client.")
    ] = "jackrf-listen",
    connect: Peers = None,
    encoding: Annotated[
        str, typer.Option(help="L16 or L24, for a stream whose packets do not say: auto.")
    ] = "auto",
    delay: PlayoutDelay = "auto",
    max_delay: MaximumDelay = 20.0,
    device: DeviceName = None,
    period: Annotated[
        int, typer.Option(min=0, max=8192, help="Frames per period of --device; 0: the card's own.")
    ] = 0,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE.wav", help="Write what is heard to a new file.")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Draw delay, drift and losses, at the end."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a line of JSON a second.")] = False,
) -> None:
    """Hear a mix: take it from the network and play it into JACK, or on a sound card."""
    from jackrf.commands import listen as listening
    from jackrf.listening.output import CardPlace, JackPlace

    if device == "list":
        listening.list_devices()
        return
    if url is None:
        raise InputError("listen needs an address or a file: jackrf listen udp://0.0.0.0:5004")
    listening.listen(
        url,
        JackPlace(name, server, connect) if device is None else CardPlace(device, period),
        encoding=encoding,
        delay=listening.parse_delay(delay, max_delay),
        telling=listening.Telling(as_json, record, plot),
    )


def fanout(
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL|FILE.sdp", help="What is repeated, as `jackrf listen` takes it."
        ),
    ],
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to", metavar="udp://HOST:PORT", help="An engine's port for RTP; again for more."
        ),
    ] = None,
    bitrate: Annotated[int, typer.Option(metavar="KBITS", help="Of Opus, 16 to 512.")] = 128,
    frame: Annotated[
        float, typer.Option(metavar="MS", help="Audio in a packet: 2.5, 5, 10 or 20 ms.")
    ] = 10.0,
    payload_type: Annotated[
        int, typer.Option(metavar="NUMBER", help="That the engine knows as Opus, 96 to 127.")
    ] = 111,
    as_json: Annotated[bool, typer.Option("--json", help="Print a line of JSON a second.")] = False,
) -> None:
    """Repeat one mix as Opus to Janus or another engine, which serves browsers by the hundred.

    A packet that the engine does not take now is dropped. docs/crowd.md sets Janus up.
    """
    from jackrf.commands.fanout import fanout as repeat
    from jackrf.fanout.repeating import Shape

    repeat(url, to or [], Shape(frame, bitrate, payload_type), as_json=as_json)


def identify(
    mix: Annotated[str, typer.Argument(metavar="MIX", help="Id of a mix in the session.")],
    seconds: Annotated[
        float, typer.Option(min=0.0, max=60.0, help="For how long; 0 stops it.")
    ] = 10.0,
    client: ClientName = "jackrf",
) -> None:
    """Play a soft tone into one mix, to find out which ears it is: low left, high right."""
    from jackrf.commands.identify import identify as identify_mix

    identify_mix(mix, seconds=seconds, client=client)


def latency(
    source: Annotated[
        str, typer.Option("--from", metavar="PORT", help="JACK input that takes soft chirps.")
    ] = "jackrf:in_01",
    sink: Annotated[
        str, typer.Option("--to", metavar="PORT", help="JACK output at which they are heard.")
    ] = "jackrf-listen:out_1",
    server: ServerName = None,
    chirps: Annotated[int, typer.Option(help="How many, 8 a second.")] = 40,
    host: Annotated[
        str | None,
        typer.Option("--with", metavar="HOST", help="The receiver's machine, where --answer runs."),
    ] = None,
    answer: Annotated[
        bool, typer.Option("--answer", help="Hear for --with of another machine, until Ctrl-C.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="UDP port of --answer and --with.")
    ] = 5998,
) -> None:
    """Measure how late a mix is heard, here or on another machine, and what takes how long."""
    from jackrf.commands import latency as measuring

    if answer:
        measuring.answer(server, sink, port)
    else:
        measuring.latency(server, source, sink, chirps=chirps, host=host, port=port)


def web(
    urls: Annotated[
        list[str],
        typer.Argument(
            metavar="URL...",
            help="rtsp://HOST:8554/ for all mixes of a jackrf; rtsp://MIX:PIN@HOST:8554/MIX for "
            "one that has a PIN.",
        ),
    ],
    listen: Annotated[
        str, typer.Option(help="Address to serve on; 0.0.0.0 is all networks of this machine.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="TCP port of http.")] = 8080,
    https_port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port of https; of UDP, too, for WebTransport.")
    ] = 8443,
    relays: Annotated[
        int, typer.Option(min=0, max=16, help="Processes at the most; 0: one for each processor.")
    ] = 0,
    name: Annotated[
        str,
        typer.Option("--name", metavar="NAME", help="By which jackrf qr and status ask for it."),
    ] = "jackrf-web",
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait for a jackrf that is not there yet.")
    ] = False,
) -> None:
    """Serve the page for browsers on another machine than the desk: it is heard by RTSP.

    It is for listening; faders are on the page that the desk itself serves.
    """
    from jackrf.commands.web import web as serve
    from jackrf.web.settings import Settings

    settings = Settings(listen, port, https_port, relays=relays)
    serve(urls, settings, name=name, wait=wait)


LISTEN_COMMANDS: Mapping[str, Callable[..., Any]] = {
    "listen": listen,
    "fanout": fanout,
    "web": web,
    "identify": identify,
    "latency": latency,
}
