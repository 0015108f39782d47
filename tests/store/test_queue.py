from sqlalchemy import Engine

from monitor.rulebook.findings import FINDINGS
from monitor.store.audit import Deed
from monitor.store.casework import hand_over
from monitor.store.concerns import _OF_FINDING, Concern, packed, unpacked
from monitor.store.instants import from_micros
from monitor.store.people import Actor
from monitor.store.queue import QueueRow, changed_since, incidents_named, latest_version, names_of, verdicts_of
from tests.builders import DEADLINE, FORCE, at, crime, decision, incident, reason
from tests.store.desk import Desk


def rows(desk: Desk) -> dict[str, QueueRow]:
    return {row.ref: row for row in changed_since(desk.engine, 0)}


def concerns(desk: Desk, ref: str = "INC-1") -> set[Concern]:
    return set(unpacked(rows(desk)[ref].concerns))


def test_an_unrecorded_crime_is_in_the_queue_with_what_the_log_says_now(desk: Desk) -> None:
    desk.receive(incident(unit="North", opening_type="CR01", closing_type=" in05 ", channel="officer", status="closed"))
    desk.review()
    row = rows(desk)["INC-1"]
    assert (row.force, row.unit, row.type, row.channel, row.status) == (FORCE, "North", "in05", "officer", "unrecorded")
    assert from_micros(row.deadline) == DEADLINE
    assert Concern.UNRECORDED in concerns(desk)


def test_what_needs_nobody_is_not_in_the_queue(desk: Desk) -> None:
    desk.receive(incident(), crime(victims=[{"person_key": "p1"}]), incident("INC-2", opening_type="nsir.lost_found"))
    desk.review()
    assert rows(desk) == {}
    assert latest_version(desk.engine) == 0


def test_an_incident_leaves_when_its_crime_is_recorded_and_readers_learn_of_it(desk: Desk) -> None:
    desk.receive(incident())
    desk.review()
    before = latest_version(desk.engine)
    desk.receive(crime())
    desk.review(61)
    (row,) = changed_since(desk.engine, before)
    assert (row.ref, row.gone) == ("INC-1", True)
    assert rows(desk) == {}


def test_an_incident_that_left_can_come_back(desk: Desk) -> None:
    desk.receive(incident(), crime())
    desk.review()
    desk.receive(crime(revision=2, status="cancelled", updated_at=at(40)))
    desk.review(61)
    assert {Concern.UNRECORDED, Concern.CANCELLED_WRONGLY, Concern.FIRING} <= concerns(desk)


def test_what_changed_nothing_to_be_seen_is_no_news(desk: Desk) -> None:
    desk.receive(incident())
    desk.review()
    before = latest_version(desk.engine)
    desk.receive(incident(revision=2, dash_risk="standard"))
    desk.review()
    assert list(changed_since(desk.engine, before)) == []


def test_a_log_that_another_unit_takes_over_is_news(desk: Desk) -> None:
    desk.receive(incident(unit="North"))
    desk.review()
    before = latest_version(desk.engine)
    desk.receive(incident(revision=2, unit="South"))
    desk.review()
    assert [row.unit for row in changed_since(desk.engine, before)] == ["South"]


def test_time_alone_changes_a_row(desk: Desk) -> None:
    desk.receive(incident(opening_type="nsir.domestic_incident"))
    desk.review(21)
    assert concerns(desk) == {Concern.DUE_SOON, Concern.FIRING}
    desk.review(25)
    assert concerns(desk) == {Concern.UNRECORDED, Concern.FIRING}


def test_a_decision_takes_an_incident_out_of_the_queue(desk: Desk) -> None:
    desk.receive(incident())
    desk.review()
    desk.receive(decision("no_crime", **reason("contrary_evidence")))
    desk.review(61)
    assert rows(desk) == {}


def test_every_finding_has_its_place_in_the_queue() -> None:
    assert set(_OF_FINDING) == set(FINDINGS)


def test_concerns_are_packed_into_bits_and_back() -> None:
    for concern in Concern:
        assert unpacked(packed([concern])) == {concern}
    assert unpacked(packed(Concern)) == set(Concern)
    assert unpacked(0) == frozenset()


def test_verdicts_of_rows_are_read_and_of_nothing_else(desk: Desk) -> None:
    desk.receive(incident(), incident("INC-2"))
    desk.review()
    found = verdicts_of(desk.engine, [(FORCE, "INC-2"), (FORCE, "INC-9")])
    assert list(found) == [(FORCE, "INC-2")]
    assert b'"INC-2"' in found[FORCE, "INC-2"]


def test_a_reference_leads_to_its_incident_or_to_those_of_its_crime(desk: Desk) -> None:
    desk.receive(incident(), incident("INC-2"), crime("C7", incident_refs=["INC-1", "INC-2"]), incident("INC-3"))
    desk.review()
    assert incidents_named(desk.engine, None, "INC-3") == [(FORCE, "INC-3")]
    assert incidents_named(desk.engine, frozenset({FORCE}), "C7") == [(FORCE, "INC-1"), (FORCE, "INC-2")]
    assert incidents_named(desk.engine, None, "INC-") == []


def test_a_reference_of_another_force_leads_nowhere(desk: Desk) -> None:
    desk.receive(incident(), crime("C7"))
    desk.review()
    for scope in (frozenset({"synthetic-elsewhere"}), frozenset[str]()):
        assert incidents_named(desk.engine, scope, "INC-1") == []
        assert incidents_named(desk.engine, scope, "C7") == []


def test_a_store_that_was_judged_before_there_was_a_queue_fills_it(engine: Engine, desk: Desk) -> None:
    desk.receive(incident())
    desk.review()
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM queue")
        connection.exec_driver_sql(
            "UPDATE cases SET due_since = COALESCE(due_since, judged_at), "
            "due_event_time = COALESCE(due_event_time, judged_at) WHERE judged_at IS NOT NULL"
        )
    desk.review()
    assert list(rows(desk)) == ["INC-1"]


def sam(force: str = FORCE) -> Deed:
    return Deed(force, "took", Actor("u-1", "Sam Example", "bureau"), "INC-1")


def test_who_takes_a_case_stands_in_its_row_and_it_is_news(desk: Desk) -> None:
    desk.receive(incident())
    desk.review()
    before = latest_version(desk.engine)
    hand_over(desk.engine, (FORCE, "INC-1"), "u-1", sam(), seen=0)
    assert [row.holder for row in changed_since(desk.engine, before)] == ["u-1"]
    assert names_of(desk.engine, {"u-1", "u-2"}) == {"u-1": "Sam Example"}
    desk.receive(incident(revision=2, unit="South"))
    desk.review()
    assert rows(desk)["INC-1"].holder == "u-1"
    hand_over(desk.engine, (FORCE, "INC-1"), None, sam(), seen=1)
    assert rows(desk)["INC-1"].holder == ""


def test_a_case_that_was_taken_before_it_came_into_the_queue_is_held_there(desk: Desk) -> None:
    desk.receive(incident(), crime())
    desk.review()
    hand_over(desk.engine, (FORCE, "INC-1"), "u-1", sam(), seen=0)
    assert rows(desk) == {}
    desk.receive(crime(revision=2, status="cancelled", updated_at=at(40)))
    desk.review(61)
    assert rows(desk)["INC-1"].holder == "u-1"
