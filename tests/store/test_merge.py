import traceback
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from monitor import store
from monitor.contract import identity
from monitor.contract.topics import Topic
from monitor.store import Outcome, Received, tables
from monitor.store.engine import store_at, writing
from tests.builders import REPORTED, Line, crime, decision, heartbeat, incident
from tests.postgres import Postgres
from tests.store.desk import Desk, NewDesk, clock

WRITTEN = ("broker_time", "merged_at", "partition", "offset")
EVENTS: list[Line] = [
    incident(),
    incident(revision=2, status="closed"),
    incident("INC-2", duplicate_of="INC-1"),
    crime(),
    crime("C2", incident_refs=["INC-2"]),
    decision("note", text="Rang back."),
    heartbeat(5, "incidents"),
]


def contents(desk: Desk) -> list[object]:
    kept = (tables.incident_revisions, tables.crime_revisions, tables.decisions, tables.dependencies, tables.feeds)
    return [desk.rows(table, *WRITTEN) for table in kept]


def test_each_event_is_kept_as_it_was_received(desk: Desk) -> None:
    merged = desk.receive(*EVENTS)
    assert merged.outcomes == {
        (Topic.INCIDENTS, Outcome.MERGED): 3,
        (Topic.CRIME_RECORDS, Outcome.MERGED): 2,
        (Topic.DECISIONS, Outcome.MERGED): 1,
        (Topic.HEARTBEATS, Outcome.MERGED): 1,
    }
    assert len(desk.rows(tables.incident_revisions)) == 3
    assert merged.dead_letters == {}


def test_merging_again_changes_nothing_and_makes_nothing_due(desk: Desk) -> None:
    sent = desk.send(*EVENTS)
    assert desk.merge(sent).marked == 2
    desk.review()
    before = contents(desk)

    again = desk.merge(sent)

    assert {outcome for _, outcome in again.outcomes} == {Outcome.REPEAT}
    assert again.marked == 0
    assert contents(desk) == before
    assert desk.review().taken == 0


def test_a_repeat_within_one_batch_is_one_row(desk: Desk) -> None:
    merged = desk.receive(incident(), incident(), crime(), crime())
    assert merged.outcomes[Topic.INCIDENTS, Outcome.REPEAT] == 1
    assert merged.outcomes[Topic.CRIME_RECORDS, Outcome.REPEAT] == 1
    assert len(desk.rows(tables.incident_revisions)) == len(desk.rows(tables.crime_revisions)) == 1


def test_the_order_of_arrival_leaves_no_trace(new_desk: NewDesk) -> None:
    forwards, backwards = new_desk(), new_desk()
    for line in EVENTS:
        forwards.receive(line)
    for line in reversed(EVENTS):
        backwards.receive(line)
    assert contents(forwards) == contents(backwards)


def test_a_lower_revision_that_comes_late_is_stale_and_kept(desk: Desk) -> None:
    desk.receive(incident(revision=3))
    merged = desk.receive(incident(revision=2))
    assert merged.outcomes == {(Topic.INCIDENTS, Outcome.STALE): 1}
    assert merged.marked == 0  # due already
    assert len(desk.rows(tables.incident_revisions)) == 2


@pytest.mark.parametrize("one_batch", [True, False])
def test_two_snapshots_of_one_revision_are_a_conflict_and_both_are_kept(desk: Desk, one_batch: bool) -> None:
    lines = [incident(unit="north"), incident(unit="south"), crime(flags=[]), crime(flags=["domestic_abuse"])]
    if one_batch:
        outcomes = desk.receive(*lines).outcomes
    else:
        outcomes = sum((desk.receive(line).outcomes for line in lines), start=desk.merge([]).outcomes)
    assert outcomes[Topic.INCIDENTS, Outcome.CONFLICT] == outcomes[Topic.CRIME_RECORDS, Outcome.CONFLICT] == 1
    assert len(desk.rows(tables.incident_revisions)) == len(desk.rows(tables.crime_revisions)) == 2


def test_a_decision_id_used_twice_is_a_conflict(desk: Desk) -> None:
    desk.receive(decision("note", decision_id="d1", text="One."))
    merged = desk.receive(decision("note", decision_id="d1", text="Two.", incident_ref="INC-2"))
    assert merged.outcomes == {(Topic.DECISIONS, Outcome.CONFLICT): 1}


def test_the_same_ref_in_another_force_is_another_incident(desk: Desk) -> None:
    merged = desk.receive(incident(), incident(force="synthetic-southmoor"))
    assert merged.outcomes == {(Topic.INCIDENTS, Outcome.MERGED): 2}
    assert merged.marked == 2


def test_an_older_heartbeat_changes_nothing(desk: Desk) -> None:
    desk.receive(heartbeat(5, "incidents"))
    merged = desk.receive(heartbeat(5, "incidents"), heartbeat(4, "incidents"))
    assert merged.outcomes == {(Topic.HEARTBEATS, Outcome.REPEAT): 1, (Topic.HEARTBEATS, Outcome.STALE): 1}
    assert list(store.heartbeats(desk.engine).values()) == [clock(5)]


