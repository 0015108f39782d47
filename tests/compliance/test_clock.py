"""What time alone changes, at its edges, and that `next_review_at` is the first instant at which it does."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.compliance.known_time import KnownTime
from monitor.contract.verdict import Alert, Status
from tests.builders import DEADLINE, REPORTED, Line, at, codes, crime, heartbeat, incident, verdict

TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "status", "found", "alert"),
    [
        (DEADLINE - timedelta(hours=4) - TICK, Status.AWAITING_RECORD, [], Alert.NONE),
        (DEADLINE - timedelta(hours=4), Status.AWAITING_RECORD, ["due_soon"], Alert.FIRING),
        (DEADLINE, Status.AWAITING_RECORD, ["due_soon"], Alert.FIRING),
        (DEADLINE + TICK, Status.UNRECORDED, [], Alert.FIRING),
        (REPORTED - TICK, Status.AWAITING_RECORD, ["reported_in_future"], Alert.NONE),
        (REPORTED, Status.AWAITING_RECORD, [], Alert.NONE),
    ],
)
def test_violence_without_a_record_as_the_clock_runs(
    now: datetime, status: Status, found: list[str], alert: Alert
) -> None:
    judged = verdict(incident(), now=now)
    assert (judged.status, codes(judged), judged.alert) == (status, found, alert)


@pytest.mark.parametrize(
    ("beats", "hours", "status", "found"),
    [
        ([23], 30, Status.FEED_BEHIND, ["due_soon"]),
        ([24], 30, Status.FEED_BEHIND, ["due_soon"]),  # known up to the deadline, not past it
        ([24.001], 30, Status.UNRECORDED, []),
        ([10], 30, Status.FEED_BEHIND, []),
        ([10], 12, Status.AWAITING_RECORD, []),
        ([10, 9, 25], 30, Status.UNRECORDED, []),  # the newest counts, whatever came last
        ([23, 1000], 30, Status.FEED_BEHIND, ["due_soon"]),  # far ahead of the clock: left out
        ([1000], 30, Status.UNRECORDED, []),  # as if none had been sent
    ],
)
def test_nothing_is_called_missing_beyond_the_known_time(
    beats: list[float], hours: float, status: Status, found: list[str]
) -> None:
    judged = verdict(incident(), *map(heartbeat, beats), hours=hours)
    assert (judged.status, codes(judged)) == (status, found)


def test_heartbeats_of_incidents_say_nothing_about_crimes() -> None:
    assert verdict(incident(), heartbeat(1, feed="incidents"), hours=30).status == Status.UNRECORDED


def test_a_heartbeat_ahead_counts_from_ten_minutes_before_its_time() -> None:
    known = KnownTime((REPORTED, REPORTED + timedelta(hours=2)))
    near = REPORTED + timedelta(hours=1, minutes=50)
    assert known.at(near - TICK) == REPORTED
    assert known.at(near) == near
    assert list(known.steps(REPORTED)) == [near]


def test_known_time_is_held_back_and_never_falls() -> None:
    now = REPORTED + timedelta(hours=5)
    assert KnownTime(at_most=REPORTED).at(now) == REPORTED
    assert KnownTime((REPORTED,), at_least=REPORTED + timedelta(hours=1)).at(now) == REPORTED + timedelta(hours=1)
    assert KnownTime(at_least=now + timedelta(hours=9)).at(now) == now


CLOSED: dict[str, Any] = {"status": "closed", "closed_at": at(4), "closing_type": "crime.violence"}


@pytest.mark.parametrize(
    ("lines", "hours", "after"),
    [
        ([incident()], 1, timedelta(hours=20)),
        ([incident()], 21, timedelta(hours=24) + TICK),
        ([incident()], 25, None),
        ([incident()], -1, timedelta(0)),
        ([incident(**CLOSED)], 5, timedelta(hours=6)),
        ([incident(), crime()], 1, None),
        ([incident(opening_type="nsir.alarm")], 1, None),
        ([incident(), heartbeat(0.5)], 1, timedelta(hours=24) + TICK),  # the clock alone: the feed is then behind
        ([incident(), heartbeat(0.5)], 25, None),  # only a further heartbeat could change it
        ([incident(), heartbeat(0.5), heartbeat(22)], 1, timedelta(hours=21, minutes=50)),
        ([incident(), heartbeat(20.1)], 20.05, timedelta(hours=24) + TICK),
    ],
)
def test_the_next_review_is_when_time_alone_changes_the_verdict(
    lines: list[Line], hours: float, after: timedelta | None
) -> None:
    expected = None if after is None else REPORTED + after
    assert verdict(*lines, hours=hours).next_review_at == expected


def test_reopening_a_log_stops_the_time_since_closing_and_a_rewritten_closing_does_not() -> None:
    first = incident(revision=1, **CLOSED)
    rewritten = incident(revision=2, **CLOSED | {"closed_at": at(5.9)})
    reopened = incident(revision=3)
    assert codes(verdict(first, rewritten, hours=6)) == ["closed_without_crime"]
    assert codes(verdict(first, rewritten, reopened, hours=7)) == []
    assert codes(verdict(first, reopened, incident(revision=4, **CLOSED | {"closed_at": at(8)}), hours=9)) == []


def test_a_log_closed_without_a_time_counts_from_its_first_closed_revision() -> None:
    lines = [incident(revision=n, status="closed", updated_at=at(n)) for n in (1, 2)]
    assert codes(verdict(*lines, hours=3)) == ["closed_without_crime"]
    assert codes(verdict(*lines, hours=2.9)) == []
