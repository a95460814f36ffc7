"""How a scene is written down: TOML, one line for each send, gains in dB, to be read and edited.

    format = 1
    name = "Verse"

    [inputs]
    kick = {}
    vox = { trim = 3.0 }

    [mixes.drums]
    gain = -6.0

    [mixes.drums.sends]
    kick = { gain = -3.0 }

``[inputs]`` and ``[mixes.*]`` name what the scene knows; what they do not say is as by default. The
same scene is always the same text.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError

from jackrf.errors import SessionError
from jackrf.parameters import Place, Value, checked
from jackrf.sessions.document import rounded
from jackrf.sessions.editing import Editor, Setting, toml
from jackrf.sessions.fields import Gain, Name, Pan, Slug, Switch
from jackrf.sessions.reading import Document, shown
from jackrf.sessions.scenes import OF_A_MIX, OF_A_SEND, OF_A_STRIP, Scene
from jackrf.sessions.tables import Allowed, Table

FORMAT = 1


class SceneInput(Table):
    """An input, in every mix."""

    trim: Gain = 0.0
    """dB"""
    pan: Pan = 0.0
    mute: Switch = False


class SceneSend(Table):
    """How much of an input is in a mix."""

    gain: Gain
    """dB"""
    pan: Pan = 0.0
    mute: Switch = False
    solo: Switch = False


class SceneMix(Table):
    """A mix."""

    gain: Gain = 0.0
    """dB"""
    mute: Switch = False
    sends: Annotated[
        dict[Slug, SceneSend], Allowed("a table of sends", "kick = { gain = -6.0 }")
    ] = Field(default_factory=dict)


class SceneFile(Table):
    """All that a scene's file says."""

    format: Annotated[
        int, Field(ge=1, le=FORMAT), Allowed(f"the number {FORMAT}", f"{{key}} = {FORMAT}")
    ]
    name: Name
    inputs: Annotated[
        dict[Slug, SceneInput], Allowed("a table of inputs", "kick = { trim = 3.0 }")
    ] = Field(default_factory=dict)
    mixes: Annotated[dict[Slug, SceneMix], Allowed("tables of mixes", "[mixes.drums]")] = Field(
        default_factory=dict
    )


def scene_of(document: Document, mix: str | None) -> Scene:
    """Return the scene that a text is.

    Args:
        document: what was read.
        mix: whose folder it is in; None for a scene of the whole desk.

    Raises:
        SessionError: it is wrong, with a line for each problem, or of a newer format.
    """
    found = document.data.get("format")
    if type(found) is int and found > FORMAT:
        raise SessionError(
            f"{document.at(('format',))}: format = {shown(found)}: newer than this jackrf, "
            f"which reads scenes of format {FORMAT}; update jackrf"
        )
    try:
        file = SceneFile.model_validate(document.data)
    except ValidationError as error:
        raise SessionError(document.explain(error)) from None
    values = {place: rounded(checked(place, value)) for place, value in _written(file)}
    return Scene(file.name, mix, tuple(file.inputs), tuple(file.mixes), values)


def _written(file: SceneFile) -> Iterator[tuple[Place, object]]:
    for strip, entry in file.inputs.items():
        yield from ((Place(None, strip, n), getattr(entry, n)) for n in _set(entry, OF_A_STRIP))
    for mix, table in file.mixes.items():
        yield from ((Place(mix, None, n), getattr(table, n)) for n in _set(table, OF_A_MIX))
        for strip, send in table.sends.items():
            names = _set(send, OF_A_SEND)
            yield from ((Place(mix, strip, n), getattr(send, n)) for n in names)


def _set(table: Table, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name in table.model_fields_set]


def text_of(scene: Scene) -> str:
    """Return a scene as its file has it."""
    lines = [f"format = {FORMAT}", f"name = {toml(scene.name)}", "", "[inputs]"]
    lines += [f"{s} = {_table(scene.values, None, s, OF_A_STRIP)}" for s in scene.inputs]
    for mix in scene.mixes:
        own = [(n, scene.values.get(Place(mix, None, n))) for n in OF_A_MIX]
        lines += ["", f"[mixes.{mix}]", *(f"{n} = {toml(v)}" for n, v in own if v is not None)]
        lines += ["", f"[mixes.{mix}.sends]", *_sends(scene, mix)]
    return "\n".join(lines) + "\n"


def _sends(scene: Scene, mix: str) -> Iterator[str]:
    for strip in scene.strips_of(mix):
        said = _table(scene.values, mix, strip, OF_A_SEND)
        if said != "{}":
            yield f"{strip} = {said}"


def _table(
    values: Mapping[Place, Value], mix: str | None, strip: str, names: tuple[str, ...]
) -> str:
    said: dict[str, Any] = {
        name: values[place] for name in names if (place := Place(mix, strip, name)) in values
    }
    if said and mix is not None:
        said = {"gain": float("-inf")} | said
    fields = ", ".join(f"{name} = {toml(value)}" for name, value in said.items())
    return f"{{ {fields} }}" if fields else "{}"


def renamed(text: str, name: str) -> str:
    """Return a scene's text with another name, and all else as it was."""
    editor = Editor(text)
    editor.put(("name",), Setting(toml(name)))
    return editor.text()
