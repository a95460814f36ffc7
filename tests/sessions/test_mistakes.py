"""Every mistake in a session file is told in a line: where, which key, what was found, the remedy.

The mistakes below are each one piece of BAND replaced by another.
"""

from pathlib import Path

import pytest

from jackrf.errors import SessionError
from jackrf.sessions.session import Session, load
from tests.sessions.texts import BAND

GAIN = "must be a number of dB from -inf (silence) to 10, such as gain = -6.0"
PAN = "must be a number from -1 (left) to 1 (right), such as pan = -0.5"
NAME = 'must be a text of 1 to 64 characters on one line, such as name = "Kick"'
CONNECT = 'must be a list of JACK ports as CLIENT:PORT, such as connect = ["system:capture_1"]'
SLUG = "an id is 1 to 32 of a-z, 0-9, _ and -, such as lead-vox; any text may be its name"
KICK = "kick = { gain = -6.0, pan = -0.5 }"

MISTAKES = [
    # types and ranges
    ("gain = -6.0", 'gain = "loud"', f'19: mixes.drums.sends.kick.gain = "loud": {GAIN}'),
    ("gain = -6.0", "gain = 40", f"19: mixes.drums.sends.kick.gain = 40: {GAIN}"),
    ("gain = -6.0", "gain = 10.01", f"19: mixes.drums.sends.kick.gain = 10.01: {GAIN}"),
    ("gain = -6.0", "gain = nan", f"19: mixes.drums.sends.kick.gain = nan: {GAIN}"),
    ("gain = -6.0", "gain = inf", f"19: mixes.drums.sends.kick.gain = inf: {GAIN}"),
    ("gain = -6.0", "gain = true", f"19: mixes.drums.sends.kick.gain = true: {GAIN}"),
    ("gain = -3", "gain = 40", f"14: mixes.drums.gain = 40: {GAIN}"),
    ("pan = -0.5", "pan = 3", f"19: mixes.drums.sends.kick.pan = 3: {PAN}"),
    ("pan = -0.5", "pan = nan", f"19: mixes.drums.sends.kick.pan = nan: {PAN}"),
    ("pan = -0.5", "pan = -inf", f"19: mixes.drums.sends.kick.pan = -inf: {PAN}"),
    (
        "pan = -0.5",
        "solo = 1",
        "19: mixes.drums.sends.kick.solo = 1: must be true or false, such as solo = true",
    ),
    (
        "gain = -3",
        "ceiling = 0.1",
        (
            "14: mixes.drums.ceiling = 0.1: must be a number of dBFS from -24 to 0, "
            "such as ceiling = -1.0"
        ),
    ),
    (
        '"L24"',
        '"MP3"',
        '16: mixes.drums.encoding = "MP3": must be "L16" or "L24", such as encoding = "L16"',
    ),
    ('name = "Kick"', 'name = ""', f'5: inputs.kick.name = "": {NAME}'),
    ('name = "Kick"', r'name = "a\nb"', rf'5: inputs.kick.name = "a\nb": {NAME}'),
    ('name = "Kick"', r'name = "\u001b[2J"', rf'5: inputs.kick.name = "\u001b[2J": {NAME}'),
    (
        'name = "Kick"',
        f'name = "{"x" * 65}"',
        f'5: inputs.kick.name = "{"x" * 60}"...: {NAME}',
    ),
    (
        '["system:capture_1"]',
        '"system:capture_1"',
        f'7: inputs.kick.connect = "system:capture_1": {CONNECT}',
    ),
    (
        '["system:capture_1"]',
        '["a:b", "capture"]',
        f'7: inputs.kick.connect[1] = "capture": {CONNECT}',
    ),
    # keys
    (
        "pan = -0.5",
        "pna = -0.5",
        (
            "19: mixes.drums.sends.kick.pna = -0.5: unknown key; did you mean pan? "
            "allowed here: gain, pan, mute, solo, safe"
        ),
    ),
    (
        "[inputs.vox]",
        "[radio]\nlisten = '0.0.0.0'\n[inputs.vox]",
        (
            "9: radio = (a table of 1): unknown key; "
            "allowed here: format, name, restore, inputs, mixes, osc, listen, web"
        ),
    ),
    (
        "gain = -6.0, ",
        "",
        (
            "19: mixes.drums.sends.kick.gain: missing; add a number of dB from "
            "-inf (silence) to 10, such as gain = -6.0"
        ),
    ),
    (
        'name = "Drums"\n',
        "",
        (
            "12: mixes.drums.name: missing; add a text of 1 to 64 characters on one line, "
            'such as name = "Kick"'
        ),
    ),
    (
        KICK,
        "kick = -6.0",
        (
            "19: mixes.drums.sends.kick = -6.0: must be a table of gain, pan, mute, solo, safe, "
            "such as { gain = -6.0 }"
        ),
    ),
    ("[inputs.vox]", '[inputs."Lead Vox"]', f'9: inputs."Lead Vox": {SLUG}'),
    ("[inputs.vox]", '[inputs.""]', f'9: inputs."": {SLUG}'),
    ("[inputs.vox]", f"[inputs.{'v' * 33}]", f"9: inputs.{'v' * 33}: {SLUG}"),
    ("[mixes.vox]", '[mixes."vöx"]', f'21: mixes."vöx": {SLUG}'),
    # between tables
    (
        "kick = { gain",
        "kik = { gain",
        "19: mixes.drums.sends.kik: a send of an input that is not there; did you mean kick?",
    ),
    (
        "kick = { gain",
        "flute = { gain",
        (
            "19: mixes.drums.sends.flute: a send of an input that is not there; "
            "the inputs are kick, vox"
        ),
    ),
    (
        "127.0.0.1:5006",
        "127.0.0.1:5004",
        (
            '23: mixes.vox.send_to[0] = "udp://127.0.0.1:5004": mixes.drums.send_to[0] goes there '
            "too, and one port hears one mix; take another"
        ),
    ),
    (
        "udp://127.0.0.1:5006",
        "udp://[0:0::1]:5006",
        (
            '23: mixes.vox.send_to[1] = "udp://[::1]:5006": mixes.vox.send_to[0] goes there too, '
            "and one port hears one mix; take another"
        ),
    ),
    # destinations
    (
        '["udp://127.0.0.1:5004"]',
        "[5004]",
        (
            "15: mixes.drums.send_to[0] = 5004: must be a list of URLs, such as "
            'send_to = ["udp://192.168.1.31:5004"]'
        ),
    ),
    (
        "udp://127.0.0.1:5004",
        "udp://a: 5004",
        (
            '15: mixes.drums.send_to[0] = "udp://a: 5004": must be a list of URLs, such as '
            'send_to = ["udp://192.168.1.31:5004"]'
        ),
    ),
    # format
    ("format = 2\n", "", "format: missing; add the number 2, such as format = 2"),
    ("format = 2", "format = 0", "1: format = 0: must be the number 2, such as format = 2"),
    ("format = 2", "format = 1.0", "1: format = 1.0: must be the number 2, such as format = 2"),
    (
        "format = 2",
        "format = true",
        "1: format = true: must be the number 2, such as format = 2",
    ),
    (
        "format = 2",
        'format = "2"',
        '1: format = "2": must be the number 2, such as format = 2',
    ),
]


