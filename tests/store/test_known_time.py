"""Known time as a pure matter: tables of what is known, merged and heard, and what comes of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from monitor.contract.topics import Topic
from monitor.store.instants import BEGINNING
from monitor.store.known_time import GOOD_FOR, Fenced, Standing, advance, has_passed, held_at
from monitor.store.progress import Progress
from monitor.store.shapes import BrokerEnds, Places
from tests.builders import FORCE
from tests.store.desk import clock

NOW = clock(100)
SOON = NOW + timedelta(minutes=9)
FAR = NOW + timedelta(minutes=11)


def standing(known: datetime | None = None, heartbeat: datetime | None = None, heard: bool = False) -> Standing:
    return Standing(FORCE, known, heartbeat, heard or heartbeat is not None)


@pytest.mark.parametrize(
    ("before", "passed", "pending", "held", "expected"),
    [
        # no heartbeat at all: the clock
        (standing(), [], [], None, NOW),
        (standing(clock(90)), [], [], None, NOW),
        # ... held back by what is not merged
        (standing(), [], [], clock(50), clock(50)),
        (standing(), [], [], BEGINNING, None),
        (standing(clock(90)), [], [], clock(50), clock(90)),
        (standing(clock(90)), [], [], BEGINNING, clock(90)),
        # heartbeats that have passed: the newest of them
        (standing(clock(90)), [clock(95), clock(94)], [], None, clock(95)),
        (standing(clock(90), clock(89)), [clock(95), clock(94)], [], None, clock(95)),
        (standing(clock(95), clock(95)), [clock(94)], [], None, clock(95)),
        (standing(clock(95), clock(95)), [], [], None, clock(95)),
        (standing(clock(95), clock(95)), [], [clock(99)], None, clock(95)),
        (standing(clock(95), clock(95)), [clock(99)], [], clock(97), clock(97)),
        # one ahead of the clock is no more than the clock, and further ahead than ten minutes is left out
        (standing(clock(90), clock(89)), [SOON], [], None, NOW),
        (standing(clock(90), clock(89)), [FAR], [], None, clock(90)),
        (standing(), [FAR], [], None, NOW),
        # only pending ones: at most the newest
        (standing(None), [], [clock(94), clock(95)], None, clock(95)),
        (standing(None), [], [clock(94), clock(95)], clock(60), clock(60)),
        # the first that is heard of takes known time back, once
        (standing(clock(99)), [clock(40)], [], None, clock(40)),
        (standing(clock(99)), [], [clock(40)], None, clock(40)),
        (standing(clock(99)), [], [clock(40)], BEGINNING, clock(40)),
        (standing(clock(99)), [], [clock(40), FAR], clock(30), clock(40)),
        (standing(clock(99), heard=True), [clock(40)], [], None, clock(99)),
        (standing(clock(30)), [clock(40)], [], BEGINNING, clock(30)),
    ],
)
def test_known_time(
    before: Standing, passed: list[datetime], pending: list[datetime], held: datetime | None, expected: datetime | None
) -> None:
    moved = advance(before, Fenced(passed, pending), held, NOW)
    assert moved.after.known == expected
    assert moved.known_time.at(NOW) == (expected or BEGINNING)


CRIMES, LOGS, HEARTBEATS = Topic.CRIME_RECORDS, Topic.INCIDENTS, Topic.HEARTBEATS
MERGED = {
    (CRIMES, 0): Progress(10, clock(20)),
    (CRIMES, 1): Progress(5, clock(30)),
    (CRIMES, 2): Progress(0, None),
    (LOGS, 0): Progress(7, clock(10)),
}
ALL_MERGED = BrokerEnds({place: at.next_offset for place, at in MERGED.items()}, clock(99))


@pytest.mark.parametrize(
    ("ends", "age", "expected"),
    [
        ({}, 0, None),
        ({(CRIMES, 0): 10, (CRIMES, 1): 5, (CRIMES, 2): 0}, 0, None),
        ({(CRIMES, 0): 11, (CRIMES, 1): 5}, 0, clock(20)),
        ({(CRIMES, 0): 11, (CRIMES, 1): 6}, 0, clock(20)),
        ({(CRIMES, 0): 10, (CRIMES, 1): 6}, 0, clock(30)),
        ({(CRIMES, 0): 11, (CRIMES, 2): 1}, 0, BEGINNING),
        ({(CRIMES, 3): 1}, 0, BEGINNING),
        ({(CRIMES, 3): 0}, 0, None),
        ({(CRIMES, 0): 10}, GOOD_FOR.total_seconds(), None),
        ({(CRIMES, 0): 10}, 7200, clock(98)),
        ({(CRIMES, 0): 11}, 7200, clock(20)),
        ({(CRIMES, 0): 10, (LOGS, 0): 7}, 0, None),
        ({(CRIMES, 0): 10, (LOGS, 0): 8}, 0, clock(10)),
        ({(CRIMES, 0): 10, (HEARTBEATS, 0): 1}, 0, BEGINNING),
    ],
)
def test_what_is_not_merged_holds_known_time_back(ends: Places, age: float, expected: datetime | None) -> None:
    assert held_at(MERGED, BrokerEnds(ends, NOW - timedelta(seconds=age), (ALL_MERGED,)), {}, NOW) == expected


def test_nothing_is_known_before_the_broker_was_asked() -> None:
    assert held_at(MERGED, None, {}, NOW) == BEGINNING


@pytest.mark.parametrize(
    ("ends", "expected"),
    [({}, True), ({0: 10, 1: 5}, True), ({0: 11, 1: 5}, False), ({2: 0, 3: 0}, True), ({3: 1}, False)],
)
def test_a_fence_is_passed_when_progress_has_reached_every_end(ends: Mapping[int, int], expected: bool) -> None:
    assert has_passed(ends, MERGED) is expected


def test_a_verdict_takes_a_backlog_to_pass_and_a_heartbeat_to_stay() -> None:
    held = advance(standing(), Fenced(), clock(50), NOW).known_time
    assert [held.at(NOW), held.at(NOW + timedelta(hours=1))] == [clock(50), clock(101)]
    heard = advance(standing(), Fenced([clock(90)]), clock(50), NOW).known_time
    assert [heard.at(NOW), heard.at(NOW + timedelta(hours=1))] == [clock(50), clock(90)]


def test_a_heartbeat_far_ahead_counts_when_the_clock_has_come_near() -> None:
    moved = advance(standing(clock(90), clock(90)), Fenced([FAR]), None, NOW)
    near = FAR - timedelta(minutes=10)
    assert [*moved.known_time.steps(NOW)] == [near]
    assert moved.known_time.at(near) == near
    later = advance(moved.after, Fenced([FAR]), None, near)
    assert later.after == Standing(FORCE, near, FAR, True)
