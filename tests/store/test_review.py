"""Reviews: what is due, in which share, and that one bad case blocks nobody."""

from datetime import datetime, timedelta

import orjson
import pytest
from sqlalchemy import update

from monitor import store
from monitor.compliance.assess import Assessment
from monitor.compliance.holdings import Holdings
from monitor.compliance.known_time import KnownTime
from monitor.store import BrokerEnds, Judgement, tables
from monitor.store.engine import writing
from monitor.store.instants import wall_clock
from monitor.store.judging import TICK
from monitor.store.record import PUT_OFF
from tests.builders import FORCE, crime, decision, heartbeat, incident
from tests.store.desk import JUDGE, Desk, clock, counting, failing_for, pure_verdicts


def test_a_verdict_is_what_assess_prints(desk: Desk) -> None:
    lines = [incident(), incident("INC-2"), crime(), incident(force="synthetic-southmoor")]
    desk.receive(*lines)
    desk.review(hours=60)
    stored = [orjson.loads(verdict) for verdict in store.stored_verdicts(desk.engine)]
    assert [(each["force"], each["incident_ref"]) for each in stored] == sorted(pure_verdicts(lines, clock(60)))
    assert stored == [each for _, each in sorted(pure_verdicts(lines, clock(60)).items())]


def test_next_review_is_what_assess_says_also_while_a_message_is_on_its_way(desk: Desk) -> None:
    desk.receive(incident(), crime("C8", incident_refs=[]), hours=1)
    desk.send(crime("C9", incident_refs=[]), hours=2)
    desk.review(hours=3)
    assert desk.verdicts()["INC-1"]["next_review_at"] == "2026-01-15T17:02:00Z"


def test_the_clock_alone_brings_a_review_when_it_is_due_and_not_before(desk: Desk) -> None:
    desk.receive(incident())
    desk.review(hours=1)
    assert store.next_due(desk.engine, clock(1)) == clock(20)
    assert desk.review(now=clock(20) - TICK).taken == 0
    assert desk.review(now=clock(20)).taken == 1
    assert store.next_due(desk.engine, clock(20)) == clock(24) + TICK
    assert desk.review(now=clock(24)).taken == 0
    assert desk.status() == "awaiting_record"
    assert desk.review(now=clock(24) + TICK).taken == 1
    assert desk.status() == "unrecorded"


def test_with_a_heartbeat_known_time_brings_it_and_the_clock_does_not(desk: Desk) -> None:
    desk.receive(incident(), heartbeat(1))
    desk.review(hours=1)
    assert store.next_due(desk.engine, clock(1)) == clock(24) + TICK  # then the feed is behind
    assert desk.review(hours=21).taken == 0
    desk.receive(heartbeat(20))
    assert desk.review(hours=21).taken == 1


def test_what_is_settled_is_never_due_again(desk: Desk) -> None:
    desk.receive(incident(), crime())
    desk.review(hours=30)
    assert store.next_due(desk.engine, clock(30)) is None
    assert desk.review(hours=10_000).taken == 0


def test_a_verdict_that_is_the_same_is_not_written_again(desk: Desk) -> None:
    desk.receive(incident(), crime())
    desk.review(hours=30)
    before = desk.rows(tables.verdicts), desk.rows(tables.verdict_history)
    desk.receive(decision("note", text="Rang back."))
    reviewed = desk.review(hours=31)
    assert (reviewed.taken, reviewed.changed) == (1, 0)
    assert (desk.rows(tables.verdicts), desk.rows(tables.verdict_history)) == before


def test_history_says_what_a_verdict_was_and_what_made_it_change(desk: Desk) -> None:
    desk.receive(incident())
    desk.review(hours=1)
    desk.review(hours=30)
    desk.receive(crime(), heartbeat(28))
    desk.review(hours=31)
    changes = store.history(desk.engine, FORCE, "INC-1")
    assert [(each.cause, each.cause_ref, each.cause_revision) for each in changes] == [
        ("incidents", "INC-1", 1),
        ("clock", None, None),
        ("crime-records", "C1", 1),
    ]
    assert [orjson.loads(each.verdict)["status"] for each in changes] == [
        "awaiting_record",
        "unrecorded",
        "recorded_in_time",
    ]
    assert [each.at for each in changes] == [clock(1), clock(30), clock(31)]
    assert [each.known for each in changes] == [clock(1), clock(30), clock(28)]
    assert store.history(desk.engine, FORCE, "INC-2") == []


def test_a_next_review_that_moves_is_no_change_of_the_verdict(desk: Desk) -> None:
    desk.receive(incident())
    desk.review(hours=21)
    desk.receive(heartbeat(20.5))
    reviewed = desk.review(hours=21)
    assert (reviewed.taken, reviewed.changed) == (1, 0)
    assert len(store.history(desk.engine, FORCE, "INC-1")) == 1
    assert desk.verdicts()["INC-1"]["next_review_at"] == "2026-01-15T21:02:00.000001Z"


def test_one_bad_case_blocks_nobody_and_is_put_off(desk: Desk) -> None:
    desk.receive(incident(), incident("INC-2"), incident("INC-3"))
    desk.judge = failing_for("INC-2")
    reviewed = desk.review(hours=30)
    assert reviewed.taken == 3
    assert [(each.incident_ref, type(each.error)) for each in reviewed.failures] == [("INC-2", ZeroDivisionError)]
    assert sorted(desk.verdicts()) == ["INC-1", "INC-3"]

    assert desk.review(hours=30).taken == 0
    desk.judge = JUDGE
    assert desk.review(now=clock(30) + PUT_OFF - TICK).taken == 0
    assert desk.review(now=clock(30) + PUT_OFF).taken == 1
    assert desk.status("INC-2") == "unrecorded"


