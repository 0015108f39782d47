"""What the bureau's metrics count: the week's deadlines, findings, and who holds what is due soon."""

from typing import Any

import pytest
from sqlalchemy import Engine, text

from monitor.store.concern_counts import concern_counts
from monitor.store.engine import writing
from monitor.store.firing import firing_incidents
from monitor.store.schema_check import has_current_tables
from monitor.store.week import deadlines_of_the_week
from tests.builders import DEADLINE, FORCE, crime, heartbeat, incident
from tests.store.desk import Desk, clock

WEEK = 7 * 24


def test_the_week_counts_what_fell_due_by_what_became_of_it(desk: Desk) -> None:
    desk.receive(incident(), incident("INC-2"), incident("INC-3"), incident("INC-4", opening_type="nsir.alarm"))
    desk.receive(crime(), crime("C2", incident_refs=["INC-2"], recorded_at=clock(30).isoformat()))
    desk.review(hours=31)
    assert deadlines_of_the_week(desk.engine) == {
        (FORCE, "in_time", "high"): 1,
        (FORCE, "late", "high"): 1,
        (FORCE, "missing", "medium"): 1,
    }


@pytest.mark.parametrize(("hours", "counted"), [(23.9, 0), (24.1, 1), (24 + WEEK - 0.1, 1), (24 + WEEK + 0.1, 0)])
def test_what_is_not_due_yet_or_was_due_longer_ago_is_left_out(desk: Desk, hours: float, counted: int) -> None:
    desk.receive(incident(), crime())
    desk.review(hours=13)
    desk.receive(incident("OTHER", opening_type="nsir.alarm"))
    desk.review(hours=hours)
    assert deadlines_of_the_week(desk.engine).total() == counted


def test_the_week_ends_where_the_crime_feed_is_known(desk: Desk) -> None:
    desk.receive(incident(), crime(), heartbeat(23))
    desk.review(hours=40)
    assert deadlines_of_the_week(desk.engine).total() == 0
    desk.receive(heartbeat(25))
    desk.review(hours=40)
    assert deadlines_of_the_week(desk.engine).total() == 1


def test_findings_are_counted_and_leave_with_what_they_were_found_in(desk: Desk) -> None:
    closed: dict[str, Any] = {"status": "closed", "closed_at": clock(1).isoformat()}
    desk.receive(incident(**closed), incident("INC-2", **closed), incident("INC-3"))
    desk.review(hours=4)
    assert concern_counts(desk.engine).findings[FORCE, "closed_without_crime", "medium"] == 2

    desk.receive(crime())
    desk.review(hours=13)
    assert concern_counts(desk.engine).findings[FORCE, "closed_without_crime", "medium"] == 1


def test_what_is_due_soon_is_unattended_until_somebody_holds_it(desk: Desk) -> None:
    desk.receive(incident(), incident("INC-2"))
    desk.review(hours=21)
    assert concern_counts(desk.engine).unattended == {(FORCE, "medium"): 2}
    _hold(desk.engine, "INC-1", "'registrar-7'")
    assert concern_counts(desk.engine).unattended == {(FORCE, "medium"): 1}
    _hold(desk.engine, "INC-2", "NULL")  # put back
    assert concern_counts(desk.engine).unattended == {(FORCE, "medium"): 1}


def test_past_its_deadline_it_is_unrecorded_and_no_longer_due_soon(desk: Desk) -> None:
    desk.receive(incident(), incident("INC-2", reported_at=clock(1).isoformat()))
    desk.review(hours=26)
    counts = concern_counts(desk.engine)
    assert counts.unattended == {}
    assert counts.oldest == {(FORCE, "medium"): DEADLINE}


def test_firing_incidents_are_told_in_the_order_in_which_they_changed(desk: Desk) -> None:
    desk.receive(incident(), incident("INC-2", opening_type="nsir.alarm"))
    desk.review(hours=26)
    found = firing_incidents(desk.engine)
    assert [(each.ref, each.status, each.since, each.fires) for each in found] == [
        ("INC-1", "unrecorded", clock(26), True),
    ]

    desk.receive(crime())
    desk.review(hours=27)
    (resolved,) = firing_incidents(desk.engine, found[0].version)
    assert (resolved.ref, resolved.fires, resolved.since) == ("INC-1", False, clock(26))
    assert firing_incidents(desk.engine, resolved.version) == []
    assert firing_incidents(desk.engine) == []


def test_tables_of_another_version_are_told_from_ours(engine: Engine) -> None:
    assert has_current_tables(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert not has_current_tables(engine)


def _hold(engine: Engine, ref: str, holder: str) -> None:
    with writing(engine) as connection:
        row = f"'{FORCE}', '{ref}', {holder}, 1, 'supervisor-2', 1"
        connection.execute(
            text(f"INSERT INTO case_holders (force, ref, holder, since, given_by, changes) VALUES ({row})")
        )
