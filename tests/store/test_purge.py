"""Of incidents closed long ago nobody's key is kept, every verdict stays, and nothing comes back by replay."""

from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, event, given, settings
from sqlalchemy import select

from monitor import store
from monitor.contract.topics import Topic
from monitor.rulebook import load_rulebook
from monitor.store import Outcome, audit, desk_tables, match_tables, tables, upkeep_tables
from monitor.store.engine import reading, store_at
from monitor.store.people import Actor
from monitor.store.purge import Order, Purged, purge
from monitor.store.purged import CONDENSED
from monitor.store.reassess import apply
from tests.builders import FORCE, Line, at, crime, decision, incident, reason
from tests.postgres import Postgres
from tests.store.desk import Desk, NewDesk, clock, failing_for
from tests.store.test_two_reviews import before
from tests.worlds import World, worlds

WHO = Actor("ana.registrar", "Ana Registrar", "operator")
CLOSED = {"status": "closed", "closed_at": at(40)}
VICTIMS: list[dict[str, Any]] = [{"person_key": "key-of-ana", "confirmed": True}, {"person_key": "key-of-bo"}]
PLACE = {"lat": 51.75, "lon": -0.33, "beat": "N1", "lsoa": "E01000001"}
LATE = 24 * 365


def log(ref: str = "INC-1", revision: int = 2, **fields: Any) -> Line:
    given: dict[str, Any] = CLOSED | {"victims": VICTIMS, "location": PLACE} | fields
    return incident(ref, revision, **given)


def record(ref: str = "C1", **fields: Any) -> Line:
    return crime(ref, **{"victims": [{"person_key": "key-of-ana"}], "location": PLACE} | fields)


def purged(desk: Desk, hours: float = 100, *, dry: bool = False, force: str | None = None) -> Purged:
    order = Order(clock(hours), clock(LATE), force, None if dry else WHO, "the schedule")
    whole = Purged()
    for page in purge(desk.engine, desk.judge, order):
        whole.incidents += page.incidents
        whole.crimes += page.crimes
        whole.revisions += page.revisions
        whole.held_back += page.held_back
        whole.unlike += page.unlike
    return whole


def settled(desk: Desk, *lines: Line) -> Desk:
    desk.receive(*lines)
    desk.review(hours=LATE)
    return desk


def stored_text(desk: Desk) -> bytes:
    """All that is stored of logs and records, and the indexes of people."""
    with reading(desk.engine) as connection:
        contents = [
            *connection.scalars(select(tables.incident_revisions.c.content)),
            *connection.scalars(select(tables.crime_revisions.c.content)),
            *(key.encode() for key in connection.scalars(select(desk_tables.person_logs.c.key))),
            *(key.encode() for key in connection.scalars(select(match_tables.crime_marks.c.key))),
        ]
    return b"\n".join(contents)


def test_nobody_is_named_any_more_and_the_verdicts_stand(desk: Desk) -> None:
    other = record("C2", victims=[{"person_key": "key-of-bo"}])
    settled(desk, log(revision=1, status="open"), log(), record(), record(revision=2), other)
    before = desk.verdicts(), desk.rows(tables.cases), desk.rows(tables.case_counts), desk.rows(tables.verdict_history)
    assert b"key-of-ana" in stored_text(desk)
    done = purged(desk)
    assert (done.incidents, done.crimes, done.revisions, done.unlike) == (1, 2, 5, [])
    for gone in (b"key-of", b"51.75", b"-0.33"):
        assert gone not in stored_text(desk)
    assert desk.rows(desk_tables.person_logs) == desk.rows(match_tables.crime_marks) == []
    after = desk.verdicts(), desk.rows(tables.cases), desk.rows(tables.case_counts), desk.rows(tables.verdict_history)
    assert after == before


def test_the_verdict_is_found_again_from_what_is_kept(desk: Desk) -> None:
    settled(desk, log(revision=1, status="open", opening_type="nsir.asb_nuisance"), log(opening_type="nsir.alarm"))
    before = desk.verdicts()
    assert purged(desk).incidents == 1
    desk.receive(decision("note", text="Looked at again."))
    desk.review(hours=LATE)
    assert desk.verdicts() == before


def test_of_two_purges_at_once_the_second_passes_over_what_the_first_has_purged(postgres: Postgres) -> None:
    url = postgres.fresh()
    first, second = Desk(store_at(url)), Desk(store_at(url))
    settled(first, log(victims=VICTIMS[:1]), record())
    found: list[Purged] = []
    before(second.engine, "FOR UPDATE OF cases", lambda: found.append(purged(first)))
    found.append(purged(second))
    assert [(each.incidents, each.revisions, each.held_back) for each in found] == [(1, 2, 0), (0, 0, 0)]
    for each in (first, second):
        each.engine.dispose()