def test_progress_is_kept_by_partition(desk: Desk) -> None:
    desk.receive(incident(), incident("INC-2"), hours=1)
    desk.receive(incident("INC-3"), partition=1, hours=2)
    progress = store.progress(desk.engine)
    assert progress[Topic.INCIDENTS, 0] == store.Progress(2, clock(1))
    assert progress[Topic.INCIDENTS, 1] == store.Progress(1, clock(2))
    assert (Topic.CRIME_RECORDS, 0) not in progress


def test_a_worker_that_lost_its_partition_takes_no_progress_back(desk: Desk) -> None:
    first, second = desk.send(incident(), incident("INC-2"))
    desk.merge([first, second])
    desk.merge([first])
    assert store.progress(desk.engine)[Topic.INCIDENTS, 0].next_offset == 2


def test_a_partition_that_is_read_anew_is_placed_where_it_is_read(desk: Desk) -> None:
    desk.receive(incident(), incident("INC-2"), hours=1)
    store.place(desk.engine, {(Topic.INCIDENTS, 0): 0, (Topic.DECISIONS, 3): 7})
    progress = store.progress(desk.engine)
    assert progress[Topic.INCIDENTS, 0] == store.Progress(0, clock(1))
    assert progress[Topic.DECISIONS, 3] == store.Progress(7, None)


def test_more_rows_than_one_statement_takes(desk: Desk) -> None:
    merged = desk.receive(*(incident(f"INC-{number}") for number in range(2500)))
    assert merged.outcomes == {(Topic.INCIDENTS, Outcome.MERGED): 2500}
    assert len(desk.rows(tables.cases)) == 2500


@pytest.mark.parametrize(
    ("most", "letters"),
    [(identity.MOST_CHARACTERS, range(0x21, 0x60)), (identity.MOST_BYTES // 4, range(0x20000, 0x2A000))],
)
def test_the_longest_names_are_kept_judged_and_told(desk: Desk, most: int, letters: range) -> None:
    """PostgreSQL's indexes hold only so much of them, and less of what is no repetition."""
    chance = Random(1)
    force, one, other, record, name = ("".join(map(chr, chance.choices(letters, k=most))) for _ in range(5))
    merged = desk.receive(
        incident(one, force=force, duplicate_of=other, crime_refs=[record]),
        incident(other, force=force),
        crime(record, force=force, incident_refs=[]),
        decision("accept_link", force=force, incident_ref=one, crime_ref=record, decision_id=name),
        heartbeat(48, force=force),
    )
    assert merged.dead_letters == {}
    assert desk.review(hours=60).failures == []
    assert desk.alerts() != []


def test_nothing_to_merge_writes_nothing(desk: Desk) -> None:
    merged = store.merge(desk.engine, [])
    assert (merged.outcomes, merged.dead_letters, merged.marked) == ({}, {}, 0)
    assert store.progress(desk.engine) == {}


def test_an_event_times_its_case_by_the_earliest_message_that_bears_on_it(desk: Desk) -> None:
    desk.receive(incident(), hours=1)
    desk.review()
    late, early = desk.send(crime("C2"), hours=9) + desk.send(crime("C1"), partition=1, hours=8)
    desk.merge([late, early])
    assert desk.review().event_times == [clock(8)]


def test_a_heartbeat_of_crime_records_cannot_be_merged_without_the_ends(desk: Desk) -> None:
    batch = desk.send(incident(), heartbeat(5))
    assert store.needs_ends(batch)
    with pytest.raises(ValueError, match="end offsets"):
        store.merge(desk.engine, batch)
    assert desk.rows(tables.incident_revisions) == []
    assert not store.needs_ends(desk.send(heartbeat(5, "incidents"), incident()))


def test_a_time_before_1970_is_kept_to_the_microsecond(desk: Desk) -> None:
    (message,) = desk.send(incident())
    old = REPORTED - timedelta(days=30000, microseconds=1)
    desk.merge([Received(message.topic, 0, 0, old, message.content)])
    assert store.progress(desk.engine)[Topic.INCIDENTS, 0].broker_time == old


def test_an_error_of_the_database_names_nobody(desk: Desk) -> None:
    """The log gets it whole."""
    with writing(desk.engine) as connection:
        connection.execute(text("ALTER TABLE person_logs RENAME TO elsewhere"))
    named = incident(victims=[{"person_key": "SOMEBODY"}])
    with pytest.raises(Exception, match="person_logs") as raised:
        desk.receive(named)
    assert "SOMEBODY" not in "".join(traceback.format_exception(raised.value))


def test_nor_does_an_error_in_which_postgresql_quotes_the_row(postgres: Postgres) -> None:
    desk = Desk(store_at(postgres.fresh()))
    with writing(desk.engine) as connection:
        connection.execute(text("ALTER TABLE person_logs ADD COLUMN later TEXT NOT NULL"))
    named = incident(victims=[{"person_key": "SOMEBODY"}])
    with pytest.raises(IntegrityError, match='null value in column "later"') as raised:
        desk.receive(named)
    assert "SOMEBODY" not in "".join(traceback.format_exception(raised.value))
    desk.engine.dispose()
