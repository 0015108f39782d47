import re
from typing import Any

from sqlalchemy import Connection, event

from monitor import store
from monitor.store import BrokerEnds, CaseCount, Due
from monitor.store.engine import reading
from monitor.store.instants import wall_clock
from monitor.store.judging import TICK
from tests.builders import FORCE, crime, heartbeat, incident
from tests.store.desk import Desk, clock

SOUTHMOOR = "synthetic-southmoor"


def test_counts_are_kept_by_force_status_severity_alert_and_whether_the_log_is_open(desk: Desk) -> None:
    desk.receive(incident(), incident("INC-2"), incident("INC-3", status="closed"), incident(force=SOUTHMOOR))
    assert store.case_counts(desk.engine) == []
    desk.review(hours=30)
    assert _by_key(desk) == {
        (FORCE, "unrecorded", "medium", "firing", True): 2,
        (FORCE, "unrecorded", "medium", "firing", False): 1,
        (SOUTHMOOR, "unrecorded", "medium", "firing", True): 1,
    }

    desk.receive(crime(), crime("C3", incident_refs=["INC-3"]), incident("INC-2", revision=2, status="closed"))
    desk.review(hours=31)
    assert _by_key(desk) == {
        (FORCE, "recorded_in_time", "high", "resolved", True): 1,
        (FORCE, "recorded_in_time", "high", "resolved", False): 1,
        (FORCE, "unrecorded", "medium", "firing", False): 1,
        (SOUTHMOOR, "unrecorded", "medium", "firing", True): 1,
    }


def _by_key(desk: Desk) -> dict[tuple[str, str, str, str, bool], int]:
    counts: list[CaseCount] = store.case_counts(desk.engine)
    return {(each.force, each.status, each.severity, each.alert, each.open): each.cases for each in counts}


def test_counts_agree_with_the_verdicts_after_much_to_and_fro(desk: Desk) -> None:
    for hours in (1, 21, 25):
        desk.receive(*(incident(f"INC-{number}", revision=int(hours)) for number in range(8)))
        desk.receive(*(crime(f"C{hours}-{n}", incident_refs=[f"INC-{n}"]) for n in range(int(hours) % 4)))
        desk.review(hours=hours, limit=3)
    told = [(each["status"], each["alert"]) for each in desk.verdicts().values()]
    counted = {
        (status, alert): sum(
            each.cases for each in store.case_counts(desk.engine) if (each.status, each.alert) == (status, alert)
        )
        for status, alert in told
    }
    assert counted == {pair: told.count(pair) for pair in told}
    assert sum(each.cases for each in store.case_counts(desk.engine)) == 8


def test_due_counts_marks_the_clock_and_known_time_each_once(desk: Desk) -> None:
    assert store.due_cases(desk.engine, clock(0)) == Due(0, None)
    before = wall_clock()
    desk.receive(incident(), incident("INC-2"))
    due = store.due_cases(desk.engine, clock(1))
    assert due.cases == 2
    assert due.oldest is not None
    assert before <= due.oldest <= wall_clock()

    desk.review(hours=1)
    assert store.due_cases(desk.engine, clock(19)) == Due(0, None)
    assert store.due_cases(desk.engine, clock(25)).cases == 2
    desk.receive(incident(revision=2))
    assert store.due_cases(desk.engine, clock(25)).cases == 2


def test_due_by_known_time_follows_what_is_stored(desk: Desk) -> None:
    desk.receive(incident(), heartbeat(1))
    desk.review(hours=2)
    assert store.due_cases(desk.engine, clock(22)) == Due(0, None)
    assert store.known_times(desk.engine) == {FORCE: clock(1)}


def test_a_force_of_which_nothing_is_known_says_so(desk: Desk) -> None:
    desk.receive(incident())
    assert store.known_times(desk.engine) == {FORCE: None}


def test_one_that_is_due_by_the_clock_and_by_known_time_counts_once(desk: Desk) -> None:
    desk.receive(*(incident(f"INC-{number}") for number in range(6)))
    desk.review(hours=1)
    at_once = BrokerEnds({}, clock(40))
    taken = store.review_due(desk.engine, desk.judge, clock(40), at_once, limit=2).taken  # known time is stored now
    assert 0 < taken < 6
    assert store.due_cases(desk.engine, clock(40)) == Due(6 - taken, clock(24) + TICK)


def test_no_question_looks_at_every_case(desk: Desk) -> None:
    """What a gauge or a look for due cases costs grows with what is due, not with what there is."""
    asked: list[tuple[str, Any]] = []

    def note(connection: object, cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if "FROM cases" in statement or "JOIN cases" in statement:
            asked.append((statement, parameters))

    desk.receive(incident(), heartbeat(1))
    desk.review(hours=2)
    event.listen(desk.engine, "before_cursor_execute", note)
    store.due_cases(desk.engine, clock(60))
    store.next_due(desk.engine, clock(60))
    desk.review(hours=60)
    event.remove(desk.engine, "before_cursor_execute", note)

    assert len(asked) > 5
    with reading(desk.engine) as connection:
        for statement, parameters in asked:
            steps = steps_over_cases(connection, statement, parameters)
            assert steps
            assert not [step for step in steps if re.search("SCAN cases|Seq Scan", step)], (statement, steps)


def steps_over_cases(connection: Connection, statement: str, parameters: Any) -> list[str]:
    if connection.dialect.name == "sqlite":
        plan = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    else:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # what a table of one row would be read by
        plan = [str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]
    return [step for step in plan if re.search(r"(SCAN|SEARCH|on) cases\b", step)]
