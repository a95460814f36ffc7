"""From a session to what runs: its desk, and what is served of it."""

from collections.abc import Callable
from pathlib import Path

from jackrf.desk import Desk, MixPlan
from jackrf.lan.pins import FILE_NAME, PinFile
from jackrf.osc.namespace import Namespace
from jackrf.osc.rows import Role
from jackrf.osc.service import OscService
from jackrf.osc.settings import Settings, Surface
from jackrf.rtsp.service import RtspService
from jackrf.rtsp.service import Settings as ListenSettings
from jackrf.running.keeper import Keeper
from jackrf.running.scene_surfaces import wire_scenes
from jackrf.running.scenes import Scenes
from jackrf.running.session_surfaces import wire_session
from jackrf.sessions.session import Session


def make_desk(session: Session) -> Desk:
    """Return the desk that a session asks for, its sockets open, nothing sent."""
    plans = {
        mix_id: MixPlan(mix.send_to, mix.encoding, mix.ceiling if mix.limiter else None, mix.dscp)
        for mix_id, mix in session.mixes.items()
    }
    return Desk(session.name, session.to_mixer(), session.wishes(), plans)


def make_osc(
    session: Session,
    desk: Desk,
    folder: Path,
    port: int | None = None,
    scenes: Scenes | None = None,
    keeper: Keeper | None = None,
) -> OscService:
    """Return the OSC service of a session's desk, which does not listen yet.

    Args:
        session: what it says about OSC.
        desk: the session's.
        folder: that the session's file is in; the PINs' file is beside it.
        port: to listen on in place of the session's.
        scenes: of the desk; None for no scenes.
        keeper: of its file; None where nobody keeps it.
    """
    own = session.osc
    surfaces = [
        Surface(one.host, one.port, Role[one.role.upper()], one.mix, one.pickup)
        for one in own.surfaces
    ]
    settings = Settings(own.listen, port or own.port, own.open_mixes, surfaces)
    namespace = Namespace(desk)
    # Before the session's own surfaces are there: they are told of what they find.
    if scenes is not None:
        wire_scenes(namespace, scenes, desk)
    if keeper is not None:
        wire_session(namespace, keeper)
    return OscService(desk, namespace, settings, PinFile(folder / FILE_NAME), session.cue)


def make_rtsp(
    session: Session, desk: Desk, folder: Path, say: Callable[[str, int], None]
) -> RtspService:
    """Return the service by which listeners tune in to a session's desk; it does not listen yet.

    Args:
        session: what it says about listeners.
        desk: the session's.
        folder: that the session's file is in; the PINs' file is beside it.
        say: how people are told, by a line and its priority.
    """
    own, wanted = session.listen, "listen" in session.model_fields_set
    settings = ListenSettings(own.address, own.port, own.most, own.most_per_host, wanted)
    return RtspService(desk, settings, PinFile(folder / FILE_NAME), say)
