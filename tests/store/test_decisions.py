from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, text

from monitor import store
from monitor.contract.codec import Decoded, decode, read
from monitor.contract.topics import Topic
from monitor.contract.verdict import Verdict
from monitor.store import Kind, Outcome, tables
from monitor.store.audit import entries
from monitor.store.audit_check import check_audit
from monitor.store.bulk import Key
from monitor.store.casework import UnknownCase
from monitor.store.decisions import Made, Overtaken, Version, decide, preview, version_of
from monitor.store.engine import reading, writing
from monitor.store.people import Actor
from tests.builders import FORCE, Line, at, crime, decision, incident, reason
from tests.store.desk import JUDGE, Desk, NewDesk, clock, failing_for
from tests.store.test_audit import tamper

REGISTRAR = Actor("registrar-7", "Synthetic Registrar", "registrar")
KEY = (FORCE, "INC-1")
NOW = clock(60)


def decoded(line: Line) -> Decoded:
    return read(Topic(line["topic"]), line["value"])


def make(desk: Desk, line: Line, seen: Version | None = None, **options: Any) -> Made:
    return decide(desk.engine, options.get("judge", desk.judge), NOW, decoded(line), REGISTRAR, seen)


def version(engine: Engine, key: Key = KEY) -> Version:
    with reading(engine) as connection:
        return version_of(connection, key)


def sent(engine: Engine, kind: Kind) -> list[store.OutboxMessage]:
    return [each for each in store.unsent(engine, 1000) if each.kind is kind]


def unrecorded(desk: Desk, *lines: Line) -> None:
    desk.receive(incident(), *lines)
    desk.review()


CRIME = crime(incident_refs=[])
EACH_ACTION = {
    "accept_link": ([CRIME], decision("accept_link", crime_ref="C1")),
    "reject_link": ([crime()], decision("reject_link", crime_ref="C1")),
    "no_crime": ([], decision("no_crime", code="contrary_evidence", victim_informed_at=at(30))),
    "no_crime as a duplicate": (
        [incident("INC-2")],
        decision("no_crime", code="duplicate", related_ref="INC-2"),
    ),
    "no_crime in vain": ([], decision("no_crime", code="victim_declined")),
    "require_crime": ([crime()], decision("require_crime", crimes=2)),
    "accept_as_complete": (
        [
            incident(revision=2, victims=[{"person_key": "p1"}, {"person_key": "p2"}]),
            crime(),
        ],
        decision("accept_as_complete", accepts=["fewer_crimes_than_victims"], victims=2),
    ),
    "accept_cancellation": (
        [crime(revision=2, status="cancelled", cancellation={"code": "C4"})],
        decision("accept_cancellation", crime_ref="C1"),
    ),
    "set_reported_at": ([crime()], decision("set_reported_at", reported_at=at(-20))),
    "withdraw": (
        [decision("no_crime", hours=20, code="contrary_evidence")],
        decision("withdraw", withdraws="no_crime-20"),
    ),
    "note": ([], decision("note", text="Rang the officer.")),
}
each_action = pytest.mark.parametrize(("lines", "made"), EACH_ACTION.values(), ids=EACH_ACTION)


@each_action
def test_the_preview_is_the_verdict_that_follows(desk: Desk, lines: list[Line], made: Line) -> None:
    unrecorded(desk, *lines)
    before = desk.verdicts()["INC-1"]
    foreseen = preview(desk.engine, JUDGE, NOW, decoded(made))
    assert desk.verdicts()["INC-1"] == before, "a preview writes nothing"
    assert orjson.loads(foreseen.before.to_json()) == before
    assert make(desk, made).judged
    assert desk.verdicts()["INC-1"] == orjson.loads(foreseen.after.to_json())


@each_action
def test_a_decision_made_here_ends_where_one_from_its_topic_ends(
    new_desk: NewDesk, lines: list[Line], made: Line
) -> None:
    here = new_desk()
    unrecorded(here, *lines)
    make(here, made)
    found = _what_bears_on_verdicts(here)
    merged = new_desk()
    unrecorded(merged, *lines)
    merged.receive(made)
    merged.review()
    assert found == _what_bears_on_verdicts(merged)


