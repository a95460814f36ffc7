"""The command line: one table of commands. Each imports what it needs when it is called."""

import atexit
import gc
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from jackrf import __version__
from jackrf.commands.listen_table import LISTEN_COMMANDS, ServerName
from jackrf.commands.qr import Leads
from jackrf.commands.scene_table import recall, scene_app
from jackrf.commands.session_table import SESSION_COMMANDS, ClientName, SessionFile
from jackrf.errors import JackrfError

app = typer.Typer(
    name="jackrf",
    help="Personal monitor mixes from JACK, sent by a link that drops rather than lags.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

GARBAGE = 100_000
"""Objects made, beyond those let go, before Python looks for cycles among them."""

NO_LIBRARY = (
    "JACK's library is not on this machine, and jackrf needs it, with a JACK server or without: "
    "apt install libjack-jackd2-0"
)


class LayoutFormat(StrEnum):
    """For which app a layout is made."""

    TOSC = "tosc"
    OPEN_STAGE_CONTROL = "open-stage-control"
    PNG = "png"


@app.command(rich_help_panel="Main")
def run(  # noqa: PLR0913, PLR0917 - an option is an argument
    session: SessionFile,
    server: ServerName = None,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Name of the JACK client.")
    ] = "jackrf",
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait for a JACK server instead of giving up.")
    ] = False,
    osc_port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65535,
            envvar="JACKRF_OSC_PORT",
            help="Port for OSC, if not the session's: for a second jackrf on one machine.",
        ),
    ] = None,
    recover: Annotated[
        bool,
        typer.Option(
            "--recover", help="Replace a broken file by its newest good copy; mute all mixes."
        ),
    ] = False,
    muted: Annotated[bool, typer.Option("--muted", help="Start with all mixes muted.")] = False,
    as_saved: Annotated[
        bool, typer.Option("--as-saved", help="Put aside what was not saved the last time.")
    ] = False,
    save_at_end: Annotated[
        bool, typer.Option("--save-at-end", help="Save the session when it ends.")
    ] = False,
    identify: Annotated[
        str | None,
        typer.Option("--identify", metavar="MIX", help="Play a soft tone into a mix for 10 s."),
    ] = None,
) -> None:
    """Open a session: take inputs from JACK, mix, send, until Ctrl-C or SIGTERM.

    Under a session manager, which sets NSM_URL, that one says what to open.
    """
    if _is_guest(server=server, instead_of=f"the file {session} is not opened"):
        return
    from jackrf.running.resuming import Resuming
    from jackrf.running.run import run as run_session

    how = Resuming(recover, muted, as_saved, save_at_end)
    run_session(
        session, server=server, name=name, wait=wait, osc_port=osc_port, how=how, identify=identify
    )


for command_name, command in LISTEN_COMMANDS.items():
    app.command(command_name, rich_help_panel="Main")(command)


@app.command(rich_help_panel="Main")
def status(
    client: ClientName = "jackrf",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="A live view until Ctrl-C.")] = False,
) -> None:
    """Show what a running jackrf does: meters, listeners, drops, load."""
    from jackrf.commands.status import status as show_status

    show_status(client, as_json=as_json, watch=watch)


@app.command(rich_help_panel="Main")
def sdp(
    mix: Annotated[str, typer.Argument(metavar="MIX", help="Id of a mix in the session.")],
    client: ClientName = "jackrf",
    listener: Annotated[
        int,
        typer.Option(metavar="N", min=1, help="Which of the places that the mix is sent to."),
    ] = 1,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="Write to a file instead of printing."),
    ] = None,
) -> None:
    """Print the SDP of a mix: what ffplay and other players open to hear it."""
    from jackrf.commands.sdp import sdp as print_sdp

    print_sdp(mix, client=client, listener=listener, out=out)


@app.command(rich_help_panel="Main")
def qr(
    mix: Annotated[
        str | None,
        typer.Argument(metavar="[MIX]", help="Id of a mix; without one, the engineer's page."),
    ] = None,
    client: ClientName = "jackrf",
    leads: Annotated[
        Leads,
        typer.Option("--to", help="Where it leads; auto takes the first of these that there is."),
    ] = Leads.AUTO,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="Write a PNG instead of printing."),
    ] = None,
) -> None:
    """Print a QR code that leads a phone to a mix: to its page, its SDP, or its RTSP address."""
    from jackrf.commands.qr import qr as print_qr

    print_qr(mix, leads=leads, client=client, out=out)


