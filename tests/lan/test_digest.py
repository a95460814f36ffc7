"""Digest authentication against the examples of its RFCs, and against itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.lan.digest import (
    REALM,
    Verdict,
    challenges,
    key,
    new_nonce,
    parameters,
    respond,
    verify,
)

RFC_2617 = (
    'Digest username="Mufasa", realm="testrealm@host.com", '
    'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", qop=auth, nc=00000001, '
    'cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1", '
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)
"""Section 3.5; the password is Circle Of Life."""

RFC_7616 = (
    'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", '
    "algorithm=SHA-256, "
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, '
    'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, '
    'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
"""Section 3.9.1; the password is Circle of Life."""


@pytest.mark.parametrize(
    ("header", "algorithm", "realm", "password"),
    [
        (RFC_2617, "MD5", "testrealm@host.com", "Circle Of Life"),
        (RFC_7616, "SHA-256", "http-auth@example.org", "Circle of Life"),
    ],
)
def test_the_examples_of_the_rfcs(header: str, algorithm: str, realm: str, password: str) -> None:
    """Are right, and wrong for any other method, URI, nonce or password."""
    known = {"Mufasa": {algorithm: key("Mufasa", password, algorithm, realm)}}
    nonce = (parameters(header) or {})["nonce"]
    uri = "/dir/index.html"
    assert verify(header, "GET", uri, nonce, known) == Verdict(right=True)
    assert not verify(header, "PUT", uri, nonce, known).right
    assert not verify(header, "GET", "/", nonce, known).right
    assert verify(header, "GET", uri, "other", known) == Verdict(right=False, stale=True)
    other = {"Mufasa": {algorithm: key("Mufasa", "other", algorithm, realm)}}
    assert not verify(header, "GET", uri, nonce, other).right
    assert not verify(header, "GET", uri, nonce, {}).right


@given(st.text(), st.text(), st.booleans())
def test_both_sides_agree(user: str, pin: str, wrong: bool) -> None:
    """Whatever the name and the PIN; by SHA-256, since that is offered first."""
    nonce = new_nonce()
    answer = respond(challenges(nonce), user, pin, "DESCRIBE", "rtsp://a/b")
    known = {user: {name: key(user, pin + "x" * wrong, name) for name in ("MD5", "SHA-256")}}
    if answer is None or len(answer) > 2048:
        return
    assert "algorithm=SHA-256" in answer
    # A name with a line end in it does not get as far as a header.
    if user.isprintable():
        assert verify(answer, "DESCRIBE", "rtsp://a/b", nonce, known).right is not wrong


def test_a_client_takes_what_it_can() -> None:
    """MD5 where a server knows no better, without qop or with it; nothing of other schemes."""
    plain = f'Digest realm="{REALM}", nonce="n"'
    for offer in (plain, f'{plain}, qop="auth,auth-int"', f"{plain}, algorithm=md5"):
        answer = respond(['Basic realm="x"', offer], "drums", "123456", "SETUP", "u")
        assert answer is not None
        known = {"drums": {"MD5": key("drums", "123456", "MD5")}}
        assert verify(answer, "SETUP", "u", "n", known).right
    for offer in ("Basic", "Digest x", f'{plain}, qop="auth-int"', f"{plain}, algorithm=X-9"):
        assert respond([offer], "drums", "123456", "SETUP", "u") is None


@pytest.mark.parametrize(
    "header",
    ["", "Basic QWxhZGRpbg==", "Digest a", 'Digest a="', "Digest a=1, a=2", "Digest " + "a" * 3000],
)
def test_what_is_no_digest_is_wrong(header: str) -> None:
    """And raises nothing."""
    assert parameters(header) is None
    assert verify(header, "GET", "/", "n", {}) == Verdict(right=False)


@given(st.text(max_size=200))
def test_nothing_raises(text: str) -> None:
    """Whatever stands in the header."""
    verify(f"Digest {text}", "GET", "/", "n", {"a": {"MD5": "00"}})