def loaded(folder: Path, text: str) -> Session:
    """The session that a text is."""
    path = folder / "x.toml"
    path.write_text(text)
    return load(path)


def problems(folder: Path, text: str) -> list[str]:
    """The lines of the error of a text, without the path."""
    with pytest.raises(SessionError) as caught:
        loaded(folder, text)
    assert caught.value.exit_code == 2
    lines = str(caught.value).split("\n")
    assert [line for line in lines if not line.startswith(f"{folder / 'x.toml'}:")] == []
    return [line.removeprefix(f"{folder / 'x.toml'}:").strip() for line in lines]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_a_mistake_is_told_with_line_key_found_and_allowed(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    """One mistake, one line, and nothing else."""
    assert old in BAND
    [line] = problems(tmp_path, BAND.replace(old, new, 1))
    assert line == message


@pytest.mark.parametrize(
    "url",
    ["tcp://a:5004", "udp://a", "udp://a:0", "udp://a:70000", "udp://:5004", "udp://a:1/x", "a:1"],
)
def test_a_bad_url_is_told_with_what_is_allowed(tmp_path: Path, url: str) -> None:
    """What jackrf.destinations says of it, at the place where it stands."""
    [line] = problems(tmp_path, BAND.replace("udp://127.0.0.1:5004", url))
    assert line.startswith(f"15: mixes.drums.send_to[0]: '{url}' ")
    assert "udp://HOST:PORT" in line


def test_a_newer_format_is_refused_before_anything_else(tmp_path: Path) -> None:
    """What a newer file may hold is not known: its other keys are no mistakes."""
    assert problems(tmp_path, "format = 3\nscenes = []\n") == [
        "1: format = 3: newer than this jackrf, which reads format 2; update jackrf"
    ]


def test_an_empty_file_is_told_all_it_lacks(tmp_path: Path) -> None:
    """The four keys that a session cannot be without."""
    assert problems(tmp_path, "") == [
        "format: missing; add the number 2, such as format = 2",
        'name: missing; add a text of 1 to 64 characters on one line, such as name = "Kick"',
        "inputs: missing; add 1 to 64 tables, one for each input, such as [inputs.kick]",
        "mixes: missing; add 1 to 32 tables, one for each mix, such as [mixes.drums]",
    ]


def test_a_session_without_inputs_or_mixes_is_refused(tmp_path: Path) -> None:
    """Empty tables are as good as none; sends of what is not there are not told on top."""
    text = 'format = 2\nname = "x"\n[inputs]\n[mixes.a]\nname = "a"\nsends.kick = { gain = 0 }\n'
    assert problems(tmp_path, text) == [
        "3: inputs: a session has 1 to 64 inputs, not 0; write [inputs.ID] with a name"
    ]
    text = 'format = 2\nname = "x"\nmixes = {}\n[inputs.a]\nname = "a"\n'
    assert problems(tmp_path, text) == [
        "3: mixes: a session has 1 to 32 mixes, not 0; write [mixes.ID] with a name"
    ]
    text = 'format = 2\nname = "x"\nmixes = 3\ninputs = []\n'
    assert problems(tmp_path, text) == [
        "3: mixes = 3: must be 1 to 32 tables, one for each mix, such as [mixes.drums]",
        "4: inputs = []: must be 1 to 64 tables, one for each input, such as [inputs.kick]",
    ]


def session_of(inputs: int, mixes: int) -> str:
    """A session with this many inputs and mixes."""
    lines = ["format = 2", 'name = "x"']
    lines += [f'[inputs.i{number}]\nname = "{number}"' for number in range(inputs)]
    lines += [f'[mixes.m{number}]\nname = "{number}"' for number in range(mixes)]
    return "\n".join(lines)


def test_a_session_may_be_full_and_not_fuller(tmp_path: Path) -> None:
    """64 inputs and 32 mixes are read; one more of either is refused, whatever else is wrong."""
    desk = loaded(tmp_path, session_of(64, 32)).to_mixer()
    assert desk.matrix().shape == (64, 64)
    assert problems(tmp_path, session_of(65, 33).replace('"7"', "7")) == [
        "3: inputs: a session has 1 to 64 inputs, not 65; leave out 1",
        f"18: inputs.i7.name = 7: {NAME}",
        "133: mixes: a session has 1 to 32 mixes, not 33; leave out 1",
        f"148: mixes.m7.name = 7: {NAME}",
    ]


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    """In the order of the file, so that it is mended from top to bottom in one go."""
    text = BAND
    for old, new in [
        ("trim = 2.0", "trim = 20"),
        ("gain = -6.0", "gian = -6.0"),
        ("[mixes.vox]\nname", "[mixes.vox]\nnam"),
        ("127.0.0.1:5006", "127.0.0.1:5004"),
        ("[::1]:5006", "[::1]:0"),
    ]:
        text = text.replace(old, new)
    keys = [line.split(": ")[1].split(" = ")[0] for line in problems(tmp_path, text)]
    assert keys == [
        "inputs.kick.trim",
        "mixes.drums.sends.kick.gain",
        "mixes.drums.sends.kick.gian",
        "mixes.vox.name",
        "mixes.vox.nam",
        "mixes.vox.send_to[1]",
        "mixes.vox.send_to[0]",
    ]


def test_host_names_are_the_same_in_any_case_of_letters(tmp_path: Path) -> None:
    """Names are compared as the network does, without asking it."""
    text = BAND.replace("127.0.0.1:5004", "Drums.local:5004")
    [line] = problems(tmp_path, text.replace("127.0.0.1:5006", "drums.LOCAL:5004"))
    assert "mixes.drums.send_to[0] goes there too" in line


def test_the_key_of_an_encrypted_mix_is_told_to_nobody_by_mistake(tmp_path: Path) -> None:
    """It is neither announced nor sent to a group, and the file says so before anything runs."""
    path = tmp_path / "sealed.toml"
    path.write_text(
        "format = 2\n"
        'name = "Sealed"\n'
        'inputs.kick.name = "Kick"\n'
        "[mixes.drums]\n"
        'name = "Drums"\n'
        "encrypt = true\n"
        "announce = true\n"
        'send_to = ["udp://192.168.1.31:5004", "udp://239.69.1.1:5004"]\n'
    )
    with pytest.raises(SessionError) as caught:
        load(path)
    first, second = str(caught.value).splitlines()
    assert "sealed.toml:7: mixes.drums.announce" in first
    assert "SAP would tell everybody the key" in first
    assert "sealed.toml:8: mixes.drums.send_to" in second
    assert "cannot be sent to a group" in second
