"""Certificates that jackrf makes: what they vouch for, how long, and who may read their keys."""

import datetime as dt
import ipaddress
import shutil
import ssl
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509

from jackrf.errors import InputError
from jackrf.web.certificates import AUTHORITY_DAYS, LEAF_DAYS, Certificates

NOW = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)
STAGE = ["192.168.1.2", "8.8.8.8"]


def certificates(folder: Path, days: int = 0, addresses: list[str] | None = None) -> Certificates:
    """Those of a machine, some days from now."""
    return Certificates(
        folder, None, lambda: addresses or STAGE, lambda: NOW + dt.timedelta(days=days)
    )


def read(path: Path) -> x509.Certificate:
    """The first certificate of a file."""
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_a_certificate_names_this_machine_in_private_networks_alone(tmp_path: Path) -> None:
    """An address of the internet is not ours to vouch for."""
    path, key = certificates(tmp_path / "jackrf").current()
    names = read(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    found = set(map(str, names.get_values_for_type(x509.IPAddress)))
    assert found == {"127.0.0.1", "192.168.1.2"}
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "jackrf" / "ca.key").stat().st_mode) == 0o600


def test_the_authority_can_vouch_for_nothing_else(tmp_path: Path) -> None:
    """Name constraints, critical, as browsers hold it to."""
    made = certificates(tmp_path)
    made.current()
    assert made.authority is not None
    authority = read(made.authority)
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    permitted = limits.value.permitted_subtrees or []
    networks = [one.value for one in permitted if isinstance(one, x509.IPAddress)]
    assert all(net.is_private for net in map(ipaddress.ip_network, map(str, networks)))
    names = {one.value for one in permitted if isinstance(one, x509.DNSName)}
    assert {"local", "localhost"} < names
    assert authority.not_valid_after_utc - NOW == dt.timedelta(days=AUTHORITY_DAYS)


def test_openssl_takes_the_chain(tmp_path: Path) -> None:
    """An independent judge, for the address in the room's network."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: apt install openssl")
    path, _ = certificates(tmp_path).current()
    command = ["openssl", "verify", "-CAfile", str(tmp_path / "ca.crt"), "-purpose", "sslserver"]
    when = ["-attime", str(int(NOW.timestamp()) + 86400), "-verify_ip", "192.168.1.2"]
    whole = [*command, *when, str(path)]
    answer = subprocess.run(whole, check=False, capture_output=True, text=True)
    assert answer.stdout.strip().endswith("OK"), answer.stderr


def test_a_certificate_stays_until_it_is_due(tmp_path: Path) -> None:
    """People who clicked a warning away are not asked again at each start."""
    first = certificates(tmp_path).current()[0].read_bytes()
    assert certificates(tmp_path, days=200).current()[0].read_bytes() == first
    renewed = certificates(tmp_path, days=LEAF_DAYS - 30).current()[0]
    assert renewed.read_bytes() != first
    assert (read(renewed).not_valid_after_utc - NOW).days == 2 * LEAF_DAYS - 30


def test_another_network_makes_another_certificate_of_the_same_authority(tmp_path: Path) -> None:
    """What is installed on phones is good for it, too."""
    certificates(tmp_path).current()
    authority = (tmp_path / "ca.crt").read_bytes()
    path, _ = certificates(tmp_path, addresses=["10.0.0.5"]).current()
    names = read(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert ipaddress.ip_address("10.0.0.5") in names.get_values_for_type(x509.IPAddress)
    assert (tmp_path / "ca.crt").read_bytes() == authority


def test_an_authority_near_its_end_is_made_anew(tmp_path: Path) -> None:
    """It cannot vouch for longer than it lasts."""
    certificates(tmp_path).current()
    before = (tmp_path / "ca.crt").read_bytes()
    certificates(tmp_path, days=AUTHORITY_DAYS - 100).current()
    assert (tmp_path / "ca.crt").read_bytes() != before


def test_ones_own_certificate_is_used_as_it_is(tmp_path: Path) -> None:
    """Then there is nothing to install."""
    own = (tmp_path / "a.pem", tmp_path / "a.key")
    made = Certificates(tmp_path / "never", own, list)
    assert made.current() == own
    assert made.authority is None
    assert not (tmp_path / "never").exists()


def test_a_folder_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    """A file is in its way."""
    (tmp_path / "jackrf").write_text("")
    with pytest.raises(InputError, match="cannot be kept in"):
        certificates(tmp_path / "jackrf").current()


def test_what_is_no_certificate_is_told(tmp_path: Path) -> None:
    """Somebody has written over the authority, which people may have installed."""
    certificates(tmp_path).current()
    (tmp_path / "ca.crt").write_text("hello")
    with pytest.raises(InputError, match="remove what is in it"):
        certificates(tmp_path).current()


def test_what_a_power_cut_has_left_is_made_anew(tmp_path: Path) -> None:
    """A file that is torn, or a key that is of another certificate, would keep the page away."""
    path, key = certificates(tmp_path / "one").current()
    other, other_key = certificates(tmp_path / "two").current()
    for torn, body in ((path, b"hello"), (key, b""), (key, other_key.read_bytes())):
        torn.write_bytes(body)
        certificates(tmp_path / "one").current()
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(path, key)
    (tmp_path / "one" / "ca.key").write_bytes((tmp_path / "two" / "ca.key").read_bytes())
    certificates(tmp_path / "one").current()
    read(path).verify_directly_issued_by(read(tmp_path / "one" / "ca.crt"))
    assert read(other).public_key() != read(path).public_key()


def test_another_authority_of_the_same_name_signs_anew(tmp_path: Path) -> None:
    """Whoever has installed that one is not warned of a certificate of the old one."""
    path, _ = certificates(tmp_path).current()
    for name in ("ca.crt", "ca.key"):
        (tmp_path / name).unlink()
    certificates(tmp_path).current()
    read(path).verify_directly_issued_by(read(tmp_path / "ca.crt"))


@pytest.mark.parametrize("name", ["ca.key", "web.crt.key"])
def test_a_key_that_others_can_read_is_told(tmp_path: Path, name: str) -> None:
    """With what mends it."""
    certificates(tmp_path).current()
    (tmp_path / name).chmod(0o640)
    with pytest.raises(InputError, match=f"{name} can be read by others: chmod 600 "):
        certificates(tmp_path).current()
    (tmp_path / name).chmod(0o600)
    certificates(tmp_path).current()
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "ca.crt",
        "ca.key",
        "web.crt",
        "web.crt.key",
    ]
