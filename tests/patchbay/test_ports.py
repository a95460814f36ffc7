"""A desk's ports have short names that stay, and names for people that follow."""

from jackrf.mixer import Mix, Mixer, Strip
from jackrf.parameters import Place
from jackrf.patchbay.ports import PortName, own_ports

MIXER = Mixer([Strip("kick", "Kick"), Strip("vox", "Vox")], [Mix("anna", "Anna")])


def test_ports_stand_in_the_order_of_strips_and_mixes() -> None:
    """Inputs first, then left and right of each mix; each knows where its wishes stand."""
    ports = own_ports(MIXER)
    assert [port.short for port in ports] == ["in_01", "in_02", "mix_01_l", "mix_01_r"]
    assert [port.order for port in ports] == [1, 2, 3, 4]
    assert [port.number for port in ports] == [1, 2, 1, 1]
    assert [port.is_input for port in ports] == [True, True, False, False]
    assert [port.wished for port in ports] == [
        Place(None, "kick", "connect"),
        Place(None, "vox", "connect"),
        Place("anna", None, "connect_left"),
        Place("anna", None, "connect_right"),
    ]


def test_what_people_read_comes_from_a_name_and_goes_back_to_it() -> None:
    """Of a mix's port the side is no part of its name, however a person writes it."""
    first, _, left, right = own_ports(MIXER)
    assert first.shown("Kick (Jo)") == PortName("Kick (Jo)", 1, "Inputs")
    assert right.shown("Anna") == PortName("Anna right", 4, "Mix 1 Anna")
    assert first.meant(" Kick left ") == "Kick left"
    assert [left.meant(said) for said in ("Ben left", "Ben Left ", "Ben", "Ben right")] == [
        "Ben",
        "Ben",
        "Ben",
        "Ben right",
    ]
