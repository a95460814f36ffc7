"""The commands for scenes. Each imports what it needs when it is called."""

from typing import Annotated

import typer

from jackrf.commands.session_table import ClientName

SceneName = Annotated[str, typer.Argument(metavar="NAME", help="A scene, by name or number.")]
OfMix = Annotated[
    str | None,
    typer.Option("--mix", metavar="MIX", help="A scene of this mix alone, not of the desk."),
]
Fade = Annotated[
    float, typer.Option("--fade", metavar="SECONDS", min=0.0, max=600.0, help="Glide so long.")
]

scene_app = typer.Typer(no_args_is_help=True, help="Save, list, compare and recall scenes.")


@scene_app.command("list")
def list_scenes(mix: OfMix = None, client: ClientName = "jackrf") -> None:
    """List the scenes of a running jackrf."""
    from jackrf.running.recalling import list_scenes as list_all

    list_all(mix, client)


@scene_app.command()
def recall(
    name: SceneName, fade: Fade = 0.0, mix: OfMix = None, client: ClientName = "jackrf"
) -> None:
    """Recall a scene; say what changed and what was left alone."""
    from jackrf.running.recalling import recall as recall_scene

    recall_scene(name, mix, fade, client)


@scene_app.command()
def preview(name: SceneName, mix: OfMix = None, client: ClientName = "jackrf") -> None:
    """Say what recalling a scene would change now."""
    from jackrf.running.recalling import preview as preview_scene

    preview_scene(name, mix, client)


@scene_app.command()
def undo(fade: Fade = 0.0, mix: OfMix = None, client: ClientName = "jackrf") -> None:
    """Take back the last recall."""
    from jackrf.running.recalling import undo as undo_recall

    undo_recall(mix, fade, client)


@scene_app.command()
def save(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    mix: OfMix = None,
    client: ClientName = "jackrf",
) -> None:
    """Save what is heard now as a scene."""
    from jackrf.running.recalling import save as save_scene

    save_scene(name, mix, client)


@scene_app.command()
def rename(
    name: SceneName,
    to: Annotated[str, typer.Argument(metavar="TO", help="Its new name.")],
    mix: OfMix = None,
    client: ClientName = "jackrf",
) -> None:
    """Give a scene another name."""
    from jackrf.running.recalling import rename as rename_scene

    rename_scene(name, to, mix, client)


@scene_app.command()
def delete(name: SceneName, mix: OfMix = None, client: ClientName = "jackrf") -> None:
    """Delete a scene; a copy stays in backup/."""
    from jackrf.running.recalling import delete as delete_scene

    delete_scene(name, mix, client)
