"""From a session to what runs: its desk, and what is served of it."""

import os
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jackrf.announcing.service import AnnouncingService
from jackrf.descriptors import allow
from jackrf.desk import Desk, MixPlan
from jackrf.errors import InputError
from jackrf.lan.discovery import reachable
from jackrf.lan.pins import FILE_NAME, PinFile
from jackrf.osc.namespace import Namespace
from jackrf.osc.rows import Role
from jackrf.osc.service import OscService
from jackrf.osc.settings import Settings, Surface
from jackrf.rtp.crypto import KEY_BYTES
from jackrf.rtsp.service import RtspService
from jackrf.rtsp.service import Settings as ListenSettings
from jackrf.running.keeper import Keeper
from jackrf.running.scene_surfaces import wire_scenes
from jackrf.running.scenes import Scenes
from jackrf.running.services import Service
from jackrf.running.session_surfaces import wire_session
from jackrf.sessions.session import Mix, Session
from jackrf.srtp.library import check_library
from jackrf.web.settings import Settings as WebSettings
from jackrf.web.settings import check_packages

if TYPE_CHECKING:
    from jackrf.web.service import WebService

MOST_FILES = 8192
"""And sockets: a listener takes two to five, and there may be hundreds."""


def make_desk(session: Session, folder: Path | None = None, *, hosted: bool = False) -> Desk:
    """Return the desk that a session asks for, its sockets open, nothing sent.

    Args:
        session: what it is made of.
        folder: that its file is in; the keys of encrypted mixes are beside it. Without a folder
            they last for as long as the desk.
        hosted: a session manager has opened it, whose patchbay connects; two who do it fight.

    Raises:
        InputError: a destination cannot be reached, or a mix cannot be encrypted.
    """
    allow(MOST_FILES)
    plans = {mix_id: _plan(mix_id, mix, folder) for mix_id, mix in session.mixes.items()}
    desk = Desk(session.name, session.to_mixer(), session.wishes(), plans)
    alone = session.restore == "alone" and not hosted
    desk.patchbay.wishes.restore = alone or session.restore == "always"
    return desk


def _plan(mix_id: str, mix: Mix, folder: Path | None) -> MixPlan:
    key = None
    if mix.encrypt:
        check_library(f"mix {mix_id!r}")
        made = secrets.token_bytes(KEY_BYTES)
        key = made if folder is None else PinFile(folder / FILE_NAME).key(mix_id, made)
    ceiling = mix.ceiling if mix.limiter else None
    return MixPlan(mix.send_to, mix.encoding, ceiling, mix.dscp, mix.announce, key)


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


def make_listening(
    session: Session, desk: Desk, folder: Path, say: Callable[[str, int], None]
) -> list[Service]:
    """Return what lets listeners find and hear a session's desk by themselves, not begun yet.

    Args:
        session: what it says about listeners.
        desk: the session's.
        folder: that the session's file is in; the PINs' file is beside it.
        say: how people are told, by a line and its priority.
    """
    own, wanted = session.listen, "listen" in session.model_fields_set
    settings = ListenSettings(own.address, own.port, own.most, own.most_per_host, wanted)
    pins = PinFile(folder / FILE_NAME)
    announced = [mix_id for mix_id, mix in session.mixes.items() if mix.announce]
    return [
        RtspService(desk, settings, pins, say),
        AnnouncingService(desk, own.address, own.port, pins, announced, say),
    ]


def make_web(
    session: Session,
    desk: Desk,
    osc: OscService,
    folder: Path,
    client: str,
    say: Callable[[str, int], None],
) -> "list[WebService]":
    """Return the web page of a session's desk, which is not served yet; none where it has none.

    Args:
        session: what it says about the web page.
        desk: the session's.
        osc: of the desk.
        folder: that the session's file is in; the secret of the links is beside it.
        client: name of the JACK client.
        say: tells people a line, with its priority.

    Raises:
        InputError: what it needs is not installed, or a file is wrong.
    """
    own = session.web
    if own is None:
        return []
    check_packages("the session has [web], which")
    from jackrf.web.certificates import Certificates
    from jackrf.web.service import WebService, certificate_folder
    from jackrf.web.sound import DeskSound
    from jackrf.web.tokens import load_tokens

    pair = (folder / own.certificate, folder / own.key) if own.certificate else None
    for path in pair or ():
        if not os.access(path, os.R_OK):
            raise InputError(f"web: {path} cannot be read: correct certificate and key")
    certificate, key = pair or (None, None)
    settings = WebSettings(
        own.listen, own.port, own.https_port, own.name, certificate, key, own.relays
    )
    certificates = Certificates(
        certificate_folder(os.environ), pair, partial(reachable, own.listen)
    )
    tokens = load_tokens(folder)
    return [WebService(DeskSound(desk), osc, settings, tokens, certificates, client, say)]
