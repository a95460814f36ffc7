"""Who may hear which mix, in virtual time."""

from jackrf.lan.digest import challenges, key, respond
from jackrf.lan.limits import PAUSE_SECONDS, WRONG_PINS
from jackrf.rtsp.admission import Admission, Answer
from tests.rtsp.exchange import admission, keys_of

HOST, OTHER = "192.168.1.31", "192.168.1.32"
URL = "rtsp://192.168.1.10:8554/keys"


def shown(pin: str, user: str = "keys", nonce: str = "one") -> str:
    """What a player answers to the challenge with a nonce."""
    answer = respond(challenges(nonce), user, pin, "DESCRIBE", URL)
    assert answer is not None
    return answer


def look(house: Admission, header: str | None, host: str = HOST, now: float = 0.0) -> Answer:
    """Ask for keys on the connection whose nonce is ``one``."""
    return house.look(host, "keys", "DESCRIBE", URL, header, "one", now)


def test_only_neighbours_are_heard() -> None:
    """Loopback, and the private networks that this machine is on."""
    house = admission()
    assert house.is_heard("127.0.0.1")
    assert house.is_heard(HOST)
    assert not house.is_heard("192.168.2.31")
    assert not house.is_heard("8.8.8.8")
    assert house.refusals.counts["far"] == 2


def test_a_mix_without_a_pin_is_open() -> None:
    """To whoever is heard at all."""
    assert admission().look(HOST, "drums", "DESCRIBE", URL, None, "one", 0.0) == Answer(200)


def test_a_pin_opens_its_mix() -> None:
    """Asked for first, which is no refusal; the engineer's opens it too."""
    house = admission()
    assert look(house, None) == Answer(401, challenges("one"))
    assert look(house, shown("123456")).status == 200
    assert look(house, shown("654321", "engineer")).status == 200
    assert look(house, shown("123456", "engineer")).status == 401
    assert house.refusals.counts["wrong_pin"] == 1


def test_an_answer_is_good_on_its_connection_only() -> None:
    """Overheard and said again elsewhere, it is stale: that is no wrong PIN, and opens nothing."""
    house = admission()
    for _ in range(10):
        assert look(house, shown("123456", nonce="two")) == Answer(
            401, challenges("one", stale=True)
        )
    assert house.refusals.counts["wrong_pin"] == 0


def test_wrong_pins_make_a_host_wait() -> None:
    """Then the right one is not looked at either, for ten minutes; other hosts are."""
    house = admission()
    for _ in range(WRONG_PINS):
        assert look(house, shown("000000")).status == 401
    assert look(house, shown("123456")) == Answer(403)
    assert look(house, shown("123456"), OTHER).status == 200
    assert look(house, shown("123456"), now=PAUSE_SECONDS + 1.0).status == 200
    assert house.refusals.counts["paused"] == 1


def test_who_has_a_pin_tries_out_no_other() -> None:
    """The right one in between takes no wrong one back."""
    house = admission()
    for _ in range(WRONG_PINS - 1):
        assert look(house, shown("000000", "engineer")).status == 401
        assert look(house, shown("123456")).status == 200
    assert look(house, shown("000001", "engineer")).status == 401
    assert look(house, shown("654321", "engineer")) == Answer(403)


def test_a_pin_without_a_digest_opens_nothing() -> None:
    """The mix stays shut, with the sentence that mends it."""
    house = Admission(["keys"], lambda _: {})
    assert look(house, None) == Answer(403)
    assert "jackrf pin keys makes a new one" in house.refusals.lines()[0]


def test_an_answer_is_for_its_request_only() -> None:
    """Not for another method."""
    house = admission()
    header = shown("123456")
    assert house.look(HOST, "keys", "SETUP", URL, header, "one", 0.0).status == 401
    assert key("keys", "123456", "MD5") not in header


def test_an_encrypted_mix_without_a_pin_is_closed() -> None:
    """Its key would be told to everybody; with a PIN it is as others are."""
    house = Admission(["drums", "keys"], keys_of, encrypted=["drums", "keys"])
    assert house.look(HOST, "drums", "DESCRIBE", URL, None, "one", 0.0) == Answer(403)
    assert house.refusals.counts["no_pin"] == 1
    assert "jackrf pin drums makes one" in house.refusals.lines()[0]
    assert look(house, None).status == 401
    assert look(house, shown("123456")).status == 200
