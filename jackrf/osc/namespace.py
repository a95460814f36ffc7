"""The desk as OSC sees it: finding addresses, reading and setting what they show, commands.

It has no sockets and no clock, and asks nobody's role: that is for those who hand it messages.

    namespace = Namespace(desk)
    for target in namespace.resolve("/mix/drums/in/*/fader"):
        namespace.set(target, (0.75,), by="osc 192.168.1.20:9000")
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from jackrf.desk import Desk, Levels
from jackrf.errors import JackrfError
from jackrf.osc.addresses import BY_NAME, TABLE, Address
from jackrf.osc.guard import Message
from jackrf.osc.moreme import MoreMe
from jackrf.osc.moves import Draft, Move, makers, put, value_for
from jackrf.osc.readings import Reader, level, readers
from jackrf.osc.refusals import Code, OscError
from jackrf.osc.tree import Target, Tree
from jackrf.osc.views import ON, Args, shown
from jackrf.parameters import Place, Value

__all__ = ["Args", "Handler", "Namespace", "OscError", "Reader", "Target"]

Handler = Callable[[Target, Args, str], Iterable[Message] | None]
"""Does a command for an address, with its arguments, for somebody; returns what to answer."""

_METERS: Final[dict[bool, tuple[str, ...]]] = {
    True: ("send.meter", "mix.meter.l", "mix.meter.r", "mix.limit"),
    False: ("strip.meter",),
}


def _is_release(args: Args) -> bool:
    """Return whether these are the arguments of a button that is let go."""
    return len(args) == 1 and isinstance(args[0], int | float) and args[0] < ON


class Namespace:
    """All addresses of a running desk.

    Args:
        desk: whose values are shown and set.
        own: by mix id, the strip that its musician plays; by default the one with the mix's id.
    """

    def __init__(self, desk: Desk, own: Mapping[str, str] | None = None) -> None:
        mixer = desk.mixer
        if own is None:
            own = {mix: mix for mix in mixer.mix_number if mix in mixer.strip_number}
        self._desk = desk
        self._tree = Tree(list(mixer.mix_number), list(mixer.strip_number))
        self._moreme = MoreMe(mixer, own)
        self._readers: dict[str, Reader] = dict(readers(desk, self._moreme))
        self._makers = makers(desk, self._tree, self._moreme)
        self._handlers: dict[str, Handler] = {"mix.undo": self._undo}
        self._showing: dict[Place, tuple[Target, ...]] = {}
        self._meters: dict[str | None, tuple[Target, ...]] = {}
        # Made now, all targets together are not a pause in the middle of a show.
        self._tree.below("/")
        desk.watch(self._hear)

    def _hear(self, changes: Mapping[Place, Value], _by: str) -> None:
        self._moreme.hear(changes)

    def handle(self, name: str, handler: Handler) -> None:
        """Have a command done from now on, such as ``scene.recall``, or a value set.

        Args:
            name: of an address that is a command, or that is set and whose value is no parameter
                of the desk, such as ``strip.pfl``.
            handler: may raise JackrfError or OscError, which are answered.

        Raises:
            ValueError: there is no such address.
        """
        if name not in BY_NAME or BY_NAME[name].direction == "out" or BY_NAME[name].parameter:
            raise ValueError(f"nothing to handle as {name!r} in the table of addresses")
        self._handlers[name] = handler

    def show(self, name: str, reader: Reader) -> None:
        """Have something shown from now on, such as ``scene.current``.

        Args:
            name: of an address that can be read, and whose value is no parameter of the desk.
            reader: returns its arguments.

        Raises:
            ValueError: there is no such address.
        """
        if name not in BY_NAME or not BY_NAME[name].readable or BY_NAME[name].parameter:
            raise ValueError(f"nothing to show as {name!r} in the table of addresses")
        self._readers[name] = reader

    def resolve(self, path: str) -> tuple[Target, ...]:
        """Return what a path, with ids, numbers or patterns, stands for; nothing if unknown.

        Raises:
            OscError: it is a wrong pattern, or one that stands for too much.
        """
        return self._tree.resolve(path)

    def knows(self, path: str) -> bool:
        """Return whether what a path stands for was looked up before."""
        return self._tree.knows(path)

    def target(self, name: str, mix: str | None = None, strip: str | None = None) -> Target:
        """Return the target of an address by its name, with ids where its path has them."""
        return self._tree.target(BY_NAME[name], mix, strip)

    def below(self, prefix: str) -> list[Target]:
        """Return what a sync of a prefix carries, in an order that does not change.

        Args:
            prefix: whole components: ``/mix/drums``, ``/in``, ``/`` for everything.

        Raises:
            OscError: the prefix is a wrong pattern.
        """
        found = self._tree.below(prefix)
        return [target for target in found if self._is_shown(target.address)]

    def _is_shown(self, address: Address) -> bool:
        return bool(address.parameter) or address.name in self._readers

    def get(self, target: Target) -> Args:
        """Return the arguments that a target shows now.

        Raises:
            OscError: it cannot be read, or nothing shows there yet.
        """
        if target.place is not None:
            return shown(target.address, self._desk.mixer.value(target.place))
        reader = self._readers.get(target.address.name)
        if reader is not None:
            return reader(target)
        if target.address.readable:
            raise OscError(Code.NOT_NOW, f"{target.path}: nothing here yet")
        raise OscError(Code.WRONG, f"{target.path} cannot be read")

    def set(self, target: Target, args: Args, by: str) -> Args:
        """Set one value; return it as it is now, moved into its range.

        Args:
            target: one that `resolve` returned.
            args: of the message.
            by: who sets it, told to all who watch the desk.

        Raises:
            OscError: it cannot be set, or not to this; nothing has changed.
        """
        place = target.place
        if place is None or not target.address.settable:
            return self.set_all([(target, args)], by)[0]
        value = value_for(place, target, args)
        self._desk.change({place: value}, by=by)
        return shown(target.address, value)

    def set_all(self, wishes: Sequence[tuple[Target, Args]], by: str) -> list[Args]:
        """Set the values of a bundle, all or none; return each as it is now, empty for a move.

        Raises:
            OscError: one of them cannot be set; nothing has changed.
        """
        moves = [self._made(target, args, by) for target, args in wishes]
        draft = Draft(self._desk.mixer)
        for move in moves:
            move(draft)
        self._desk.change(draft.changes, by=by)
        return [self.get(t) if self._is_shown(t.address) else () for t, _ in wishes]

    def _made(self, target: Target, args: Args, by: str) -> Move:
        if not target.address.settable:
            raise OscError(Code.WRONG, f"{target.path} cannot be set")
        if target.place is not None:
            return put(target.place, target, args)
        maker = self._makers.get(target.address.name)
        if maker is not None:
            return maker(target, args, by)

        def move(_: Draft) -> None:
            self._handled(target, args, by)

        return move

    def do(self, target: Target, args: Args, by: str) -> list[Message]:
        """Do a command; return what to answer.

        A button that sends 1 when it is pressed and 0 when it is let go does it once.

        Raises:
            OscError: it is not done.
        """
        address = target.address
        if not address.types and _is_release(args):
            return []
        return self._handled(target, args, by)

    def _handled(self, target: Target, args: Args, by: str) -> list[Message]:
        handler = self._handlers.get(target.address.name)
        if handler is None:
            raise OscError(Code.NOT_NOW, f"{target.path}: nothing answers here yet")
        try:
            return list(handler(target, args, by) or ())
        except JackrfError as error:
            raise OscError(Code.WRONG, str(error)) from error

    def _undo(self, target: Target, _args: Args, by: str) -> None:
        self._desk.undo(target.mix, by=by)

    def showing(self, place: Place) -> tuple[Target, ...]:
        """Return the targets that show another value when a place of the desk has changed."""
        found = self._showing.get(place)
        if found is None:
            found = self._showing[place] = tuple(self._found_showing(place))
        return found

    def _found_showing(self, place: Place) -> Iterable[Target]:
        mix, strip, name = place
        owner = "strip" if mix is None else "mix" if strip is None else "send"
        for address in TABLE:
            if (address.parameter, address.owner) != (name, owner) or address.told != "on change":
                continue
            everywhere = mix is None and "{mix}" in address.path
            mixes = self._tree.mixes.numbers if everywhere else (mix,)
            yield from (self._tree.target(address, one, strip) for one in mixes)
        if owner == "send" and name == "gain":
            yield self.target("mix.moreme", mix)

    def meters(self, mix: str | None, levels: Levels | None = None) -> list[tuple[Target, Args]]:
        """Return all meters of a mix, its inputs' included, as they stand now.

        Args:
            mix: id; None for the meters of the input strips.
            levels: from `Desk.levels`, for those who ask for many mixes at once.
        """
        targets = self._meters.get(mix)
        if targets is None:
            targets = self._meters[mix] = tuple(self._found_meters(mix))
        now = self._desk.levels() if levels is None else levels
        return [(target, level(now, target)) for target in targets]

    def _found_meters(self, mix: str | None) -> Iterable[Target]:
        for name in _METERS[mix is not None]:
            inside = "{strip}" in BY_NAME[name].path
            strips = self._tree.strips.numbers if inside else (None,)
            yield from (self.target(name, mix, strip) for strip in strips)
