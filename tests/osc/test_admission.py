"""Who is heard, who may do what, and how an address is proved."""

import pytest

from jackrf.lan.limits import PAUSE_SECONDS
from jackrf.osc.admission import (
    ALL,
    MOST_PAIRED,
    PAIRED_SECONDS,
    Admission,
    Rights,
    Source,
    musician,
)
from jackrf.osc.counters import Reason
from jackrf.osc.namespace import Namespace
from jackrf.osc.rows import Role
from tests.osc.desks import small_desk
from tests.osc.hub import LAPTOP, PHONE, PINS, STAGE, TABLET

NAMESPACE = Namespace(small_desk())
"""With the mixes drums and keys."""


def admission(*open_mixes: str) -> Admission:
    """An admission in 192.168.1.0/24."""
    made = Admission(open_mixes, ["drums", "keys"], PINS.get, b"secret")
    made.networks = STAGE
    return made


def may(rights: Rights, path: str) -> tuple[bool, bool]:
    """Whether somebody may change an address, and whether it may see it."""
    (target,) = NAMESPACE.resolve(path)
    return rights.may_change(target), rights.may_see(target)


@pytest.mark.parametrize(
    ("path", "observer", "drummer", "engineer"),
    [
        ("/mix/drums/in/vox/fader", (False, False), (True, True), (True, True)),
        ("/mix/keys/in/vox/fader", (False, False), (False, False), (True, True)),
        ("/mix/keys/undo", (False, False), (False, False), (True, True)),
        ("/mix/keys/in/vox/name", (True, True), (True, True), (True, True)),
        ("/mix/keys/meter/l", (True, True), (True, True), (True, True)),
        ("/in/vox/mute", (False, False), (False, True), (True, True)),
        ("/in/vox/pfl", (False, False), (False, True), (True, True)),
        ("/scene/recall", (False, False), (False, False), (True, True)),
        ("/session/save", (False, False), (False, False), (True, True)),
        ("/subscribe", (True, True), (True, True), (True, True)),
    ],
)
def test_roles(
    path: str,
    observer: tuple[bool, bool],
    drummer: tuple[bool, bool],
    engineer: tuple[bool, bool],
) -> None:
    """An observer sees names and meters, a musician has one mix, the engineer has everything."""
    assert may(Rights(), path) == observer
    assert may(musician(["drums"]), path) == drummer
    assert may(ALL, path) == engineer


def test_a_refusal_has_its_reason() -> None:
    """Not paired at all, with another mix, or no engineer."""
    (send,) = NAMESPACE.resolve("/mix/keys/in/vox/fader")
    (strip,) = NAMESPACE.resolve("/in/vox/mute")
    assert Rights().refusal(send) is Reason.UNPAIRED
    assert musician(["drums"]).refusal(send) is Reason.FOREIGN
    assert musician(["drums"]).refusal(strip) is Reason.ENGINEERS


def test_rights_add_up() -> None:
    """Two mixes are two, and the higher role counts."""
    both = musician(["drums"]) | musician(["keys"])
    assert both == musician(["drums", "keys"])
    assert (both | ALL).role is Role.ENGINEER
    assert musician([]) == Rights()


def test_loopback_is_the_engineer() -> None:
    """Who is on this machine needs no PIN."""
    assert admission().rights(LAPTOP, 0.0) == ALL
    assert admission().is_trusted(LAPTOP)


def test_who_is_heard_is_a_neighbour() -> None:
    """And no other host."""
    assert admission().is_heard("192.168.1.77")
    assert not admission().is_heard("192.168.2.77")


def test_strangers_see_and_change_what_is_open() -> None:
    """Everybody in the network is an observer, or a musician of the open mixes."""
    assert admission().rights(TABLET, 0.0) == Rights()
    assert admission("keys").rights(TABLET, 0.0) == musician(["keys"])


