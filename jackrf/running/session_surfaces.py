"""The session as surfaces see it: ``/session/save``, and whether there is anything to save."""

from jackrf.osc.namespace import Namespace
from jackrf.osc.tree import Target
from jackrf.osc.views import Args
from jackrf.running.keeper import Keeper


def wire_session(namespace: Namespace, keeper: Keeper) -> None:
    """Have the addresses of the session do what they say.

    A surface waits for no disk: that a save has failed is told by ``/session/dirty``, which stays
    1 until one has not.

    Args:
        namespace: of the desk.
        keeper: of the desk's file; under a session manager, of the project's.
    """

    def save(_target: Target, _args: Args, _by: str) -> None:
        keeper.save_soon()

    namespace.handle("session.save", save)
    namespace.show("session.dirty", lambda _: (int(keeper.dirty),))
