from datetime import UTC, datetime, timedelta

import pytest

from monitor.web import words

WINTER = datetime(2026, 1, 14, 21, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (WINTER, "14 January 2026, 9:02pm"),
        (datetime(2026, 7, 1, 11, 5, tzinfo=UTC), "1 July 2026, 12:05pm"),
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "2 July 2026, 12:30am"),
        (datetime(2026, 12, 31, 0, 0, tzinfo=UTC), "31 December 2026, 12:00am"),
    ],
)
def test_a_moment_is_said_in_londons_time(at: datetime, said: str) -> None:
    assert words.moment(at) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0.5, "less than a minute"),
        (1, "1 minute"),
        (59.9, "59 minutes"),
        (60, "1 hour"),
        (185, "3 hours 5 minutes"),
        (359, "5 hours 59 minutes"),
        (365, "6 hours"),
        (1439, "23 hours"),
        (1440, "1 day"),
        (1500, "1 day 1 hour"),
        (4330, "3 days"),
        (6 * 1440 + 23 * 60, "6 days 23 hours"),
        (7 * 1440 + 300, "7 days"),
        (45 * 1440, "45 days"),
    ],
)
def test_a_length_of_time_is_said_as_a_person_says_it(minutes: float, said: str) -> None:
    assert words.duration(timedelta(minutes=minutes)) == said
    assert words.duration(-timedelta(minutes=minutes)) == said


def test_time_is_left_up_to_the_deadline_and_overdue_after_it() -> None:
    assert words.time_left(WINTER, WINTER - timedelta(hours=2)) == "2 hours left"
    assert words.time_left(WINTER, WINTER) == "less than a minute left"
    assert words.time_left(WINTER, WINTER + timedelta(days=2, hours=4)) == "2 days 4 hours overdue"


def test_numbers_are_parted_and_counted() -> None:
    assert words.number(1234567) == "1,234,567"
    assert words.counted(1, "incident") == "1 incident"
    assert words.counted(1204, "incident") == "1,204 incidents"
    assert words.counted(2, "match", "matches") == "2 matches"


def test_codes_and_forces_are_said_as_words() -> None:
    assert words.spoken("crime.coercive_control") == "Coercive control"
    assert words.spoken("") == ""
    assert words.force_name("west-mercia") == "West Mercia"
    assert words.force_name("devon-and-cornwall") == "Devon and Cornwall"
