"""``jackrf pin`` and ``jackrf pair``, with a control socket that answers."""

import tomllib
from typing import Any

import pytest

from jackrf.commands import pairing
from jackrf.errors import InputError, JackrfError


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What is asked of a running jackrf, which answers with a PIN."""
    messages: list[tuple[str, dict[str, Any]]] = []

    def request(client: str, message: dict[str, Any]) -> str:
        messages.append((client, message))
        return "123456"

    monkeypatch.setattr(pairing, "request", request)
    return messages


def test_a_pin_is_printed_first(
    asked: list[tuple[str, dict[str, Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    """So that a script can cut it off; and whose it is."""
    pairing.pin("drums", engineer=False, client="jackrf")
    pairing.pin(None, engineer=True, client="other")
    first, second = capsys.readouterr().out.splitlines()
    assert first.split()[0] == second.split()[0] == "123456"
    assert "mix drums" in first
    assert "the engineer" in second
    assert asked == [
        ("jackrf", {"do": "pin", "mix": "drums"}),
        ("other", {"do": "pin", "mix": None}),
    ]


@pytest.mark.parametrize(
    ("mix", "table"),
    [
        ("drums", {"host": "10.0.0.2", "port": 8000, "mix": "drums"}),
        (None, {"host": "10.0.0.2", "port": 8000, "role": "engineer"}),
    ],
)
def test_pairing_says_what_to_write_into_the_session(
    asked: list[tuple[str, dict[str, Any]]],
    capsys: pytest.CaptureFixture[str],
    mix: str | None,
    table: dict[str, Any],
) -> None:
    """As TOML that can be pasted."""
    pairing.pair("10.0.0.2", mix=mix, engineer=mix is None, port=8000, client="jackrf")
    told = capsys.readouterr().out
    assert tomllib.loads(told[told.index("[[") :]) == {"osc": {"surfaces": [table]}}
    message = {"do": "pair", "host": "10.0.0.2", "port": 8000, "mix": mix}
    assert asked == [("jackrf", message)]


@pytest.mark.parametrize(("mix", "engineer"), [(None, False), ("drums", True)])
def test_one_of_mix_and_engineer_is_named(mix: str | None, engineer: bool) -> None:
    """Not both, and not neither."""
    with pytest.raises(InputError, match="name a mix, or --engineer"):
        pairing.pin(mix, engineer=engineer, client="jackrf")
    with pytest.raises(InputError, match="name a mix, or --engineer"):
        pairing.pair("10.0.0.2", mix=mix, engineer=engineer, port=9000, client="jackrf")


def test_without_a_running_jackrf_it_says_how_to_start_one() -> None:
    """As every command does."""
    with pytest.raises(JackrfError, match="start one: jackrf run"):
        pairing.pin("drums", engineer=False, client="nobody")
