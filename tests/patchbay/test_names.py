"""Names both ways, against metadata that is kept in memory."""

from jackrf.mixer import Mix, Mixer, Strip
from jackrf.parameters import Place
from jackrf.patchbay.names import Names
from jackrf.patchbay.ports import PortName, own_ports

KICK = Place(None, "kick", "name")
ANNA = Place("anna", None, "name")


class Metadata:
    """What is shown, by short name; a port's UUID is its place."""

    def __init__(self, names: dict[str, PortName]) -> None:
        self.shown = {short: name.pretty for short, name in names.items()}
        self.written: list[str] = []

    def rename(self, short: str, name: PortName) -> None:
        """Show a port otherwise."""
        if self.shown[short] != name.pretty:
            self.shown[short] = name.pretty
            self.written.append(short)

    def heard(self, subject: int, key: str) -> tuple[str, str] | None:
        """What is shown of a port now."""
        shorts = dict(enumerate([*self.shown, "none_of_ours"]))
        if key != "pretty" or subject not in shorts:
            return None
        return shorts[subject], self.shown.get(shorts[subject], "x")


def desk() -> tuple[Mixer, Names, Metadata]:
    """One input, one mix, all shown as they are called."""
    mixer = Mixer([Strip("kick", "Kick")], [Mix("anna", "Anna")])
    ports = own_ports(mixer)
    names = Names(ports, mixer)
    return mixer, names, Metadata({port.short: names.of(port) for port in ports})


def test_a_renamed_strip_is_shown_so() -> None:
    """Other changes, and other names, write nothing."""
    mixer, names, metadata = desk()
    mixer.put(KICK, "Boom")
    names.show([Place("anna", None, "gain"), ANNA], metadata)  # type: ignore[arg-type]
    assert metadata.written == []
    names.show([KICK], metadata)  # type: ignore[arg-type]
    assert metadata.written == ["in_01"]
    assert metadata.shown["in_01"] == "Boom"


def test_what_is_shown_as_it_should_be_is_no_news() -> None:
    """Our own writing comes back, and so does the news of somebody else's ports."""
    _, names, metadata = desk()
    found = [
        names.heard(subject, key, metadata)  # type: ignore[arg-type]
        for subject, key in ((0, "pretty"), (1, "pretty"), (0, "order"), (3, "pretty"), (9, ""))
    ]
    assert found == [None] * 5


def test_a_person_who_renames_one_side_renames_the_mix() -> None:
    """The other side follows, and the one that was written without its side has it again."""
    mixer, names, metadata = desk()
    for said, shown in (("Ben left", "Ben left"), ("Cleo", "Cleo left")):
        metadata.shown["mix_01_l"] = said
        heard = names.heard(1, "pretty", metadata)  # type: ignore[arg-type]
        assert heard is not None
        mixer.put(*heard)
        names.show([heard[0]], metadata)  # type: ignore[arg-type]
        assert metadata.shown["mix_01_l"] == shown
        assert metadata.shown["mix_01_r"] == shown.replace("left", "right")
        assert names.heard(1, "pretty", metadata) is None  # type: ignore[arg-type]


def test_ports_of_another_desk_are_shown_by_our_names() -> None:
    """As after a handover."""
    _, names, metadata = desk()
    metadata.shown |= dict.fromkeys(metadata.shown, "Somebody")
    names.show_all(metadata)  # type: ignore[arg-type]
    assert list(metadata.shown.values()) == ["Kick", "Anna left", "Anna right"]
