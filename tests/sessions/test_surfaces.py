"""The table ``[osc]`` of a session, and the mix that is the cue."""

from pathlib import Path

import pytest

from jackrf.errors import SessionError
from jackrf.sessions.session import Session, load

BAND = """\
format = 2
name = "Band"
[inputs.kick]
name = "Kick"
[mixes.drums]
name = "Drums"
[mixes.engineer]
name = "Engineer"
cue = true
"""


def read(folder: Path, text: str) -> Session:
    """Return a session that has this after its mixes."""
    path = folder / "band.toml"
    path.write_text(BAND + text)
    return load(path)


def test_without_the_table_this_machine_alone_is_heard(tmp_path: Path) -> None:
    """OSC listens on loopback, port 9955, and nobody else has a mix."""
    osc = read(tmp_path, "").osc
    assert (osc.listen, osc.port) == ("127.0.0.1", 9955)
    assert (osc.open_mixes, osc.surfaces) == ([], [])


def test_surfaces_have_address_role_and_mix(tmp_path: Path) -> None:
    """A surface is a musician's unless it says otherwise, and listens where TouchOSC does."""
    session = read(
        tmp_path,
        """
[osc]
listen = "0.0.0.0"
open_mixes = ["drums"]
[[osc.surfaces]]
host = "192.168.1.31"
mix = "drums"
[[osc.surfaces]]
host = "fd00::2"
port = 8000
role = "engineer"
pickup = true
""",
    )
    tablet, desk = session.osc.surfaces
    assert (tablet.port, tablet.role, tablet.mix, tablet.pickup) == (
        9000,
        "musician",
        "drums",
        False,
    )
    assert (desk.port, desk.role, desk.mix, desk.pickup) == (8000, "engineer", None, True)
    assert session.osc.open_mixes == ["drums"]


def test_the_cue_is_the_mix_that_says_so(tmp_path: Path) -> None:
    """A session has one cue, or none."""
    assert read(tmp_path, "").cue == "engineer"
    path = tmp_path / "none.toml"
    path.write_text(BAND.replace("cue = true\n", ""))
    assert load(path).cue is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[osc]\nlisten = "all"', 'osc.listen = "all": must be an IP address'),
        ("[osc]\nport = 0", "osc.port = 0: must be a port number from 1 to 65535"),
        ('[osc]\nopen_mixes = ["drum"]', "there is no such mix; did you mean drums?"),
        ('[[osc.surfaces]]\nhost = "10.0.0.1"', "osc.surfaces[0].mix: missing; add the musician's"),
        ('[[osc.surfaces]]\nhost = "tablet"\nmix = "drums"', "must be an IP address"),
        ('[[osc.surfaces]]\nhost = "10.0.0.1"\nmix = "x"', "the mixes are drums, engineer"),
        ('[[osc.surfaces]]\nhost = "10.0.0.1"\nrole = "boss"', 'must be "musician", "engineer"'),
        ('[mixes.b]\nname = "B"\ncue = true', "mixes.b.cue: mix engineer is the cue already"),
        ("osc = 3", None),
    ],
)
def test_a_mistake_is_told_with_its_remedy(tmp_path: Path, text: str, problem: str | None) -> None:
    """Every mistake becomes a line with its place."""
    with pytest.raises(SessionError) as told:
        read(tmp_path, text + "\n")
    assert problem is None or problem in str(told.value)


def test_a_musician_may_not_be_without_mix_in_two_places(tmp_path: Path) -> None:
    """All surfaces are looked at, not the first wrong one only."""
    with pytest.raises(SessionError) as told:
        read(tmp_path, '[[osc.surfaces]]\nhost = "10.0.0.1"\n[[osc.surfaces]]\nhost = "10.0.0.2"\n')
    assert "osc.surfaces[0].mix" in str(told.value)
    assert "osc.surfaces[1].mix" in str(told.value)
