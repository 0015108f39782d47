"""Partitions are held from the first message that would be one letter too many, and let go of between two apps."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from monitor.contract.codec import Decoded, Unreadable, read
from monitor.contract.topics import Topic
from monitor.store import Received, open_store
from monitor.store.dead_letters import REPLAY
from monitor.store.stops import Stop, lift_stop, stops
from monitor.stream.dead_letters.limit import Limit
from monitor.stream.dead_letters.stops import Stops, lift_raised
from monitor.stream.dead_letters.watch import StopsWatch
from tests.builders import incident

AT = datetime(2026, 1, 15, tzinfo=UTC)
FIRST, SECOND = (Topic.INCIDENTS, 0), (Topic.INCIDENTS, 1)
GOOD = incident()["value"]
LIMIT = Limit(run=2, in_window=None, window=10)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Any]:
    engine = open_store(f"sqlite:///{tmp_path}/monitor.db")
    yield engine
    engine.dispose()


@pytest.fixture
def held(engine: Any) -> Stops:
    fresh = Stops(engine, LIMIT)
    fresh.placed({FIRST: 0, SECOND: 0}, {FIRST: 100, SECOND: 100})
    return fresh


def messages(pattern: str, start: int = 0, partition: int = 0, headers: Any = ()) -> list[Received]:
    """`x` cannot be read, a dot can."""
    readable = Decoded(read(Topic.INCIDENTS, GOOD).event, orjson.dumps(GOOD))
    return [
        Received(
            Topic.INCIDENTS, partition, start + number, AT,
            Unreadable("not_json", "no JSON") if sign == "x" else readable, headers=headers,
        )
        for number, sign in enumerate(pattern)
    ]  # fmt: skip


def offsets(batch: list[Received]) -> list[int]:
    return [each.offset for each in batch]


def taken(held: Stops, batch: list[Received]) -> list[int]:
    passing = held.count(batch)
    held.write()
    return offsets(passing)


def standing(engine: Any) -> dict[Any, int | None]:
    return {place: stop.held_from for place, stop in stops(engine).items()}


def test_what_exceeds_the_limit_and_all_after_it_is_held_and_kept_as_a_stop(engine: Any, held: Stops) -> None:
    assert taken(held, messages(".xxx.x.")) == [0, 1, 2]
    assert standing(engine) == {FIRST: 3}
    assert taken(held, messages("...", start=7)) == []


def test_other_partitions_go_on(engine: Any, held: Stops) -> None:
    assert taken(held, messages("xxx") + messages("x..", partition=1)) == [0, 1, 0, 1, 2]
    assert not held.holds(*SECOND, 5)
    assert standing(engine) == {FIRST: 2}


def test_below_the_limit_nothing_is_held(engine: Any, held: Stops) -> None:
    assert taken(held, messages("xx.xx.xx")) == [*range(8)]
    assert held.held == {}
    assert standing(engine) == {}


def test_a_batch_that_is_tried_again_counts_once(engine: Any, held: Stops) -> None:
    assert taken(held, messages("x")) == taken(held, messages("x")) == taken(held, messages("x")) == [0]
    assert standing(engine) == {}


def test_a_letter_sent_again_counts_towards_no_limit(engine: Any, held: Stops) -> None:
    assert len(taken(held, messages("xxxxx", headers=[(REPLAY, b"incidents/0/0/ab")]))) == 5
    assert standing(engine) == {}


def test_a_stop_survives_a_restart_and_a_rebalance(engine: Any, held: Stops) -> None:
    taken(held, messages("xxx"))
    for _ in range(2):
        other = Stops(engine, LIMIT)
        other.placed({FIRST: 0}, {FIRST: 100})
        assert taken(other, messages("xx.")) == [0, 1]


def test_it_is_held_until_the_next_app_begins_even_if_it_was_lifted_and_is_placed_again(
    engine: Any, held: Stops
) -> None:
    taken(held, messages("xxx"))
    assert lift_stop(engine, FIRST)
    held.placed({FIRST: 2}, {FIRST: 100})
    assert taken(held, messages("...", start=5)) == []
    held.begin()
    held.placed({FIRST: 2}, {FIRST: 100})
    assert taken(held, messages("x..", start=2)) == [2, 3, 4]


def test_after_it_was_lifted_the_limit_counts_anew(engine: Any, held: Stops) -> None:
    taken(held, messages("xxx"))
    lift_stop(engine, FIRST)
    held.begin()
    held.placed({FIRST: 2}, {FIRST: 100})
    assert taken(held, messages("xxx", start=2)) == [2, 3]
    assert standing(engine) == {FIRST: 4}


def test_below_the_offset_that_an_operator_names_no_letter_counts(engine: Any, held: Stops) -> None:
    taken(held, messages("xxx"))
    lift_stop(engine, FIRST, free_to=7)
    held.begin()
    held.placed({FIRST: 2}, {FIRST: 100})
    assert taken(held, messages("xxxxxxxx", start=2)) == [2, 3, 4, 5, 6, 7, 8]
    assert standing(engine) == {FIRST: 9}


def test_lifting_what_is_not_stopped_does_nothing(engine: Any) -> None:
    assert not lift_stop(engine, FIRST, free_to=9)
    assert stops(engine) == {}


@pytest.mark.parametrize(
    ("now", "held_from"),
    [
        (Limit(2, None, 10), 2),
        (Limit(1, None, 10), 2),
        (Limit(3, None, 10), None),
        (Limit(None, None, 10), None),
        (Limit(2, 50, 100), 2),
    ],
)
def test_a_worker_that_starts_with_a_raised_limit_goes_on(
    engine: Any, held: Stops, now: Limit, held_from: int | None
) -> None:
    taken(held, messages("xxx"))
    lift_raised(engine, now)
    assert standing(engine) == {FIRST: held_from}


def test_a_topic_that_was_made_anew_is_read(engine: Any, held: Stops) -> None:
    taken(held, messages("....xxx"))
    fresh = Stops(engine, LIMIT)
    fresh.placed({FIRST: 0}, {FIRST: 3})
    assert taken(fresh, messages(".......")) == [*range(7)]
    assert standing(engine) == {FIRST: None}


def test_messages_that_the_store_refuses_count_as_well(engine: Any, held: Stops) -> None:
    batch = messages(".....")
    held.count(batch)
    assert [held.refused(each) for each in batch[:3]] == [True, True, False]
    held.write()
    assert standing(engine) == {FIRST: 2}
    assert offsets(held.passing(batch)) == [0, 1]


def test_the_watch_notices_what_was_lifted_and_nothing_else(engine: Any, held: Stops) -> None:
    watch = StopsWatch(engine, held)
    watch.step()
    assert watch.lifted == set()
    taken(held, messages("xxx") + messages("xxx", partition=1))
    watch.step()
    assert watch.lifted == set()
    lift_stop(engine, SECOND)
    watch.step()
    assert watch.lifted == {SECOND}
    held.begin()
    watch.step()
    assert watch.lifted == set()


def test_a_stop_says_what_it_was_for(engine: Any, held: Stops) -> None:
    taken(held, messages("xxx"))
    stop = stops(engine)[FIRST]
    assert stop == Stop(held_from=2, free_to=None, criterion="run", letters=2, since=stop.since)
