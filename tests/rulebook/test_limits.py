"""Lengths of time at their edges."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.rulebook.limits import deadline, months_later


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("reported_at", "hours"),
    [
        (utc(2015, 3, 31, 22, 59, 59), 72),  # still 31 March in London, an hour ahead of UTC
        (utc(2015, 3, 31, 23, 0, 0), 24),
        (utc(2026, 3, 29, 0, 30), 24),  # the clocks change that night: 24 hours are absolute
    ],
)
def test_the_deadline_is_absolute_hours_after_the_report(reported_at: datetime, hours: int) -> None:
    assert deadline(reported_at) - reported_at == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (utc(2026, 1, 14, 21, 2), utc(2026, 4, 14, 21, 2)),
        (utc(2025, 11, 30, 12), utc(2026, 2, 28, 12)),
        (utc(2023, 11, 30, 12), utc(2024, 2, 29, 12)),
        (utc(2026, 9, 30), utc(2026, 12, 30)),
        (utc(2026, 10, 31), utc(2027, 1, 31)),
        (utc(2026, 12, 31), utc(2027, 3, 31)),
        (utc(2026, 8, 31), utc(2026, 11, 30)),
    ],
)
def test_three_calendar_months_are_clamped_to_the_months_end(start: datetime, end: datetime) -> None:
    assert months_later(start, 3) == end
