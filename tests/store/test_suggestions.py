"""Suggestions in the store: computed from occasions, shown in the queue, gone once they are dealt with."""

from itertools import permutations
from typing import Any

import orjson
from sqlalchemy import select

from monitor import store
from monitor.compliance.conduct import courses
from monitor.rulebook import load_rulebook
from monitor.store.concerns import Concern, unpacked
from monitor.store.engine import reading, writing
from monitor.store.occasions import State, forget_occasions, occasions_of
from monitor.store.queue_tables import queue
from monitor.store.suggestion_tables import occasions, suggestions
from monitor.store.suggestions import bring_up_to_date
from tests.builders import FORCE, Line, crime, decision
from tests.compliance.test_conduct import VICTIM, quiet
from tests.store.desk import Desk, NewDesk, clock

RULEBOOK = load_rulebook()
LOGS = (quiet("A", 0), quiet("B", 30), quiet("C", 50))


def suggest(desk: Desk, seen: dict[str, State] | None = None) -> dict[str, State]:
    """As the worker does: judge, look, and judge what that bears on."""
    desk.review(hours=60)
    now = bring_up_to_date(desk.engine, RULEBOOK, seen or {})
    desk.review(hours=60)
    return now


def queued(desk: Desk) -> dict[str, bool]:
    """Of the rows in the queue, whether a course of conduct is suggested."""
    with reading(desk.engine) as connection:
        rows = connection.execute(select(queue.c.ref, queue.c.concerns).where(~queue.c.gone))
        return {ref: Concern.COURSE_OF_CONDUCT in unpacked(bits) for ref, bits in rows}


def earlier(desk: Desk) -> dict[str, list[str]]:
    return {row[1]: orjson.loads(row[3])["earlier"] for row in desk.rows(suggestions)}


def test_quiet_logs_come_into_the_queue_and_their_verdicts_stay(desk: Desk) -> None:
    desk.receive(*LOGS)
    desk.review(hours=60)
    before = desk.verdicts()
    assert queued(desk) == {}
    suggest(desk)
    assert queued(desk) == {"C": True}
    assert earlier(desk) == {"C": ["A", "B"]}
    assert desk.verdicts() == before
    assert {verdict["status"] for verdict in before.values()} == {"no_crime_expected"}
    assert desk.alerts() == []


def test_a_new_occasion_takes_the_place_of_the_last(desk: Desk) -> None:
    desk.receive(*LOGS[:2])
    seen = suggest(desk)
    assert queued(desk) == {"B": True}
    desk.receive(LOGS[2])
    suggest(desk, seen)
    assert queued(desk) == {"C": True}


def test_a_decision_takes_it_out_and_its_withdrawal_brings_it_back(desk: Desk) -> None:
    desk.receive(*LOGS)
    seen = suggest(desk)
    said = decision("no_crime", incident_ref="C", code="points_to_prove_not_met")
    desk.receive(said)
    seen = suggest(desk, seen)
    assert (queued(desk), earlier(desk)) == ({}, {})
    desk.receive(decision("withdraw", 31, incident_ref="C", withdraws=said["value"]["decision_id"]))
    suggest(desk, seen)
    assert queued(desk) == {"C": True}


def test_a_conduct_crime_takes_it_out(desk: Desk) -> None:
    desk.receive(*LOGS)
    seen = suggest(desk)
    offence = {"ho_code": "008/66", "category": "8L"}
    desk.receive(crime(incident_refs=["B"], offence=offence, victims=[{"person_key": VICTIM}]))
    suggest(desk, seen)
    assert not any(queued(desk).values())
    assert earlier(desk) == {}


def test_a_conduct_crime_that_no_log_is_linked_to_takes_it_out_too(desk: Desk) -> None:
    desk.receive(*LOGS)
    seen = suggest(desk)
    people: dict[str, Any] = {"victims": [{"person_key": VICTIM}], "incident_refs": []}
    desk.receive(crime(**people))
    seen = suggest(desk, seen)
    assert queued(desk) == {"C": True}, "an assault is none"
    desk.receive(crime("C2", offence={"ho_code": "008/66", "category": "8L"}, **people))
    suggest(desk, seen)
    assert (queued(desk), earlier(desk)) == ({}, {})


def test_what_was_suggested_goes_with_the_last_occasions_also_while_nobody_looked(desk: Desk) -> None:
    desk.receive(*LOGS)
    suggest(desk)
    with writing(desk.engine) as connection:
        forget_occasions(connection, [(FORCE, ref) for ref in "ABC"])
    suggest(desk, {})  # by a worker that has just started
    assert (queued(desk), earlier(desk)) == ({}, {})


def test_nothing_is_written_where_nothing_changed(desk: Desk) -> None:
    desk.receive(*LOGS)
    seen = suggest(desk)
    assert bring_up_to_date(desk.engine, RULEBOOK, seen) == seen
    assert desk.review(hours=60).taken == 0
    assert bring_up_to_date(desk.engine, RULEBOOK, {}) == seen  # as by another worker, which has seen nothing yet
    assert desk.review(hours=60).taken == 0


def test_in_any_order_and_any_split_it_is_the_same(new_desk: NewDesk) -> None:
    said = decision("no_crime", incident_ref="B", code="points_to_prove_not_met")
    lines: list[Line] = [*LOGS, said]
    for order in permutations(lines):
        desk, seen = new_desk(), dict[str, State]()
        for line in order:
            desk.receive(line)
            seen = suggest(desk, seen)
        assert (queued(desk), earlier(desk)) == ({"C": True}, {"C": ["A", "B"]})


def test_an_occasion_is_stored_as_it_is_judged(desk: Desk) -> None:
    desk.receive(*LOGS)
    desk.review(hours=60)
    with reading(desk.engine) as connection:
        (course,) = courses(occasions_of(connection, FORCE))
    assert [each.ref for each in (*course.earlier, course.last)] == ["A", "B", "C"]
    assert course.last.victims == {VICTIM}


def test_a_log_that_becomes_a_crime_is_no_occasion_any_more(desk: Desk) -> None:
    desk.receive(*LOGS)
    seen = suggest(desk)
    desk.receive(quiet("C", 50, revision=2, opening_type="crime.harassment"))
    suggest(desk, seen)
    assert [row[1] for row in desk.rows(occasions)] == ["A", "B"]
    assert queued(desk) == {"B": True}


def test_it_is_settled_by_the_review(desk: Desk) -> None:
    desk.receive(*LOGS)
    suggest(desk)
    assert store.unsettled(desk.engine, desk.ends(), clock(60)) == []