def test_a_bad_case_keeps_the_verdict_that_it_had_and_an_event_brings_it_back_at_once(desk: Desk) -> None:
    desk.receive(incident())
    desk.review(hours=30)
    desk.judge = failing_for("INC-1")
    desk.receive(crime())
    desk.review(hours=31)
    assert desk.status() == "unrecorded"
    desk.judge = JUDGE
    desk.receive(crime("C2", incident_refs=["INC-1"]))
    desk.review(hours=31)
    assert desk.status() == "recorded_in_time"


def test_a_force_that_cannot_be_judged_blocks_no_other(desk: Desk) -> None:
    def judge(holdings: Holdings) -> Judgement:
        if holdings.force == FORCE:
            raise LookupError(FORCE)
        return JUDGE(holdings)

    desk.judge = judge
    desk.receive(incident(), incident(force="synthetic-southmoor"))
    reviewed = desk.review(hours=30)
    assert [each.force for each in reviewed.failures] == [FORCE]
    assert [orjson.loads(each)["force"] for each in store.stored_verdicts(desk.engine)] == ["synthetic-southmoor"]


def test_an_event_that_can_no_longer_be_read_stops_only_who_rests_on_it(desk: Desk) -> None:
    desk.receive(incident(), crime(), incident("INC-2"))
    with writing(desk.engine) as connection:
        connection.execute(update(tables.crime_revisions).values(content=b'{"force": 1}', digest=b"another"))
    reviewed = desk.review(hours=30)
    assert [each.incident_ref for each in reviewed.failures] == ["INC-1"]
    assert sorted(desk.verdicts()) == ["INC-2"]


def test_a_review_time_that_is_reached_already_does_not_make_a_loop(desk: Desk) -> None:
    desk.judge, judged = counting(_impatient)
    desk.receive(incident())
    desk.review(hours=30)
    assert judged["INC-1"] == 1


def _impatient(holdings: Holdings) -> Judgement:
    judgement = JUDGE(holdings)

    def judged(incident_ref: str, now: datetime, known: KnownTime) -> Assessment:
        return judgement(incident_ref, now, known)._replace(review_at=now, review_at_known=known.at(now))

    return judged


def test_a_backlog_of_events_does_not_delay_a_deadline(desk: Desk) -> None:
    desk.receive(incident("INC-EARLY"))
    desk.review(hours=1)
    desk.receive(*(incident(f"INC-{number}") for number in range(500)))
    reviewed = store.review_due(desk.engine, desk.judge, clock(25), BrokerEnds({}, clock(25)), limit=60)
    assert reviewed.more
    assert [alert["incident_ref"] for alert in desk.alerts()].count("INC-EARLY") == 1


def test_what_an_event_has_just_marked_can_be_left_for_later_and_a_deadline_cannot(desk: Desk) -> None:
    def taken(patience: timedelta) -> int:
        at = BrokerEnds({}, clock(25))
        return store.review_due(desk.engine, desk.judge, clock(25), at, patience=patience).taken

    desk.receive(incident("INC-EARLY"))
    desk.review(hours=1)
    desk.receive(incident())
    assert taken(timedelta(minutes=1)) == 1
    assert desk.status("INC-EARLY") == "unrecorded"
    assert "INC-1" not in desk.verdicts()
    assert taken(timedelta(minutes=1)) == 0
    assert taken(timedelta(microseconds=1)) == 1
    assert desk.status() == "unrecorded"


def test_what_was_marked_before_the_clock_was_set_back_does_not_wait_for_it(desk: Desk) -> None:
    desk.receive(incident())
    ahead = wall_clock() + timedelta(days=1)
    with writing(desk.engine) as connection:
        connection.execute(update(tables.cases).values(due_since=ahead))
    assert store.review_due(
        desk.engine, desk.judge, clock(1), BrokerEnds({}, clock(1)), patience=timedelta(minutes=1)
    ).taken


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_small_batches_come_to_the_same(desk: Desk, limit: int) -> None:
    desk.receive(*(incident(f"INC-{number}") for number in range(12)), crime(incident_refs=["INC-3"]))
    reviewed = desk.review(hours=30, limit=limit)
    assert reviewed.taken == len(desk.verdicts()) == 12
    assert desk.status("INC-3") == "recorded_in_time"


def test_nothing_due_writes_nothing(desk: Desk) -> None:
    desk.receive(incident())
    desk.review(hours=30)
    before = desk.rows(tables.cases)
    again = desk.review(now=clock(30) + timedelta(milliseconds=1))
    assert (again.taken, again.more, again.alerts) == (0, False, {})
    assert desk.rows(tables.cases) == before


def test_a_judge_is_given_only_what_bears_on_the_case(desk: Desk) -> None:
    seen: list[set[str]] = []

    def judge(holdings: Holdings) -> Judgement:
        seen.append(set(holdings.incident_refs))
        return JUDGE(holdings)

    desk.receive(incident(), incident("INC-2", duplicate_of="INC-1"), incident("INC-3"))
    desk.review(hours=1)
    desk.judge = judge
    desk.receive(incident("INC-2", revision=2, duplicate_of="INC-1"))
    desk.review(hours=1)
    assert seen == [{"INC-1", "INC-2"}]


def test_only_the_standing_revision_of_a_record_is_read_and_all_of_a_log(desk: Desk) -> None:
    read: list[int] = []

    def judge(holdings: Holdings) -> Judgement:
        read.append(len(holdings.revisions("INC-1")))
        record = holdings.crime("C1")
        read.append(record.revision if record else -1)
        return JUDGE(holdings)

    desk.judge = judge
    desk.receive(*(incident(revision=number) for number in (1, 2, 3)))
    desk.receive(*(crime(revision=number) for number in (2, 3, 1)))
    desk.review(hours=1)
    assert read == [3, 3]