def test_what_was_purged_does_not_come_back_by_replay(desk: Desk) -> None:
    lines = (log(revision=1, status="open"), log(victims=VICTIMS[:1]), record(), record(revision=2))
    settled(desk, *lines)
    assert purged(desk).incidents == 1
    before = stored_text(desk), desk.verdicts()
    outcomes = desk.receive(*lines).outcomes
    assert outcomes == {(Topic.INCIDENTS, Outcome.REPEAT): 2, (Topic.CRIME_RECORDS, Outcome.REPEAT): 2}
    assert desk.review(hours=LATE).taken == 0
    assert (stored_text(desk), desk.verdicts()) == before


def test_a_new_revision_is_merged_on_top_of_what_was_said(desk: Desk) -> None:
    cancelled = {"code": "C4", "decided_by_role": "fcr", "decided_at": at(40), "independent": True}
    rape = record(offence={"ho_code": "019/08"}, status="cancelled", cancellation=cancelled)
    settled(desk, log(revision=1, status="open", opening_type="crime.rape"), log(opening_type="nsir.alarm"), rape)
    assert purged(desk).incidents == 1
    outcomes = desk.receive(log(revision=3, opening_type="nsir.messages", victims=[])).outcomes
    assert outcomes == {(Topic.INCIDENTS, Outcome.MERGED): 1}
    desk.review(hours=LATE)
    verdict = desk.verdicts()["INC-1"]
    assert (verdict["severity"], verdict["expected"]["because"]) == ("critical", ["earlier_revision", "linked_crime"])


def test_an_incident_that_got_a_new_revision_can_be_purged_again(desk: Desk) -> None:
    settled(desk, log(), record(), record("C2", victims=[{"person_key": "key-of-bo"}]))
    purged(desk)
    settled(desk, log(revision=3, victims=[]))
    before = desk.verdicts()
    done = purged(desk)
    assert (done.incidents, done.revisions) == (1, 1)
    assert desk.verdicts() == before


def test_a_second_purge_finds_nothing(desk: Desk) -> None:
    settled(desk, log(), record(), record("C2", victims=[{"person_key": "key-of-bo"}]))
    purged(desk)
    before = stored_text(desk), [*audit.entries(desk.engine, FORCE)]
    assert purged(desk) == Purged()
    assert (stored_text(desk), [*audit.entries(desk.engine, FORCE)]) == before


def test_a_dry_run_counts_and_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.store.purge.PAGE", 1)
    settled(
        desk, log(), log("INC-2", revision=5), log("INC-3", status="open"), record(incident_refs=["INC-1", "INC-2"])
    )
    counted = purged(desk, dry=True)
    assert (counted.incidents, counted.crimes) == (0, 0)  # fewer crimes than victims: it fires
    settled(desk, record("C2", incident_refs=["INC-1", "INC-2"], victims=[{"person_key": "key-of-bo"}]))
    counted = purged(desk, dry=True)
    assert (counted.incidents, counted.crimes, counted.revisions, counted.held_back) == (2, 2, 4, 0)
    assert b"key-of-ana" in stored_text(desk)
    assert desk.rows(upkeep_tables.purged_revisions) == []
    done = purged(desk)
    assert (done.incidents, done.crimes, done.revisions, done.held_back) == (2, 2, 4, 0)


@pytest.mark.parametrize(
    "other",
    [
        {"status": "open", "closed_at": None},
        {"closed_at": at(LATE - 1)},
        {"closed_at": at(100)},
    ],
)
def test_a_group_goes_as_a_whole_or_not_at_all(desk: Desk, other: dict[str, Any]) -> None:
    both: dict[str, Any] = {"incident_refs": ["INC-1", "INC-2"]}
    second = record("C2", victims=[{"person_key": "key-of-bo"}], **both)
    settled(desk, log(), log("INC-2", **other), record(**both), second)
    before = stored_text(desk)
    done = purged(desk)
    assert (done.incidents, done.crimes) == (0, 0)
    assert done.held_back >= 1
    assert stored_text(desk) == before


def test_a_name_that_many_give_and_nothing_has_ties_nobody_together(desk: Desk) -> None:
    nothing: dict[str, Any] = {"opening_type": "nsir.alarm", "crime_refs": ["N/A"]}
    settled(desk, log(**nothing), log("INC-2", status="open", **nothing))
    assert purged(desk).incidents == 1


def test_an_incident_whose_alert_fires_or_that_is_due_stays(desk: Desk) -> None:
    settled(desk, log())
    assert desk.verdicts()["INC-1"]["alert"] == "firing"
    assert purged(desk) == Purged()
    desk.receive(log("INC-2", opening_type="nsir.alarm"))
    assert purged(desk) == Purged()
    desk.review(hours=LATE)
    assert purged(desk).incidents == 1


def test_only_the_force_that_is_named_is_purged(desk: Desk) -> None:
    settled(desk, log(opening_type="nsir.alarm"), log(opening_type="nsir.alarm", force="kent"))
    assert purged(desk, force="kent").incidents == 1
    assert purged(desk).incidents == 1


