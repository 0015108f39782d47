"""Whatever happens in a world: any order, repetition and split of its events ends in what `assess` says of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor import store
from monitor.contract.topics import Topic
from monitor.rulebook import load_rulebook
from tests.builders import Line
from tests.store.desk import Desk, NewDesk, pure_verdicts
from tests.worlds import World, worlds

property_test = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
COMPARED = ("status", "severity", "alert", "findings", "crime_refs", "deadline", "recorded_at", "expected")
YEARS_AGO = 16 * 365 * 24  # in hours: before any report of these worlds


def told(desk: Desk) -> dict[tuple[str, str], dict[str, Any]]:
    read_back = map(orjson.loads, store.stored_verdicts(desk.engine))
    return {(verdict["force"], verdict["incident_ref"]): _comparable(verdict) for verdict in read_back}


def _comparable(verdict: dict[str, Any]) -> dict[str, Any]:
    alert = "none" if verdict["alert"] == "resolved" else verdict["alert"]
    return {name: verdict[name] for name in COMPARED} | {"alert": alert}


def assessed(world: World) -> dict[tuple[str, str], dict[str, Any]]:
    verdicts = pure_verdicts(world.lines, world.now, world.mappings)
    return {key: _comparable(verdict) for key, verdict in verdicts.items()}


def desk_for(new_desk: NewDesk, world: World) -> Desk:
    desk = new_desk()
    desk.judge = store.judge_with(load_rulebook(), world.mappings)
    return desk


def deliver(desk: Desk, lines: Sequence[Line], data: st.DataObject, now: datetime) -> None:
    """In batches, over several partitions, merged and reviewed now and then."""
    start = 0
    while start < len(lines):
        size = data.draw(st.integers(1, 4), label="batch")
        for line in lines[start : start + size]:
            desk.send(line, partition=data.draw(st.integers(0, 1), label="partition"), hours=start)
        start += size
        if data.draw(st.booleans(), label="merge"):
            desk.merge()
        if data.draw(st.booleans(), label="review"):
            desk.review(now=now, limit=data.draw(st.sampled_from([3, 1000]), label="limit"))


@given(worlds(), st.data())
@property_test
def test_any_order_repetition_and_split_ends_in_what_assess_says(
    new_desk: NewDesk, world: World, data: st.DataObject
) -> None:
    desk = desk_for(new_desk, world)
    repeats = data.draw(st.lists(st.sampled_from(world.lines), max_size=4), label="repeats")
    lines = data.draw(st.permutations([*world.lines, *repeats]), label="order")
    deliver(desk, lines, data, world.now)
    desk.merge()
    desk.review(now=world.now)
    assert told(desk) == assessed(world)
    assert store.unsettled(desk.engine, desk.ends(), world.now) == []


@given(worlds(), st.data())
@property_test
def test_a_clock_that_moves_on_meanwhile_ends_in_the_same(new_desk: NewDesk, world: World, data: st.DataObject) -> None:
    """What is told of each alert on the way comes in turn as well."""
    desk = desk_for(new_desk, world)
    ages = data.draw(st.lists(st.sampled_from([720, 72, 24, 4, 1, 0]), min_size=1, max_size=3), label="hours before")
    for number, age in enumerate(sorted(ages, reverse=True)):
        desk.receive(*world.lines[number :: len(ages)], hours=number)
        desk.review(now=world.now - timedelta(hours=age))
    desk.review(now=world.now)
    if not _ever_heard(world):
        assert told(desk) == assessed(world)
    assert _told_in_turn(desk)


def _ever_heard(world: World) -> bool:
    """With heartbeats, known time may rightly stand higher than they alone say: it never falls."""
    return any(line["topic"] == "feed-heartbeats" for line in world.lines)


def _told_in_turn(desk: Desk) -> bool:
    """Raised, then changed any number of times, then resolved; of each incident in that order."""
    fires: dict[tuple[str, str], bool] = {}
    for alert in desk.alerts():
        key = (alert["force"], alert["incident_ref"])
        if fires.get(key, False) is (alert["change"] == "raised"):
            return False
        fires[key] = alert["change"] != "resolved"
    told_firing = {key for key, verdict in told(desk).items() if verdict["alert"] == "firing"}
    return told_firing == {key for key, firing in fires.items() if firing}


@given(worlds())
@property_test
def test_nothing_changes_before_the_next_review_and_something_does_at_it(new_desk: NewDesk, world: World) -> None:
    desk = desk_for(new_desk, world)
    desk.receive(*world.lines)
    desk.review(now=world.now)
    due = store.next_due(desk.engine, world.now)
    printed = {
        key: verdict["next_review_at"] for key, verdict in pure_verdicts(world.lines, world.now, world.mappings).items()
    }
    times = [datetime.fromisoformat(at) for at in printed.values() if at]
    if not times:
        return
    assert due is not None
    assert due <= min(times)
    before = told(desk)
    desk.review(now=min(times) - timedelta(microseconds=1))
    assert told(desk) == before
    desk.review(now=min(times))
    assert told(desk) != before


@given(worlds())
@property_test
def test_while_a_backlog_is_merged_nothing_is_said_to_be_missing(new_desk: NewDesk, world: World) -> None:
    """Logs and heartbeats are all merged before the records, which have lain in their topic for years."""
    desk = desk_for(new_desk, world)
    desk.send(*world.lines, hours=-YEARS_AGO)
    records = [each for each in desk.unmerged if each.topic is Topic.CRIME_RECORDS]
    desk.merge([each for each in desk.unmerged if each.topic is not Topic.CRIME_RECORDS])
    while records:
        desk.review(now=world.now)
        assert {"unrecorded", "partly_recorded"}.isdisjoint(each["status"] for each in told(desk).values())
        desk.merge([records.pop(0)])
    desk.review(now=world.now)
    assert told(desk) == assessed(world)
