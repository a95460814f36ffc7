"""How `jackrf run` takes up a session again: with what was not saved, or as the file says."""

import time
from dataclasses import dataclass
from pathlib import Path

from jackrf.desk import Desk
from jackrf.errors import StorageError
from jackrf.running.keeper import Keeper, Say
from jackrf.sessions.journal import Recovered, put_aside, recovered
from jackrf.sessions.opening import Opened
from jackrf.sessions.reading import place


@dataclass(frozen=True, slots=True)
class Resuming:
    """What the one who starts it wants.

    Attributes:
        recover: a broken file is replaced by its newest good copy, and all mixes are muted.
        muted: all mixes are muted until somebody opens them.
        as_saved: what was not saved the last time is put aside.
        save_at_end: the session is saved when it ends.
    """

    recover: bool = False
    muted: bool = False
    as_saved: bool = False
    save_at_end: bool = False


AS_IT_WAS = Resuming()
"""Nothing special: what was not saved is back."""


def resume(desk: Desk, path: Path, opened: Opened, how: Resuming, say: Say) -> Keeper:
    """Return the keeper of a desk, with what was not saved the last time back on it.

    Args:
        desk: made of what was opened; nobody hears it yet.
        path: of the session.
        opened: what the file held.
        how: what is wanted.
        say: how people are told.
    """
    if opened.restored:
        say(opened.restored, 2)
    keeper = Keeper(desk, path, opened.data, say)
    keeper.save_at_end = how.save_at_end
    try:
        found = recovered(path, opened.data, opened.changed_at)
        if how.as_saved or (found.older and not found.last):
            _put_aside(path, found, say)
        else:
            _bring_back(keeper, path, found, say)
    except StorageError as error:
        say(f"{error}; what is changed here is lost in a crash, until it is saved", 2)
    if how.muted or opened.restored:
        keeper.mute_all()
    return keeper


def _put_aside(path: Path, found: Recovered, say: Say) -> None:
    aside = put_aside(path)
    if aside is not None and (found.last or found.older):
        why = "" if found.last else ", as the file is newer"
        say(f"what was not saved is put aside{why}: {place(aside)}", 1)


def _bring_back(keeper: Keeper, path: Path, found: Recovered, say: Say) -> None:
    count = keeper.recover(found.changes)
    if count:
        when = time.strftime("%d %B at %H:%M:%S", time.localtime(found.last))
        what = "1 change is" if count == 1 else f"{count} changes are"
        say(f"{what} back that {place(path)} has not, the last of {when}: jackrf save", 1)