@app.command(rich_help_panel="Surfaces")
def pin(
    mix: Annotated[str | None, typer.Argument(metavar="[MIX]", help="Id of a mix.")] = None,
    engineer: Annotated[bool, typer.Option("--engineer", help="A PIN for everything.")] = False,
    client: ClientName = "jackrf",
) -> None:
    """Make a new PIN, with which a surface gets into a mix, and print it."""
    from jackrf.commands.pairing import pin as make_pin

    make_pin(mix, engineer=engineer, client=client)


@app.command(rich_help_panel="Surfaces")
def pair(
    host: Annotated[str, typer.Argument(metavar="HOST", help="IP address of a surface.")],
    mix: Annotated[str | None, typer.Option(metavar="MIX", help="Mix that it may change.")] = None,
    engineer: Annotated[bool, typer.Option("--engineer", help="It may change everything.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where it listens.")] = 9000,
    client: ClientName = "jackrf",
) -> None:
    """Let a tablet or a program change a mix, and tell it what changes."""
    from jackrf.commands.pairing import pair as pair_host

    pair_host(host, mix=mix, engineer=engineer, port=port, client=client)


@app.command(rich_help_panel="Surfaces")
def layout(
    session: SessionFile,
    mix: Annotated[str, typer.Option("--mix", metavar="MIX", help="Id of a mix.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="File to write.")],
    form: Annotated[
        LayoutFormat,
        typer.Option("--format", help="tosc is for TouchOSC; png is a picture of the page."),
    ] = LayoutFormat.TOSC,
    reply_port: Annotated[
        int,
        typer.Option("--reply-port", metavar="PORT", min=1, max=65535, help="The app's own port."),
    ] = 9000,
    pin: Annotated[
        str, typer.Option("--pin", metavar="PIN", help="From `jackrf pin`: the page pairs itself.")
    ] = "",
) -> None:
    """Make a page for a musician's tablet from a session, and say what to set in the app.

    Tablets find a running jackrf by themselves where the extra `discovery` of jackrf is installed.
    """
    from jackrf.commands.layout import layout as make_layout

    make_layout(session, mix=mix, form=form.value, out=out, reply_port=reply_port, pin=pin)


for command_name, command in SESSION_COMMANDS.items():
    app.command(command_name, rich_help_panel="Sessions")(command)
app.command(rich_help_panel="Sessions")(recall)
app.add_typer(scene_app, name="scene", rich_help_panel="Sessions")


@app.command(rich_help_panel="Help")
def doctor() -> None:
    """Say what on this machine stands in the way of low latency, and what mends it."""
    from jackrf.doctor import doctor as examine

    raise typer.Exit(examine())


@app.command(rich_help_panel="Help")
def demo(
    folder: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the WAV and the plot go.")
    ] = Path("artifacts"),
    seconds: Annotated[float, typer.Option(help="How long to play.", min=5.0)] = 15.0,
) -> None:
    """Hear and see jackrf work, with no sound card and no JACK server running."""
    from jackrf.demo.show import demo as show

    show(folder, seconds=seconds)


def _is_guest(*, server: str | None, instead_of: str) -> bool:
    """Run under the session manager whose NSM_URL is set; return False if there is none."""
    url = os.environ.get("NSM_URL")
    if not url:
        return False
    from jackrf.hosting.hosted import run_hosted

    return run_hosted(url, server=server, instead_of=instead_of)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"jackrf {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print version."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; errors are one line on standard error and an exit code."""
    # What a command imports is large, and all of it stays. Searched for garbage at Python's usual
    # pace it makes the start a sixth longer, and the end, when it is searched once more, 0.4 s.
    gc.set_threshold(GARBAGE, 50, 50)
    atexit.register(gc.freeze)
    try:
        # A session manager starts the bare program. Alone it has nothing to open, and gives help.
        if len(sys.argv) > 1 or not _is_guest(server=None, instead_of=""):
            app()
    except JackrfError as error:
        print(f"jackrf: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        # Commands import what they need, and most of them JACK's library: `import jack` raises
        # this, and so does `jackrf.realtime.libc`.
        if not any(words in str(error) for words in ("JACK library", "libjack")):
            raise
        print(f"jackrf: {NO_LIBRARY}", file=sys.stderr)
        sys.exit(1)
