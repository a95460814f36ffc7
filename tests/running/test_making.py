"""What a session says is what runs."""

import resource
from contextlib import closing
from pathlib import Path

import pytest

from jackrf.errors import InputError
from jackrf.parameters import Place
from jackrf.running.making import make_desk
from jackrf.sessions.session import load
from tests.running.rehearsal import SESSION


@pytest.mark.parametrize(
    ("restore", "alone", "hosted"),
    [("", True, False), ("always", True, True), ("never", False, False)],
)
def test_who_makes_the_connections(
    tmp_path: Path, restore: str, *, alone: bool, hosted: bool
) -> None:
    """jackrf, unless a session manager's patchbay does or the session says otherwise."""
    line = f'restore = "{restore}"\n' if restore else ""
    file = tmp_path / "rehearsal.toml"
    file.write_text(SESSION.replace("[inputs.kick]", f"{line}[inputs.kick]", 1), "utf-8")
    session = load(file)
    for wanted, is_hosted in ((alone, False), (hosted, True)):
        desk = make_desk(session, hosted=is_hosted)
        desk.close()
        assert desk.patchbay.wishes.restore == wanted


def test_hundreds_are_sent_to_whatever_the_shell_allows(tmp_path: Path) -> None:
    """Each takes two sockets, and this process may have 256 files."""
    urls = [f"udp://127.0.0.1:{port}" for port in range(20000, 20400, 2)]
    file = tmp_path / "hall.toml"
    text = 'format = 2\nname = "Hall"\n[inputs.vox]\nname = "Vox"\n[mixes.hall]\nname = "Hall"\n'
    file.write_text(f"{text}send_to = {urls}\n")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, limits[1]))
    try:
        with closing(make_desk(load(file))) as desk:
            assert len(desk.audience.listeners) == 200
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_session_becomes_a_desk(tmp_path: Path) -> None:
    """Strips, mixes, sends, wishes, destinations, encodings and ceilings are the session's."""
    file = tmp_path / "rehearsal.toml"
    file.write_text(f'{SESSION}connect_right = ["system:playback_2"]\n', "utf-8")
    desk = make_desk(load(file))
    try:
        assert desk.name == "Rehearsal"
        assert [strip.id for strip in desk.mixer.strips] == ["kick", "vox"]
        assert desk.mixer.mixes[0].sends["kick"].pan == 0.5
        wishes = {place: peers for place, peers in desk.patchbay.wishes.wanted.items() if peers}
        assert wishes == {
            Place(None, "kick", "connect"): ["system:capture_1", "late:out"],
            Place("anna", None, "connect_right"): ["system:playback_2"],
        }
        assert [one.address[1] for one in desk.audience.listeners] == [50140, 50142]
        plans = desk.plans
        assert (plans["drums"].encoding, plans["drums"].ceiling) == ("L24", -6.0)
        assert (plans["anna"].encoding, plans["anna"].ceiling) == ("L16", None)
    finally:
        desk.close()


def test_an_encrypted_mix_has_a_key_beside_the_session(tmp_path: Path) -> None:
    """The same after a restart; its destinations hear sealed, those of the other mix do not."""
    file = tmp_path / "rehearsal.toml"
    file.write_text(SESSION.replace('name = "Drums"', 'name = "Drums"\nencrypt = true'), "utf-8")
    found = []
    for _ in range(2):
        with closing(make_desk(load(file), tmp_path)) as desk:
            found.append(desk.plans["drums"].key)
            assert desk.plans["anna"].key is None
            assert all(one.seal is not None for one in desk.audience.listeners)
    assert found[0] == found[1]
    assert found[0] is not None
    assert found[0].hex() in (tmp_path / "secrets.toml").read_text()
    with closing(make_desk(load(file))) as alone:
        assert alone.plans["drums"].key not in (None, found[0])


def test_without_the_library_nothing_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line says what is missing."""
    file = tmp_path / "rehearsal.toml"
    file.write_text(SESSION.replace('name = "Drums"', 'name = "Drums"\nencrypt = true'), "utf-8")
    monkeypatch.setattr("jackrf.srtp.library.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"mix 'drums' is encrypted, .*jackrf\[srtp\]"):
        make_desk(load(file), tmp_path)
    assert not (tmp_path / "secrets.toml").exists()
