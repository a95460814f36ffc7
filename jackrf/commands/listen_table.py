"""The commands for hearing a mix. Each imports what it needs when it is called."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from jackrf.commands.session_table import ClientName

ServerName = Annotated[
    str | None,
    typer.Option("--server", metavar="NAME", help="JACK server to use, if not the default one."),
]


def listen(
    url: Annotated[str, typer.Argument(metavar="URL", help="udp://ADDRESS:PORT to listen on.")],
    server: ServerName = None,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Name of the JACK client.")
    ] = "jackrf-listen",
    connect: Annotated[
        list[str] | None,
        typer.Option(
            "--connect",
            metavar="PORT",
            help="JACK port to connect out_1, then out_2 to; give it twice. "
            "Default: the first two playback ports. '' for none.",
        ),
    ] = None,
    encoding: Annotated[
        str, typer.Option(help="L16 or L24, for a stream whose packets do not say: auto.")
    ] = "auto",
) -> None:
    """Hear a mix: take it from the network and play it into JACK."""
    from jackrf.commands.listen import listen as listen_to

    listen_to(url, server=server, name=name, connect=connect, encoding=encoding)


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


LISTEN_COMMANDS: Mapping[str, Callable[..., Any]] = {"listen": listen, "identify": identify}