def _what_bears_on_verdicts(desk: Desk) -> list[Any]:
    decided = desk.rows(tables.decisions, "broker_time", "merged_at", "partition", "offset")
    history = desk.rows(tables.verdict_history, "number")
    return [decided, desk.rows(tables.dependencies), desk.rows(tables.verdicts), history, desk.changes()]


@each_action
def test_the_same_decision_coming_back_from_its_topic_is_a_repeat(desk: Desk, lines: list[Line], made: Line) -> None:
    unrecorded(desk, *lines)
    make(desk, made)
    (message,) = sent(desk.engine, Kind.DECISION)
    assert (message.topic, message.key) == (Topic.DECISIONS, f"{FORCE}:INC-1".encode())
    before = desk.rows(tables.decisions)
    merged = desk.receive({"topic": Topic.DECISIONS, "value": message.value})
    assert merged.outcomes == {(Topic.DECISIONS, Outcome.REPEAT): 1}
    assert merged.marked == 0
    assert desk.rows(tables.decisions) == before


def test_a_decision_is_one_message_one_audit_entry_and_one_head(desk: Desk) -> None:
    unrecorded(desk)
    made = decision("no_crime", code="contrary_evidence")
    make(desk, made)
    (entry,) = entries(desk.engine, FORCE)
    said = orjson.loads(entry.content)
    assert (said["action"], said["by"], said["incident_ref"]) == ("decided", "registrar-7", "INC-1")
    assert said["detail"]["decision"] == made["value"]
    (message,) = sent(desk.engine, Kind.DECISION)
    assert decode(Topic.DECISIONS, message.value).event == decoded(made).event
    assert len(sent(desk.engine, Kind.AUDIT_HEAD)) == 1


def test_the_verdict_changes_at_once_and_says_which_decision_changed_it(desk: Desk) -> None:
    unrecorded(desk)
    assert desk.status() == "unrecorded"
    make(desk, decision("no_crime", code="contrary_evidence", victim_informed_at=at(30)))
    assert desk.status() == "no_crime_justified"
    assert desk.changes() == ["raised", "resolved"]
    last = store.history(desk.engine, *KEY)[-1]
    assert (last.cause, last.cause_ref) == ("recording-decisions", "no_crime-30")
    assert desk.review().taken == 0, "nothing is left to the worker"


def test_those_that_depend_on_the_case_are_left_due(desk: Desk) -> None:
    duplicate = incident("INC-2", duplicate_of="INC-1", opening_type="nsir.duplicate")
    unrecorded(desk, duplicate)
    make(desk, decision("no_crime", code="duplicate", related_ref="INC-2"))
    with reading(desk.engine) as connection:
        due = connection.execute(tables.cases.select().where(tables.cases.c.due_since.is_not(None))).all()
    assert [row.ref for row in due] == ["INC-2"]


def test_a_decision_on_an_incident_that_is_not_known_is_refused_and_writes_nothing(desk: Desk) -> None:
    unrecorded(desk)
    elsewhere = decision("note", text="?", incident_ref="INC-9")
    with pytest.raises(UnknownCase):
        make(desk, elsewhere)
    with pytest.raises(UnknownCase):
        preview(desk.engine, JUDGE, NOW, decoded(elsewhere))
    assert desk.rows(tables.decisions) == []
    assert [*entries(desk.engine, FORCE)] == []


def test_the_second_of_two_people_is_told_and_writes_nothing(desk: Desk) -> None:
    unrecorded(desk)
    seen = version(desk.engine)
    make(desk, decision("no_crime", code="contrary_evidence"), seen)
    with pytest.raises(Overtaken) as told:
        make(desk, decision("require_crime"), seen)
    assert told.value.now.decisions == told.value.seen.decisions + 1
    assert len(desk.rows(tables.decisions)) == 1
    assert len([*entries(desk.engine, FORCE)]) == 1
    make(desk, decision("require_crime"), told.value.now)
    assert len(desk.rows(tables.decisions)) == 2


