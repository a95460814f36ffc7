"""The table [web] of a session file."""

from pathlib import Path

import pytest

from jackrf.errors import SessionError
from jackrf.sessions.session import Session, load
from jackrf.sessions.web import Web

HEAD = """\
format = 2
name = "Band"

[inputs.kick]
name = "Kick"

[mixes.drums]
name = "Drums"

"""


def read(folder: Path, text: str) -> Session:
    """A session with this at its end."""
    path = folder / "band.toml"
    path.write_text(HEAD + text)
    return load(path)


def test_without_the_table_there_is_no_page(tmp_path: Path) -> None:
    """With it alone, there is one in all networks."""
    assert read(tmp_path, "").web is None
    web = read(tmp_path, "[web]\n").web
    assert web == Web()
    assert (web.listen, web.port, web.https_port) == ("127.0.0.1", 8080, 8443)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("port = 0", "web.port = 0: must be a port number from 1 to 65535, such as port = 8080"),
        ('listen = "stage"', 'web.listen = "stage": must be an IP address'),
        ("https_port = 8080", "web.https_port: the same as port: give each its own"),
        ('certificate = "a.pem"', "web.key: missing; add it beside certificate"),
        ('key = "a.pem"', "web.certificate: missing; add it beside key"),
        ('name = "a b"', 'web.name = "a b": must be a host name'),
        ("prot = 1", "web.prot = 1: unknown key; did you mean port?"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, text: str, problem: str) -> None:
    """In a line each."""
    with pytest.raises(SessionError) as caught:
        read(tmp_path, f"[web]\n{text}\n")
    assert problem in str(caught.value)
