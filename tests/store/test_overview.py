"""What the overview counts."""

from collections import Counter
from datetime import date, datetime, timedelta

from monitor.store.overview import DELAYS, outcomes
from tests.builders import FORCE, REPORTED, Line, at, crime, heartbeat, incident, reason
from tests.store.desk import Desk

DUE_ON = date(2026, 1, 12)  # the Monday before the deadline


def filled(desk: Desk, *lines: Line, known: float = 60) -> Desk:
    desk.receive(*lines, heartbeat(known))
    desk.review(hours=60)
    return desk


def recorded(number: int, hours: float) -> tuple[Line, Line]:
    ref = f"R{number}"
    return incident(ref), crime(f"C{number}", incident_refs=[ref], recorded_at=at(hours))


def test_what_became_of_those_that_fell_due_is_counted_by_the_week(desk: Desk) -> None:
    filled(desk, *recorded(1, 3), *recorded(2, 30), incident("R3"), incident("R4", reported_at=at(-24 * 7)))
    assert outcomes(desk.engine, None).by_week == {
        DUE_ON: Counter(in_time=1, late=1, missing=1),
        DUE_ON - timedelta(weeks=1): Counter(missing=1),
    }


def test_what_is_not_due_yet_by_the_known_time_is_left_out(desk: Desk) -> None:
    filled(desk, incident("R1"), incident("R2", reported_at=at(-30)), known=20)
    assert outcomes(desk.engine, None).by_week == {DUE_ON: Counter(missing=1)}


def test_how_long_it_took_is_counted_by_groups(desk: Desk) -> None:
    hours = (0.5, 1, 1.01, 11, 24, 24.1, 50, 71, 90)
    lines = [line for number, each in enumerate(hours) for line in recorded(number, each)]
    desk.receive(*lines, heartbeat(200))
    desk.review(now=REPORTED + timedelta(hours=200))
    assert outcomes(desk.engine, None).by_delay == Counter({0: 2, 1: 1, 2: 1, 3: 1, 4: 1, 5: 2, len(DELAYS): 1})


def test_reasons_are_counted_by_whether_they_hold(desk: Desk) -> None:
    holds, fails = reason("contrary_evidence"), reason("contrary_evidence", rationale=None)
    filled(desk, *(incident(f"R{n}", no_crime_reason=each) for n, each in enumerate((holds, holds, fails))))
    assert outcomes(desk.engine, None).reasons == {"contrary_evidence": Counter(held=2, not_held=1)}


def test_a_log_that_is_judged_anew_counts_as_it_is_now(desk: Desk) -> None:
    filled(desk, incident("R1", no_crime_reason=reason("contrary_evidence")))
    desk.receive(*recorded(1, 3)[1:], incident("R1", revision=2))
    desk.review(hours=60)
    found = outcomes(desk.engine, None)
    assert (found.reasons, found.by_week) == ({}, {DUE_ON: Counter(in_time=1)})


def test_another_force_is_not_counted(desk: Desk) -> None:
    filled(desk, incident("R1"))
    assert outcomes(desk.engine, frozenset({FORCE})).by_week
    assert outcomes(desk.engine, frozenset({"elsewhere"})).by_week == {}
    assert outcomes(desk.engine, frozenset()).by_week == {}


def test_weeks_begin_on_monday(desk: Desk) -> None:
    sunday = datetime(2026, 1, 18, 23, 30, tzinfo=REPORTED.tzinfo)
    for number, due in enumerate((sunday, sunday + timedelta(hours=1))):
        desk.receive(incident(f"R{number}", reported_at=(due - timedelta(hours=24)).isoformat()))
    desk.receive(heartbeat(24 * 10))
    desk.review(now=REPORTED + timedelta(days=10))
    assert outcomes(desk.engine, None).by_week == {
        date(2026, 1, 12): Counter(missing=1),
        date(2026, 1, 19): Counter(missing=1),
    }
