"""`jackrf recall` and `jackrf scene`: the scenes of a running jackrf.

Both ends are here: what a running jackrf answers on its control socket, and what people call.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from jackrf.control import Handler, request
from jackrf.desk import Desk
from jackrf.errors import InputError
from jackrf.running.scenes import Scenes
from jackrf.sessions.difference import print_lines
from jackrf.sessions.scenes import Plan, Scene, called, differences

DISK_SECONDS = 30.0
"""How long a slow disk may take."""
BY = "control"
"""Who makes the changes, as those who watch the desk hear it."""

Message = Mapping[str, Any]


def handlers(scenes: Scenes, desk: Desk) -> dict[str, Handler]:
    """Return what a running jackrf answers, such as ``{"do": "scene.recall", "name": "Verse"}``.

    Each takes ``mix``, the id of the mix whose scenes are meant; without it, the desk's.
    """

    async def answer_list(message: Message) -> list[dict[str, Any]]:
        mix = _mix(message)
        return [
            {"number": number, "name": entry.name, "file": entry.slug, "error": entry.error}
            | {"current": entry.name == scenes.current(mix)}
            | {"dirty": entry.name == scenes.current(mix) and scenes.dirty(mix)}
            for number, entry in enumerate(scenes.shelf(mix).values(), 1)
        ]

    async def answer_preview(message: Message) -> dict[str, Any]:
        return _report(*scenes.preview(_wanted(message), _mix(message)), desk)

    async def answer_recall(message: Message) -> dict[str, Any]:
        wanted, mix = _wanted(message), _mix(message)
        # Made before the recall, while what is different can still be seen.
        report = _report(*scenes.preview(wanted, mix), desk)
        scenes.recall(wanted, mix, by=BY, seconds=message.get("fade", 0.0))
        return report

    async def answer_undo(message: Message) -> int:
        fade = message.get("fade", 0.0)
        return len(scenes.undo(_mix(message), by=BY, seconds=fade))

    async def answer_save(message: Message) -> str:
        scene, written = scenes.save(message.get("name"), _mix(message))
        await written
        return scene.name

    async def answer_rename(message: Message) -> str:
        renamed = await scenes.rename(_wanted(message), _mix(message), message.get("to"))
        return renamed.name

    async def answer_delete(message: Message) -> str:
        return await scenes.delete(_wanted(message), _mix(message))

    answers: dict[str, Callable[[Message], Awaitable[Any]]] = {
        "scene.list": answer_list,
        "scene.preview": answer_preview,
        "scene.recall": answer_recall,
        "scene.undo": answer_undo,
        "scene.save": answer_save,
        "scene.rename": answer_rename,
        "scene.delete": answer_delete,
    }
    return {name: _after_refresh(scenes, answer) for name, answer in answers.items()}


def _after_refresh(scenes: Scenes, answer: Callable[[Message], Awaitable[Any]]) -> Handler:
    """Return a handler that sees what people have edited in the files."""

    async def answer_now(message: Message) -> Any:
        await scenes.refresh()
        return await answer(message)

    return answer_now


def _mix(message: Message) -> str | None:
    mix = message.get("mix")
    if not isinstance(mix, str | None):
        raise InputError(f"mix {mix!r}: give the id of a mix")
    return mix


def _wanted(message: Message) -> str | int:
    name = message.get("name")
    if isinstance(name, bool) or not isinstance(name, str | int):
        raise InputError(f"scene {name!r}: give its name or its number")
    return name


def _report(scene: Scene, plan: Plan, desk: Desk) -> dict[str, Any]:
    changes = _changes(plan, desk)
    return {"name": scene.name, "changes": changes, "skipped": _skipped(plan, desk)}


def _changes(plan: Plan, desk: Desk) -> list[dict[str, Any]]:
    return [
        {"who": whose(desk, one.mix), "mix": one.mix, "what": one.what, "lines": list(one.lines)}
        for one in differences(plan.changes, desk.mixer)
    ]


def _skipped(plan: Plan, desk: Desk) -> list[dict[str, str]]:
    return [
        {"what": called(desk.mixer, one.mix, one.strip, one.name), "why": one.reason}
        for one in plan.skipped
    ]


def whose(desk: Desk, mix: str | None) -> str:
    """Return what a group of changes is called."""
    return "inputs" if mix is None else called(desk.mixer, mix)


def list_scenes(mix: str | None, client: str) -> None:
    """Print the scenes of a running jackrf.

    Raises:
        JackrfError: there is no such jackrf, or no such mix.
    """
    rows = _ask(client, "list", mix)
    if not rows:
        print("no scene is saved yet: jackrf scene save NAME")
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for head in ("", "Scene", "File", ""):
        table.add_column(head)
    for row in rows:
        state = ("current, changed since" if row["dirty"] else "current") * bool(row["current"])
        state = "broken" if row["error"] else state
        table.add_row(str(row["number"]), row["name"], row["file"] + ".toml", state)
    Console(markup=False, emoji=False, highlight=False).print(table)
    print_lines(row["error"] for row in rows if row["error"])


def recall(name: str, mix: str | None, fade: float, client: str) -> None:
    """Have a scene recalled, and print what changed and what was left alone.

    Raises:
        JackrfError: there is no such jackrf, mix or scene.
    """
    answer = _ask(client, "recall", mix, name=name, fade=fade)
    print_lines([f"{answer['name']} is recalled{_sum(answer['changes'])}"])
    print_lines(_left_alone(answer["skipped"]))


def preview(name: str, mix: str | None, client: str) -> None:
    """Print what recalling a scene would change.

    Raises:
        JackrfError: there is no such jackrf, mix or scene.
    """
    answer = _ask(client, "preview", mix, name=name)
    for one in answer["changes"]:
        print_lines([f"{one['who']}: {one['what']}", *(f"  {line}" for line in one["lines"])])
    if not answer["changes"]:
        print_lines([f"{answer['name']} would change nothing"])
    print_lines(_left_alone(answer["skipped"]))


def undo(mix: str | None, fade: float, client: str) -> None:
    """Have the last recall taken back.

    Raises:
        JackrfError: there is no such jackrf or mix, or nothing was recalled.
    """
    count = _ask(client, "undo", mix, fade=fade)
    print(f"the recall is taken back: {count} value{'s' if count != 1 else ''}")


def save(name: str, mix: str | None, client: str) -> None:
    """Have what is heard saved as a scene.

    Raises:
        JackrfError: there is no such jackrf or mix, or it could not write.
    """
    print_lines([f"{_ask(client, 'save', mix, name=name)} is saved"])


def rename(name: str, to: str, mix: str | None, client: str) -> None:
    """Give a scene another name.

    Raises:
        JackrfError: there is no such jackrf, mix or scene, or the name is taken.
    """
    print_lines([f"it is called {_ask(client, 'rename', mix, name=name, to=to)} now"])


def delete(name: str, mix: str | None, client: str) -> None:
    """Delete a scene.

    Raises:
        JackrfError: there is no such jackrf, mix or scene.
    """
    print_lines([f"{_ask(client, 'delete', mix, name=name)} is deleted; backup/ has a copy"])


def _ask(client: str, what: str, mix: str | None, **rest: Any) -> Any:
    message = {"do": f"scene.{what}", **rest} | ({} if mix is None else {"mix": mix})
    return request(client, message, timeout=DISK_SECONDS)


def _sum(changes: Sequence[Mapping[str, Any]]) -> str:
    if not changes:
        return ": nothing was different"
    return ": " + "; ".join(f"{one['who']}: {one['what']}" for one in changes)


def _left_alone(skipped: Sequence[Mapping[str, str]]) -> Iterator[str]:
    yield from (f"left alone: {one['what']} ({one['why']})" for one in skipped)
