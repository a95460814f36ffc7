"""Certificates that last for days, and are changed in time."""

import datetime as dt

from cryptography.hazmat.primitives.asymmetric import ec

from jackrf.web.pins import Pins

START = dt.datetime(2026, 7, 1, 20, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


class Calendar:
    """The time of day, as tests have it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        """Return it."""
        return self.now


def test_a_certificate_is_what_browsers_take_by_its_fingerprint() -> None:
    """ECDSA on P-256, and valid for 14 days at most, from a little earlier on."""
    pin = Pins(Calendar()).current()
    assert isinstance(pin.certificate.public_key(), ec.EllipticCurvePublicKey)
    assert pin.key.curve.name == "secp256r1"
    begin, end = pin.certificate.not_valid_before_utc, pin.certificate.not_valid_after_utc
    assert end - begin <= 14 * DAY
    assert begin < START < end
    # Chromium 156 refuses a certificate without any extension.
    assert len(pin.certificate.extensions) > 0


def test_it_is_valid_whenever_somebody_asks_and_known_before_it_is_shown() -> None:
    """Asked at any pace, over months: who asked up to five days ago still gets in."""
    for pace in (0.3, 1.0, 5.9, 6.2, 6.6, 20.0):
        calendar = Calendar()
        pins = Pins(calendar)
        before: tuple[dt.datetime, list[str]] | None = None
        shown = set()
        while calendar.now < START + 90 * DAY:
            known = pins.fingerprints()
            shown.add(known[0])
            certificate = pins.current().certificate
            assert certificate.not_valid_after_utc - calendar.now >= dt.timedelta(hours=12)
            if before is not None and calendar.now - before[0] < 5 * DAY:
                assert known[0] in before[1]
            before = calendar.now, known
            calendar.now += pace * DAY
        assert len(shown) >= 4


def test_a_clock_that_is_set_back_makes_new_ones() -> None:
    """A small computer without a clock learns the time after it has started."""
    calendar = Calendar()
    pins = Pins(calendar)
    first = pins.fingerprints()
    calendar.now -= 400 * DAY
    assert not set(first) & set(pins.fingerprints())
    assert pins.current().certificate.not_valid_before_utc < calendar.now
