"""PINs are shown once, kept as salted hashes, and found again."""

import re
import stat
from pathlib import Path

import pytest

from jackrf.errors import InputError
from jackrf.lan import digest
from jackrf.lan.pins import ENGINEER, PinFile, Pins, load, save


def test_a_pin_is_six_digits_and_nobody_elses() -> None:
    """Whose it is, is found by the PIN alone."""
    pins = Pins()
    drums, keys, engineer = (pins.make(whose) for whose in ("drums", "keys", ENGINEER))
    assert all(re.fullmatch(r"\d{6}", pin) for pin in (drums, keys, engineer))
    assert pins.whose(drums) == "drums"
    assert pins.whose(keys) == "keys"
    assert pins.whose(engineer) == ENGINEER


def test_a_new_pin_ends_the_old_one() -> None:
    """Of the same mix."""
    pins = Pins()
    old = pins.make("drums")
    new = pins.make("drums")
    assert (pins.whose(old), pins.whose(new)) == (None, "drums")


@pytest.mark.parametrize("pin", ["", "0", "12345", "x" * 10_000, "\0", "ä"])
def test_a_wrong_pin_is_nobodys(pin: str) -> None:
    """Whatever it is."""
    pins = Pins()
    pins.make("drums")
    assert pins.whose(pin) is None
    assert Pins().whose(pin) is None


def test_the_file_has_hashes_and_is_its_owners_alone(tmp_path: Path) -> None:
    """Mode 0600, no PIN in it, and two files of the same PINs are not the same."""
    file = PinFile(tmp_path / "secrets.toml")
    pin = file.make("drums")
    engineer = file.make(ENGINEER)
    text = file.path.read_text()
    assert pin not in text
    assert engineer not in text
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert file.whose(pin) == "drums"
    assert file.whose(engineer) == ENGINEER
    file.check()


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    """PINs of other sessions in the same folder stay."""
    pins = Pins()
    pin = pins.make("other-band")
    save(tmp_path / "secrets.toml", pins)
    PinFile(tmp_path / "secrets.toml").make("drums")
    found = load(tmp_path / "secrets.toml")
    assert found.whose(pin) == "other-band"
    assert set(found.hashes) == {"other-band", "drums"}
    assert found.salt == pins.salt


def test_without_a_file_there_are_no_pins(tmp_path: Path) -> None:
    """Nor is one made by looking."""
    file = PinFile(tmp_path / "secrets.toml")
    file.check()
    assert file.whose("123456") is None
    assert not file.path.exists()


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """With the command that mends it; until then it opens nothing."""
    file = PinFile(tmp_path / "secrets.toml")
    pin = file.make("drums")
    file.path.chmod(0o640)
    with pytest.raises(InputError, match="chmod 600"):
        file.check()
    assert file.whose(pin) is None


@pytest.mark.parametrize(
    "text",
    [
        "no toml",
        "",
        'salt = "zz"',
        "salt = 3",
        'salt = "00"\nmixes = 3',
        'salt = "00"\nengineer = 1',
        'salt = "00"\ndigests = 1',
        'salt = "00"\n[digests]\nMD5 = 1',
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """In one line, which says what to do."""
    path = tmp_path / "secrets.toml"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(InputError, match="remove it"):
        load(path)


def test_a_file_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    """In one line, with the reason."""
    (tmp_path / "secrets.toml").mkdir()
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        load(tmp_path / "secrets.toml")
    with pytest.raises(InputError, match="cannot be written: Is a directory"):
        save(tmp_path / "secrets.toml", Pins())
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.toml"]


def test_a_pin_opens_its_mix_for_listeners(tmp_path: Path) -> None:
    """By Digest, with the mix's id for a user; the engineer's opens all that have one."""
    file = PinFile(tmp_path / "secrets.toml")
    assert file.keys("drums") is None
    pin, engineer = file.make("drums"), file.make(ENGINEER)
    found = file.keys("drums")
    assert found == {
        user: {name: digest.key(user, known, name) for name in digest.ALGORITHMS}
        for user, known in (("drums", pin), ("engineer", engineer))
    }
    assert file.keys("keys") is None
    assert load(file.path).digests.keys() == {"MD5", "SHA-256"}


def test_a_mix_called_engineer_has_a_pin_of_its_own() -> None:
    """Its own opens it."""
    pins = Pins()
    pins.make(ENGINEER)
    pin = pins.make("engineer")
    found = pins.keys("engineer")
    assert found is not None
    assert found["engineer"]["MD5"] == digest.key("engineer", pin, "MD5")


def test_a_pin_of_an_older_file_opens_nothing_for_listeners(tmp_path: Path) -> None:
    """Nor does any while the file is in disorder; surfaces still use the older one."""
    file = PinFile(tmp_path / "secrets.toml")
    pin = file.make("drums")
    text = file.path.read_text()
    file.path.write_text(text[: text.index("[digests")])
    assert file.whose(pin) == "drums"
    assert file.keys("drums") == {}
    file.path.chmod(0o644)
    assert file.keys("drums") == {}
    assert file.keys("keys") == {}


def test_a_mix_keeps_its_key(tmp_path: Path) -> None:
    """Over restarts, over new PINs, and apart from other mixes; it is nowhere but in the file."""
    file = PinFile(tmp_path / "secrets.toml")
    first, second, third = (bytes([number]) * 30 for number in range(3))
    assert file.key("drums", first) == first
    pin = file.make("drums")
    assert file.key("drums", second) == first
    assert file.key("keys", third) == third
    assert file.whose(pin) == "drums"
    assert first.hex() not in repr(load(file.path))
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_a_key_of_another_length_is_told(tmp_path: Path) -> None:
    """With what mends it."""
    file = PinFile(tmp_path / "secrets.toml")
    file.key("drums", bytes(16))
    with pytest.raises(InputError, match=r"a key of 16 bytes for 'drums', not 30: remove that"):
        file.key("drums", bytes(30))
