"""Whether all that stood in the topics is merged and judged."""

import pytest

from monitor import store
from monitor.contract.topics import Topic
from tests.builders import crime, heartbeat, incident
from tests.store.desk import Desk, clock


def waiting(desk: Desk, hours: float = 30) -> list[str]:
    return store.unsettled(desk.engine, desk.ends(), clock(hours))


def test_an_empty_store_with_empty_topics_is_settled(desk: Desk) -> None:
    assert waiting(desk) == []


def test_what_is_not_merged_is_awaited(desk: Desk) -> None:
    desk.send(incident(), incident("INC-2"))
    assert waiting(desk) == ["incidents, partition 0: merged up to 0 of 2"]


def test_what_is_not_judged_is_awaited(desk: Desk) -> None:
    desk.receive(incident())
    assert waiting(desk) == ["incidents are due for review"]
    desk.review(hours=30)
    assert waiting(desk) == []


def test_what_the_clock_has_made_due_is_awaited(desk: Desk) -> None:
    desk.receive(incident())
    desk.review(hours=1)
    assert waiting(desk, hours=19) == []
    assert waiting(desk, hours=20) == ["incidents are due for review"]


def test_what_a_heartbeat_will_make_due_is_awaited_before_anybody_noted_it(desk: Desk) -> None:
    desk.receive(incident(), heartbeat(1))
    desk.review(hours=30)
    assert waiting(desk) == []
    desk.receive(heartbeat(26))
    assert waiting(desk) == ["incidents are due for review"]


def test_a_first_heartbeat_is_awaited_before_anybody_noted_it(desk: Desk) -> None:
    desk.receive(incident())
    desk.review(hours=30)
    desk.receive(heartbeat(26))
    assert "a first heartbeat is not taken into account yet" in waiting(desk)
    desk.review(hours=30)
    assert waiting(desk) == []


def test_a_heartbeat_that_waits_at_its_fence_is_awaited(desk: Desk) -> None:
    before = desk.send(crime())
    desk.merge(desk.send(incident(), heartbeat(26)))
    desk.review(hours=30)
    assert "1 heartbeats wait until the crime records before them are merged" in waiting(desk)
    desk.merge(before)
    desk.review(hours=30)
    assert waiting(desk) == []


def test_a_heartbeat_far_ahead_is_not_awaited(desk: Desk) -> None:
    desk.receive(incident(), heartbeat(20), heartbeat(90))
    desk.review(hours=30)
    assert waiting(desk) == []


@pytest.mark.parametrize("ends", [{}, {(Topic.INCIDENTS, 7): 0}])
def test_partitions_without_messages_are_not_awaited(desk: Desk, ends: dict[tuple[Topic, int], int]) -> None:
    assert store.unsettled(desk.engine, ends, clock(0)) == []


def test_verdicts_come_by_force_and_ref_and_of_one_force_alone(desk: Desk) -> None:
    desk.receive(*(incident(ref, force=force) for force in ("kent", "essex") for ref in ("B", "a10", "A 2", "é")))
    desk.review()
    every = [*store.stored_verdicts(desk.engine)]
    assert len(every) == 8
    assert every == sorted(every, key=lambda each: each.split(b'"status"')[0])
    assert [*store.stored_verdicts(desk.engine, "kent")] == every[4:]
    assert [*store.stored_verdicts(desk.engine, "nowhere")] == []


def test_many_verdicts_come_in_pages_without_hole_or_repeat(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.store.verdicts.PAGE", 3)
    desk.receive(*(incident(f"INC-{number}") for number in range(10)))
    desk.review()
    assert len({*store.stored_verdicts(desk.engine)}) == len([*store.stored_verdicts(desk.engine)]) == 10
