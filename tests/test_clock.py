from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitor.clock import FrozenClock, SystemClock, clock_from
from monitor.settings import Settings

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def test_the_system_clock_tells_utc_and_goes_on() -> None:
    clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first.utcoffset() == timedelta(0)
    assert abs(first - datetime.now(UTC)) < timedelta(seconds=5)
    assert first <= second


def test_a_frozen_clock_stands_still_and_tells_utc() -> None:
    clock = FrozenClock(AT.astimezone(timezone(timedelta(hours=5))))
    assert clock.now() == clock.now() == AT
    assert clock.now().utcoffset() == timedelta(0)


def test_a_frozen_clock_needs_an_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        FrozenClock(datetime(2026, 6, 1, 9))  # noqa: DTZ001


def test_the_settings_choose_the_clock() -> None:
    assert isinstance(clock_from(Settings()), SystemClock)
    assert clock_from(Settings(clock=AT)) == FrozenClock(AT)