def test_who_is_the_same_person_is_still_to_be_seen_and_findings_stay(desk: Desk) -> None:
    differ = record("C1", victims=[{"person_key": "key-of-cy"}]), record("C2", victims=[{"person_key": "key-of-bo"}])
    settled(desk, log(), *differ)
    assert [finding["code"] for finding in desk.verdicts()["INC-1"]["findings"]] == ["persons_differ"]
    before = desk.verdicts()
    assert purged(desk).unlike == []
    desk.receive(decision("note", text="Looked at again."))
    desk.review(hours=LATE)
    assert desk.verdicts() == before


def test_a_group_whose_verdict_would_change_is_left_and_the_others_go(desk: Desk) -> None:
    quiet: dict[str, Any] = {"opening_type": "nsir.alarm"}
    settled(desk, log("INC-1", **quiet), log("INC-2", **quiet), log("INC-3", **quiet))
    desk.judge = failing_for("INC-2")
    done = purged(desk)
    assert (done.incidents, done.unlike) == (2, [(FORCE, "INC-2")])
    partitions = {row[0]: row[1] for row in desk.rows(tables.incident_revisions, *_all_but("ref", "partition"))}
    assert partitions == {"INC-1": CONDENSED, "INC-2": 0, "INC-3": CONDENSED}
    assert len(desk.rows(upkeep_tables.purged_revisions)) == 2


def _all_but(*names: str) -> list[str]:
    return [column.name for column in tables.incident_revisions.c if column.name not in names]


def test_it_is_entered_in_the_audit_log_with_who_why_and_what(desk: Desk) -> None:
    settled(desk, log(opening_type="nsir.alarm"), log("INC-2", opening_type="nsir.alarm", force="kent"))
    purged(desk)
    (entry,) = audit.entries(desk.engine, FORCE)
    said = orjson.loads(entry.content)
    assert (said["action"], said["by"]) == ("purged", WHO.subject)
    assert said["detail"] == {
        "because": "the schedule",
        "closed_before": clock(100).isoformat().replace("+00:00", "Z"),
        "incidents": ["INC-1"],
        "crimes": [],
        "revisions": 1,
    }
    assert len([*audit.entries(desk.engine, "kent")]) == 1


def test_sent_letters_of_a_purged_incident_keep_no_content(desk: Desk) -> None:
    broken = orjson.dumps(log(opening_type="nsir.alarm")["value"] | {"revision": "two"})
    desk.receive({"topic": Topic.INCIDENTS.value, "value": broken})
    settled(desk, log(opening_type="nsir.alarm"))
    (letter,) = [each for each in store.unsent(desk.engine) if each.kind is store.Kind.DEAD_LETTER]
    purged(desk)
    assert b"key-of-ana" in (store.unsent(desk.engine)[0].value or b"")  # it must still be sent
    desk.receive(log(revision=3, opening_type="nsir.alarm"))
    store.mark_sent(desk.engine, [letter.number], clock(LATE))
    desk.review(hours=LATE)
    purged(desk)
    with reading(desk.engine) as connection:
        assert connection.scalar(select(tables.outbox.c.value).where(tables.outbox.c.id == letter.id)) is None


def test_a_rationale_is_taken_out_and_still_counts(desk: Desk) -> None:
    settled(desk, log(no_crime_reason=reason("contrary_evidence", rationale="Ana Smith said that it was not so.")))
    before = desk.verdicts()
    assert before["INC-1"]["status"] == "no_crime_justified"
    assert purged(desk).incidents == 1
    assert b"Smith" not in stored_text(desk)
    desk.receive(decision("note", text="Looked at again."))
    desk.review(hours=LATE)
    assert desk.verdicts() == before


def closed(line: Line) -> Line:
    """Most logs of a world are open for ever."""
    value = line["value"]
    ends = line["topic"] == Topic.INCIDENTS.value and isinstance(value, dict) and value.get("unit") is None
    return {**line, "value": value | {"status": "closed"}} if ends else line


@given(worlds())
@settings(max_examples=40, deadline=None, suppress_health_check=[*HealthCheck])
def test_whatever_is_purged_every_verdict_is_found_again_and_nothing_comes_back(
    new_desk: NewDesk, world: World
) -> None:
    """Of all incidents, purged or not: what is kept is judged anew, and the topics are read again."""
    desk = new_desk()
    desk.judge = store.judge_with(load_rulebook(), world.mappings)
    lines = [*map(closed, world.lines)]
    desk.receive(*lines)
    late = max(world.now, clock(LATE))
    desk.review(now=late)
    before = [*store.stored_verdicts(desk.engine)]
    done = Purged()
    for page in purge(desk.engine, desk.judge, Order(late, late, None, WHO, "the schedule")):
        done.incidents += page.incidents
        done.unlike += page.unlike
    event(f"{min(done.incidents, 2)} purged")
    assert done.unlike == []
    desk.receive(*lines)
    assert desk.review(now=late).taken == 0
    assert [
        each.failures for each in apply(desk.engine, desk.judge, "again", lambda: late, None) if each.failures
    ] == []
    assert [*store.stored_verdicts(desk.engine)] == before
