"""How often somebody may do something."""

from jackrf.lan.limits import PAUSE_SECONDS, WRONG_PINS, TokenBucket, WrongPins


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    """Twenty at once, then ten a second, whenever the first one comes."""
    bucket = TokenBucket(10.0, 20.0)
    assert sum(bucket.take(5000.0) for _ in range(100)) == 20
    assert sum(bucket.take(5000.0 + step / 100) for step in range(1, 201)) == 20


def test_a_bucket_holds_no_more_than_its_burst() -> None:
    """A long silence gives no long storm."""
    bucket = TokenBucket(10.0, 5.0)
    assert bucket.take(0.0)
    assert sum(bucket.take(3600.0) for _ in range(100)) == 5


def test_five_wrong_pins_are_a_pause_of_ten_minutes() -> None:
    """The fifth wrong PIN starts it; other hosts have none."""
    wrong = WrongPins()
    for number in range(WRONG_PINS):
        assert wrong.pause("a", 10.0 + number) == 0.0
        wrong.note("a", 10.0 + number)
    assert wrong.pause("a", 14.0) == PAUSE_SECONDS
    assert wrong.pause("b", 14.0) == 0.0
    assert wrong.pause("a", 14.0 + PAUSE_SECONDS) == 0.0


def test_wrong_pins_are_forgotten_in_time() -> None:
    """A mistake every three minutes is nobody's guessing."""
    wrong = WrongPins()
    for minute in range(12):
        wrong.note("a", minute * 180.0)
        assert wrong.pause("a", minute * 180.0) == 0.0


def test_so_many_hosts_are_remembered() -> None:
    """Forged addresses without end take no memory without end."""
    wrong = WrongPins(hosts=2)
    for _ in range(WRONG_PINS):
        for host in ("a", "b"):
            wrong.note(host, 0.0)
    wrong.note("c", 0.0)
    assert [wrong.pause(host, 0.0) > 0.0 for host in "abc"] == [False, True, False]


def test_several_tokens_are_taken_together_or_not_at_all() -> None:
    """What is too much at once leaves what is there to others."""
    bucket = TokenBucket(10.0, 20.0)
    assert not bucket.take(0.0, 21.0)
    assert bucket.take(0.0, 15.0)
    assert not bucket.take(0.0, 6.0)
    assert bucket.take(0.1, 6.0)
