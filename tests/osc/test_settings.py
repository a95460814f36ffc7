"""What a session says about OSC."""

from jackrf.osc.admission import ALL, Rights, musician
from jackrf.osc.rows import Role
from jackrf.osc.settings import DEFAULT_PORT, Settings, Surface
from jackrf.sessions.surfaces import Osc
from jackrf.sessions.surfaces import Surface as SurfaceTable


def test_rights_and_prefix_of_a_surface() -> None:
    """A musician has its mix; the engineer may be told of one mix only, an observer too."""
    drums = Surface("192.168.1.2", mix="drums")
    assert (drums.rights, drums.prefix) == (musician(["drums"]), "/mix/drums")
    engineer = Surface("192.168.1.2", role=Role.ENGINEER)
    assert (engineer.rights, engineer.prefix) == (ALL, "/")
    cue = Surface("192.168.1.2", role=Role.ENGINEER, mix="cue")
    assert (cue.rights, cue.prefix) == (ALL, "/mix/cue")
    observer = Surface("192.168.1.2", role=Role.OBSERVER, mix="drums")
    assert (observer.rights, observer.prefix) == (Rights(), "/mix/drums")


def test_defaults_are_those_of_the_session_file() -> None:
    """They are written down twice, since neither may import the other."""
    file, settings = Osc(), Settings()
    assert (
        (file.listen, file.port) == (settings.listen, settings.port) == ("127.0.0.1", DEFAULT_PORT)
    )
    assert SurfaceTable(host="10.0.0.1", mix="x").port == Surface("10.0.0.1").port
