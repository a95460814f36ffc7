"""Scenes as surfaces see them: ``/scene/...`` for the engineer, ``/mix/{m}/scene/...`` for one mix.

A surface's recall takes what is in memory: it waits for no disk.
"""

from collections.abc import Iterator

from jackrf.desk import Desk
from jackrf.osc.guard import Message
from jackrf.osc.messages import of
from jackrf.osc.namespace import Namespace
from jackrf.osc.refusals import Code, OscError
from jackrf.osc.tree import Target
from jackrf.osc.views import Args
from jackrf.running.recalling import whose
from jackrf.running.scenes import Scenes
from jackrf.sessions.scenes import Plan, called, differences

MOST_TOLD = 64
"""Lines of an answer; a last one says how many more there are."""


def wire_scenes(namespace: Namespace, scenes: Scenes, desk: Desk) -> None:
    """Have all addresses of scenes do what they say.

    Args:
        namespace: of the desk.
        scenes: of the desk.
        desk: that runs.
    """

    def list_scenes(target: Target, _args: Args, _by: str) -> Iterator[Message]:
        scenes.refresh_soon()
        prefix = target.path.removesuffix("/list")
        for number, entry in enumerate(scenes.shelf(target.mix).values(), 1):
            yield of(f"{prefix}/item", number, entry.name)
        yield of(f"{prefix}/item", -1, "")

    def recall(target: Target, args: Args, by: str) -> Iterator[Message]:
        wanted, seconds = _wanted(target, args)
        _, plan = scenes.recall(wanted, target.mix, by=by, seconds=seconds)
        return _few("/scene/skipped", _skipped(plan, desk))

    def preview(target: Target, args: Args, _by: str) -> Iterator[Message]:
        wanted, _ = _wanted(target, args)
        _, plan = scenes.preview(wanted, target.mix)
        found = differences(plan.changes, desk.mixer)
        yield from _few("/scene/diff", ((whose(desk, one.mix), one.what) for one in found))
        yield of("/scene/diff", "", "")
        yield from _few("/scene/skipped", _skipped(plan, desk))

    def save(target: Target, args: Args, _by: str) -> None:
        wanted, _ = _wanted(target, args)
        scenes.save(str(wanted), target.mix)

    def undo(target: Target, _args: Args, by: str) -> None:
        scenes.undo(target.mix, by=by)

    for owner in ("", "mix."):
        namespace.handle(f"{owner}scene.list", list_scenes)
        namespace.handle(f"{owner}scene.recall", recall)
        namespace.handle(f"{owner}scene.preview", preview)
        namespace.handle(f"{owner}scene.save", save)
    namespace.handle("scene.undo", undo)
    namespace.show("scene.current", lambda _: (scenes.current(None),))
    namespace.show("scene.dirty", lambda _: (int(scenes.dirty(None)),))


def _skipped(plan: Plan, desk: Desk) -> Iterator[tuple[str, str]]:
    for one in plan.skipped:
        yield called(desk.mixer, one.mix, one.strip, one.name), one.reason


def _few(path: str, lines: Iterator[tuple[str, str]]) -> Iterator[Message]:
    for told, (what, why) in enumerate(lines):
        if told == MOST_TOLD:
            yield of(path, "...", "and more")
            return
        yield of(path, what, why)


def _wanted(target: Target, args: Args) -> tuple[str | int, float]:
    """Return name or number, and seconds; simple surfaces send floats for everything."""
    first, seconds = (*args, None, 0.0)[0], args[1] if len(args) > 1 else 0.0
    is_number = isinstance(first, int | float) and not isinstance(first, bool)
    if len(args) > 2 or not (is_number or isinstance(first, str)):
        raise OscError(Code.WRONG, f"{target.path} takes a name or number, and seconds at most")
    if not isinstance(seconds, int | float):
        raise OscError(Code.WRONG, f"{target.path} takes seconds as a number")
    if isinstance(first, float):
        if not first.is_integer():
            raise OscError(Code.WRONG, f"{target.path} takes whole numbers")
        first = int(first)
    return (first if isinstance(first, str) else int(str(first))), float(seconds)
