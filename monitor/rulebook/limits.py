"""Every length of time that the rules or the contract fix."""

from datetime import UTC, datetime, timedelta

RECORD_WITHIN = timedelta(hours=24)  # of the first report, by any channel (Crime Recording Rules, p10)
RECORD_WITHIN_ONCE = timedelta(hours=72)
RECORD_WITHIN_CHANGED = datetime(2015, 3, 31, 23, tzinfo=UTC)  # 1 April 2015 in London
DUE_SOON = timedelta(hours=4)  # before the deadline
CLOSED_FOR = timedelta(hours=2)  # after closing, a link may still come
OLD_RECORD = timedelta(hours=24)  # before the report: an older record does not stand for it
CONTINUATION_BEFORE = timedelta(hours=72)  # a report so long before the crime was recorded can still continue it
CONTINUATION_MONTHS = 3  # after the last report of a course of conduct (p57-58)
ANOTHER_OCCASION = timedelta(hours=1)  # of a course of conduct: callers within it tell of one (our choice)
HEARTBEAT_AHEAD = timedelta(minutes=10)  # of the clock: a heartbeat further ahead is left out until the clock is near


def deadline(reported_at: datetime) -> datetime:
    """When a crime must have been recorded at the latest."""
    return reported_at + (RECORD_WITHIN_ONCE if reported_at < RECORD_WITHIN_CHANGED else RECORD_WITHIN)


def months_later(start: datetime, months: int) -> datetime:
    """The same day and time that many calendar months on, clamped to the month's end (UTC)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return start.replace(year=year, month=month + 1, day=min(start.day, _days(year, month + 1)))


def _days(year: int, month: int) -> int:
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return (following - timedelta(days=1)).day