def test_a_paired_host_keeps_what_is_open_to_all() -> None:
    """Pairing only adds."""
    paired = admission("keys")
    paired.pair_host(TABLET.host, musician(["drums"]))
    assert paired.rights(TABLET, 0.0) == musician(["drums", "keys"])
    assert paired.rights(TABLET._replace(port=1), 0.0) == musician(["drums", "keys"])
    assert paired.rights(PHONE, 0.0) == musician(["keys"])
    assert paired.is_trusted(TABLET)
    assert not paired.is_trusted(PHONE)


def test_a_pin_pairs_one_port_of_one_host() -> None:
    """For as long as it is heard of within four hours."""
    paired = admission()
    assert paired.pair(TABLET, "1111", 0.0) == musician(["drums"])
    assert paired.rights(TABLET, PAIRED_SECONDS) == musician(["drums"])
    assert paired.rights(TABLET._replace(port=1), 0.0) == Rights()
    assert paired.rights(TABLET, 2 * PAIRED_SECONDS) == musician(["drums"])
    assert paired.rights(TABLET, 3 * PAIRED_SECONDS + 1.0) == Rights()
    assert not paired.is_trusted(TABLET)
    assert paired.pair(TABLET, "9999", 0.0) == ALL


def test_five_wrong_pins_and_a_pause() -> None:
    """In which a right one does not help either; other hosts go on."""
    paired = admission()
    answers = [paired.pair(TABLET, "0000", float(second)) for second in range(5)]
    assert answers == [Reason.WRONG_PIN] * 5
    assert paired.pair(TABLET, "1111", 5.0) is Reason.PAUSED
    assert paired.pair(TABLET._replace(port=7), "1111", 5.0) is Reason.PAUSED
    assert paired.pair(PHONE, "1111", 5.0) == musician(["drums"])
    assert paired.pair(TABLET, "1111", 5.0 + PAUSE_SECONDS) == musician(["drums"])


def test_pins_are_not_looked_at_faster_than_is_cheap() -> None:
    """Many hosts that guess take four looks a second together."""
    paired = admission()
    answers = [paired.pair(Source(f"192.168.1.{n}", 1), "0", 0.0) for n in range(1, 20)]
    assert answers.count(Reason.WRONG_PIN) == 4
    assert answers.count(Reason.LIMITED) == 15


def test_a_pin_of_another_sessions_mix_is_wrong_here() -> None:
    """Sessions share the file of the PINs."""
    made = Admission([], ["drums"], {"5": "brass"}.get, b"")
    assert made.pair(TABLET, "5", 0.0) is Reason.WRONG_PIN


def test_so_many_pairings_are_remembered() -> None:
    """The one silent longest goes first."""
    paired = admission()
    for number in range(MOST_PAIRED + 1):
        source = Source("192.168.1.9", 1000 + number)
        assert paired.pair(source, "1111", float(number)) == musician(["drums"])
        paired.rights(Source("192.168.1.9", 1000), float(number))
    assert paired.rights(Source("192.168.1.9", 1000), 200.0) == musician(["drums"])
    assert paired.rights(Source("192.168.1.9", 1001), 200.0) == Rights()


def test_a_challenge_is_good_for_the_address_and_the_time() -> None:
    """Ten to twenty seconds, and for no other port or host."""
    asked = admission()
    number = asked.challenge(TABLET, 100.0)
    assert 0 <= number < 2**31
    assert asked.is_answer(TABLET, number, 110.0)
    assert not asked.is_answer(TABLET, number, 120.0)
    assert not asked.is_answer(TABLET._replace(port=9001), number, 100.0)
    assert not asked.is_answer(PHONE, number, 100.0)
    assert not asked.is_answer(TABLET, number ^ 1, 100.0)
    other = Admission([], [], PINS.get, b"another secret")
    assert not other.is_answer(TABLET, number, 100.0)


def test_a_handshake_of_tcp_proves_an_address() -> None:
    """No challenge is needed there."""
    assert admission().is_trusted(TABLET._replace(transport="tcp"))


def test_a_source_has_a_name() -> None:
    """As the log and the desk's history show it."""
    assert str(TABLET) == "osc 192.168.1.20:9000"
    assert str(Source("fd00::1", 9, "tcp")) == "osc [fd00::1]:9 tcp"
