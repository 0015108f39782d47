"""Two workers review at once, which only PostgreSQL lets them: what one does between two statements of the other."""

from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine, event

from monitor.store import BrokerEnds, history, review_due
from monitor.store.engine import store_at
from monitor.store.reassess import apply
from tests.builders import FORCE, crime, decision, heartbeat, incident
from tests.postgres import Postgres
from tests.store.desk import JUDGE, Desk, clock, pure_verdicts

MOVES_KNOWN_TIMES, TAKES_CASES = "UPDATE known_times", "FOR UPDATE OF cases SKIP LOCKED"
MARKS_CASES = "pg_advisory_xact_lock"
NOTES_PROGRESS = "INSERT INTO progress"  # near the end of a merge


@pytest.fixture
def desks(postgres: Postgres) -> Iterator[tuple[Desk, Desk]]:
    url = postgres.fresh()
    one, other = store_at(url), store_at(url)
    yield Desk(one), Desk(other)
    one.dispose()
    other.dispose()


def test_known_time_does_not_fall_to_what_the_slower_review_had_read(desks: tuple[Desk, Desk]) -> None:
    desk, other = desks
    desk.receive(incident(), heartbeat(5))
    desk.review(hours=30)
    desk.receive(heartbeat(8))

    def overtake() -> None:
        other.receive(heartbeat(10))
        other.review(hours=30)

    before(desk.engine, MOVES_KNOWN_TIMES, overtake)
    desk.review(hours=30)
    assert desk.known() == clock(10)
    assert (desk.status(), desk.verdicts()["INC-1"]["next_review_at"]) == assessed_with(10)


def test_a_first_heartbeat_heard_meanwhile_bears_on_what_the_slower_review_judges(desks: tuple[Desk, Desk]) -> None:
    desk, other = desks
    desk.receive(incident())

    def overtake() -> None:
        other.receive(heartbeat(10))
        other.review(hours=30)

    before(desk.engine, MOVES_KNOWN_TIMES, overtake)
    desk.review(hours=30)
    assert (desk.known(), desk.status(), desk.changes()) == (clock(10), "feed_behind", [])


def test_a_first_heartbeat_heard_meanwhile_bears_on_cases_that_the_other_did_not_come_to(
    desks: tuple[Desk, Desk],
) -> None:
    """The clock stands, so that the slower review has nothing to write of known times, and finds nothing changed."""
    desk, other = desks
    desk.receive(incident("INC-1"))
    desk.review(hours=30)
    desk.receive(incident("INC-2"), incident("INC-3"), incident("INC-4"))

    def overtake() -> None:
        other.receive(heartbeat(10))
        at = clock(30)
        assert review_due(other.engine, JUDGE, at, BrokerEnds(other.ends(), at), limit=1).taken == 1

    before(desk.engine, TAKES_CASES, overtake)
    desk.review(hours=30)
    assert {each["status"] for each in desk.verdicts().values()} == {"feed_behind"}


def test_a_merge_waits_for_no_review_that_waits_for_it(desks: tuple[Desk, Desk]) -> None:
    """The review hears the first heartbeat of the force, and marks all of its cases; the merge has marked one."""
    desk, other = desks
    desk.receive(incident())
    desk.review(hours=5)
    desk.receive(heartbeat(4))
    beside = Thread(target=lambda: other.review(hours=6))

    def begin_the_review() -> None:
        beside.start()
        beside.join(0.5)  # it waits for the case

    before(desk.engine, "known_times", begin_the_review)
    desk.receive(incident(revision=2))
    beside.join()
    assert desk.known() == clock(4)


def test_an_event_that_waited_for_a_review_is_what_made_the_next_verdict_change(desks: tuple[Desk, Desk]) -> None:
    desk, other = desks
    desk.receive(incident())
    desk.review(hours=30)

    def review_beside() -> None:
        other.receive(decision("note", text="Rang back."))
        assert other.review(hours=30).taken == 1

    before(desk.engine, MARKS_CASES, review_beside)
    desk.receive(crime())
    desk.review(hours=31)
    assert [each.cause for each in history(desk.engine, FORCE, "INC-1")] == ["incidents", "crime-records"]
    assert [alert["caused_by"]["ref"] for alert in desk.alerts()] == ["INC-1", "C1"]


def test_other_rules_are_applied_at_the_time_at_which_a_case_is_had(desks: tuple[Desk, Desk]) -> None:
    """Not at which it was asked for: what a review has found meanwhile would be taken back."""
    desk, other = desks
    desk.receive(incident())
    desk.review(hours=1)
    now = [clock(23.9)]

    def review_beside() -> None:
        other.review(hours=24.2)
        now.append(clock(24.3))

    before(desk.engine, "FOR UPDATE OF cases", review_beside)
    assert [each.taken for each in apply(desk.engine, JUDGE, "2027/28", lambda: now[-1], None)] == [1]
    assert (desk.status(), desk.changes()) == ("unrecorded", ["raised"])


def test_a_case_of_a_force_that_is_new_meanwhile_is_judged(desks: tuple[Desk, Desk]) -> None:
    desk, other = desks
    desk.receive(incident())

    def merge_beside() -> None:
        other.receive(incident("INC-2", force="synthetic-southmoor"))

    before(desk.engine, TAKES_CASES, merge_beside)
    assert desk.review(hours=30).failures == []
    assert {each["incident_ref"]: each["status"] for each in desk.verdicts().values()} == {
        "INC-1": "unrecorded",
        "INC-2": "unrecorded",
    }


def assessed_with(hours: float) -> tuple[Any, Any]:
    """Status and next review as one review alone finds them, by the rules of known time."""
    ((_, verdict),) = pure_verdicts([incident(), heartbeat(hours)], clock(30)).items()
    return verdict["status"], verdict["next_review_at"]


def before(engine: Engine, part: str, do: Callable[[], None]) -> None:
    """Once, before the first statement that has this in it."""
    done: list[str] = []

    def look(_: Any, __: Any, statement: str, *___: Any) -> None:
        if part in statement and not done:
            done.append(statement)
            do()

    event.listen(engine, "before_cursor_execute", look)


def test_a_crime_record_that_is_merged_beside_its_incident_is_not_missed(desks: tuple[Desk, Desk]) -> None:
    """Neither merge sees the other's rows: the one that comes second must find what the first has made due."""
    desk, other = desks
    desk.receive(incident("INC-0", opening_type="nsir.alarm"), crime("C0", incident_refs=[]))

    def merge_and_review() -> None:
        other.receive(incident())
        other.review(hours=30)

    beside = Thread(target=merge_and_review)

    def begin_the_other() -> None:
        beside.start()
        beside.join(1)  # it ends now, or waits until this one is committed

    before(desk.engine, NOTES_PROGRESS, begin_the_other)
    desk.receive(crime())
    beside.join()
    desk.review(hours=30)
    assert (desk.verdicts()["INC-1"]["status"], desk.changes()) == ("recorded_in_time", [])
