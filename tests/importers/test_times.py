"""Local times, and the two nights of the year."""

import pytest

from monitor.importers.local_time import LocalTimes, UnusableTimeError
from monitor.importers.spec import Times
from monitor.importers.tally import Tally


def times(**rules: str) -> LocalTimes:
    given = {"zone": "Europe/London", "formats": ["%d/%m/%Y %H:%M", "iso", "unix"], **rules}
    return LocalTimes(Times.model_validate(given), Tally())


def read(local: LocalTimes, text: str) -> str:
    return local.read(text, (), 7).isoformat()


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("14/01/2026 21:02", "2026-01-14T21:02:00+00:00"),
        ("14/07/2026 21:02", "2026-07-14T20:02:00+00:00"),
        ("2026-07-14T21:02:00+05:00", "2026-07-14T16:02:00+00:00"),
        ("1784062920", "2026-07-14T21:02:00+00:00"),
    ],
)
def test_a_time_is_read_in_its_zone_unless_it_names_an_offset(text: str, utc: str) -> None:
    assert read(times(), text) == utc


def test_an_hour_that_came_twice_is_the_earlier_unless_said_otherwise_and_is_counted() -> None:
    earlier, later = times(), times(ambiguous="later")
    assert read(earlier, "25/10/2026 01:30") == "2026-10-25T00:30:00+00:00"
    assert read(later, "25/10/2026 01:30") == "2026-10-25T01:30:00+00:00"
    assert earlier.tally.ambiguous.first == [7]


def test_an_hour_that_came_twice_is_the_later_where_the_earlier_would_lie_before_the_report() -> None:
    local = times()
    reported = local.read("25/10/2026 01:50", (), 7)
    assert local.read("25/10/2026 01:10", (), 7, reported).isoformat() == "2026-10-25T01:10:00+00:00"


def test_an_hour_that_never_was_is_moved_on_and_counted() -> None:
    local = times()
    assert read(local, "29/03/2026 01:30") == "2026-03-29T01:30:00+00:00"
    assert local.tally.nonexistent.first == [7]


@pytest.mark.parametrize("text", ["25/10/2026 01:30", "29/03/2026 01:30"])
def test_either_can_be_unusable(text: str) -> None:
    with pytest.raises(UnusableTimeError):
        read(times(ambiguous="unusable", nonexistent="unusable"), text)


def test_an_ordinary_time_is_not_counted() -> None:
    local = times()
    read(local, "25/10/2026 03:30")
    assert (local.tally.ambiguous.count, local.tally.nonexistent.count) == (0, 0)
