"""Stops of partitions, as rows."""

from monitor import store
from monitor.contract.topics import Topic
from monitor.store.stops import lift_stop, lift_where_raised, stop_partition, stops
from tests.builders import incident
from tests.store.desk import Desk, clock

PLACE = (Topic.INCIDENTS, 0)


def held(desk: Desk) -> dict[tuple[Topic, int], int | None]:
    return {place: stop.held_from for place, stop in stops(desk.engine).items()}


def test_a_partition_is_stopped_and_lifted_and_stopped_again(desk: Desk) -> None:
    stop_partition(desk.engine, PLACE, 7, "run", 50)
    assert held(desk) == {PLACE: 7}
    assert lift_stop(desk.engine, PLACE, free_to=90)
    assert not lift_stop(desk.engine, PLACE)
    assert (held(desk), stops(desk.engine)[PLACE].free_to) == ({PLACE: None}, 90)
    stop_partition(desk.engine, PLACE, 95, "share", 100)
    assert held(desk) == {PLACE: 95}


def test_only_what_a_raised_limit_would_not_have_stopped_is_lifted(desk: Desk) -> None:
    second = (Topic.CRIME_RECORDS, 2)
    stop_partition(desk.engine, PLACE, 7, "run", 50)
    stop_partition(desk.engine, second, 9, "share", 100)
    assert lift_where_raised(desk.engine, {"run": 50, "share": 100}) == 0
    assert lift_where_raised(desk.engine, {"run": 60, "share": 100}) == 1
    assert held(desk) == {PLACE: None, second: 9}
    assert lift_where_raised(desk.engine, {"run": 1, "share": None}) == 1


def test_whoever_waits_for_all_to_be_merged_is_told_of_the_stop(desk: Desk) -> None:
    desk.send(incident())
    stop_partition(desk.engine, PLACE, 0, "run", 50)
    assert store.unsettled(desk.engine, desk.ends(), clock(2)) == [
        "incidents, partition 0: merged up to 0 of 1, and stopped: see `monitor dead-letters list`"
    ]
