"""How far partitions are read and merged, and where they are read on."""

from typing import Any, NamedTuple

import pytest

from monitor.contract.topics import Topic
from monitor.stream.merger import starting_offset
from monitor.stream.reading import Place, Reading
from monitor.stream.stalls import STALL_SECONDS, Stalls

PLACE: Place = (Topic.CRIME_RECORDS, 2)
OTHER: Place = (Topic.INCIDENTS, 0)


class Sent(NamedTuple):
    partition: int
    offset: int


def messages(*offsets: int) -> list[tuple[Topic, Any]]:
    return [(PLACE[0], Sent(PLACE[1], offset)) for offset in offsets]


@pytest.mark.parametrize(
    ("merged", "begin", "end", "start"),
    [
        (None, 0, 50, 0),
        (None, 7, 50, 7),
        (20, 0, 50, 20),
        (50, 0, 50, 50),
        (20, 30, 50, 30),
        (51, 0, 50, 0),
        (51, 5, 50, 5),
    ],
    ids=[
        "nothing merged: from the beginning",
        "nothing merged: from what is left",
        "after what was merged",
        "nothing new",
        "deleted before it was merged: from what is left",
        "a topic made anew, shorter: from the beginning",
        "a topic made anew: from what is left",
    ],
)
def test_a_partition_is_read_on_from(merged: int | None, begin: int, end: int, start: int) -> None:
    assert starting_offset(PLACE, merged, begin, end) == start


def test_marks_of_transactions_are_skipped_once_all_before_them_is_merged() -> None:
    reading = Reading()
    reading.placed({PLACE: 10, OTHER: 3})
    reading.was_read({PLACE: 13, OTHER: 3}, {PLACE: 11})
    assert reading.ends_in_marks() == {}, "10 and 11 are read and not merged"
    reading.was_merged(messages(10, 11))
    assert reading.ends_in_marks() == {PLACE: 13}
    reading.skipped({PLACE: 13})
    assert (reading.ends_in_marks(), reading.merged) == ({}, {PLACE: 13, OTHER: 3})


def test_a_partition_that_begins_with_a_mark_is_skipped_as_well() -> None:
    reading = Reading()
    reading.placed({PLACE: 10})
    reading.was_read({PLACE: 11}, {})
    assert reading.ends_in_marks() == {PLACE: 11}


def test_nothing_is_skipped_while_messages_are_on_their_way() -> None:
    reading = Reading()
    reading.placed({PLACE: 0})
    reading.was_read({PLACE: 5}, {PLACE: 4})
    reading.was_merged(messages(0, 1, 2))
    assert reading.ends_in_marks() == {}


def test_a_partition_that_went_to_another_worker_is_no_longer_looked_at() -> None:
    reading = Reading()
    reading.placed({PLACE: 0})
    reading.was_read({PLACE: 5}, {PLACE: 4})
    reading.placed({OTHER: 0})
    reading.was_read({PLACE: 9, OTHER: 0}, {})
    reading.was_merged(messages(0, 1, 2, 3, 4))
    assert reading.ends_in_marks() == {}


def test_a_consumer_that_stands_still_before_messages_is_stalled_and_one_that_moves_is_not() -> None:
    stalls = Stalls(now=0)
    assert not stalls.is_stalled(1, [PLACE], {PLACE: 5}, {PLACE: 9})
    assert not stalls.is_stalled(STALL_SECONDS, [PLACE], {PLACE: 6}, {PLACE: 9})
    assert not stalls.is_stalled(2 * STALL_SECONDS - 1, [PLACE], {PLACE: 6}, {PLACE: 9})
    assert stalls.is_stalled(2 * STALL_SECONDS, [PLACE], {PLACE: 6}, {PLACE: 9})


@pytest.mark.parametrize("ends", [{PLACE: 5}, {}, {PLACE: 5, OTHER: 100}])
def test_a_consumer_with_nothing_to_read_never_stalls(ends: dict[Place, int]) -> None:
    stalls = Stalls(now=0)
    assert not any(stalls.is_stalled(now, [PLACE], {PLACE: 5}, ends) for now in (1, 1000, 5000))


def test_time_without_anything_to_read_does_not_count_when_something_comes() -> None:
    stalls = Stalls(now=0)
    assert not stalls.is_stalled(1000, [PLACE], {PLACE: 5}, {PLACE: 5})
    assert not stalls.is_stalled(1001, [PLACE], {PLACE: 5}, {PLACE: 6})