@pytest.mark.parametrize(
    "meanwhile",
    [incident(revision=2, unit="Response 4"), decision("note", text="From elsewhere."), crime()],
    ids=["a revision", "a decision from the topic", "a crime"],
)
def test_whoever_looked_at_an_older_state_is_told(desk: Desk, meanwhile: Line) -> None:
    unrecorded(desk)
    seen = version(desk.engine)
    desk.receive(meanwhile)
    desk.review()
    with pytest.raises(Overtaken):
        make(desk, decision("require_crime"), seen)


def test_of_many_at_once_one_decides(desk: Desk) -> None:
    unrecorded(desk)
    seen = version(desk.engine)

    def attempt(number: int) -> bool:
        try:
            make(desk, decision("require_crime", hours=30 + number), seen)
        except Overtaken:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        decided = list(threads.map(attempt, range(12)))
    assert decided.count(True) == 1
    assert len(desk.rows(tables.decisions)) == 1
    assert [chain.faults for chain in check_audit(desk.engine)] == [[]]


def test_a_form_that_is_sent_twice_is_one_decision(desk: Desk) -> None:
    unrecorded(desk)
    seen = version(desk.engine)
    made = decision("no_crime", code="contrary_evidence")
    assert not make(desk, made, seen).again
    assert make(desk, made, seen).again
    assert len(desk.rows(tables.decisions)) == 1
    assert len([*entries(desk.engine, FORCE)]) == 1
    assert len(sent(desk.engine, Kind.DECISION)) == 1


def test_a_case_that_cannot_be_judged_still_takes_the_decision(desk: Desk) -> None:
    unrecorded(desk)
    made = make(desk, decision("require_crime"), judge=failing_for("INC-1"))
    assert not made.judged
    assert len(desk.rows(tables.decisions)) == 1
    with pytest.raises(ZeroDivisionError):
        preview(desk.engine, failing_for("INC-1"), NOW, decoded(decision("note", text="?")))


def test_the_database_itself_refuses_to_change_or_delete_a_decision(desk: Desk) -> None:
    unrecorded(desk)
    make(desk, decision("require_crime"))
    before = desk.rows(tables.decisions)
    for statement in ("UPDATE decisions SET incident_ref = 'X'", "DELETE FROM decisions"):
        with pytest.raises(Exception, match="withdraw it"), writing(desk.engine) as connection:
            connection.execute(text(statement))
    again = "INTO decisions SELECT * FROM decisions"
    with writing(desk.engine) as connection:
        sqlite = connection.dialect.name == "sqlite"
        connection.execute(text(f"INSERT OR REPLACE {again}" if sqlite else f"INSERT {again} ON CONFLICT DO NOTHING"))
    assert desk.rows(tables.decisions) == before


def test_a_decision_that_was_taken_out_by_force_is_missed_by_the_audit(desk: Desk) -> None:
    unrecorded(desk)
    make(desk, decision("require_crime"))
    tamper(desk.engine, "DELETE FROM decisions")
    (chain,) = check_audit(desk.engine)
    assert chain.faults == ["the decision require_crime-30 of entry 1 is not held as it was made"]


def test_a_version_reads_back_as_it_is_written() -> None:
    assert Version.read(str(Version(3, 2, 1))) == Version(3, 2, 1)
    for wrong in ("", "1.2", "a.b.c"):
        with pytest.raises(ValueError, match=r"."):
            Version.read(wrong)


def test_a_preview_knows_a_crime_that_was_not_linked_before(desk: Desk) -> None:
    unrecorded(desk, CRIME)
    after: Verdict = preview(desk.engine, JUDGE, NOW, decoded(decision("accept_link", crime_ref="C1"))).after
    assert after.crime_refs == ("C1",)
    assert after.status == "recorded_in_time"


def test_a_log_closed_with_a_reason_is_judged_by_the_registrars_instead(desk: Desk) -> None:
    unrecorded(desk, incident(revision=2, no_crime_reason=reason("victim_declined")))
    found = preview(desk.engine, JUDGE, NOW, decoded(decision("require_crime"))).after
    assert "reason_rejected" in [finding.code for finding in found.findings]
