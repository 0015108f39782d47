"""Writing what a review found: the case, its verdict, its history, its alert, the counts. One statement a table."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, update

from monitor.contract.topics import Topic
from monitor.store.alerts import alert_id, alert_message
from monitor.store.bulk import Row, add_up, insert_new, upsert
from monitor.store.causes import Cause, cause_of
from monitor.store.judging import Judged
from monitor.store.knowledge import Knowledge
from monitor.store.outbox import packed
from monitor.store.shapes import Failure, Kind
from monitor.store.tables import case_counts, cases, outbox, verdict_history, verdicts

PUT_OFF = timedelta(hours=1)  # what could not be judged


def record(
    connection: Connection,
    judged: Sequence[Judged],
    knowledge: Knowledge,
    known: dict[str, datetime | None],
    now: datetime,
    at: datetime,
) -> None:
    """`now` is the clock's time, `at` the machine's. All of it in one transaction, or none."""
    if not judged:
        return
    connection.execute(_CASE, [_case_row(each, at) for each in judged])
    told_anew = [each for each in judged if each.content_digest != each.taken.content_digest]
    upsert(connection, verdicts, [_verdict_row(each) for each in told_anew])
    causes = {each.taken.key: cause_of(each.taken, knowledge, now) for each in judged if each.differs or each.change}
    changed = [
        _history_row(each, causes[each.taken.key], known[each.taken.force], now) for each in judged if each.differs
    ]
    if changed:
        connection.execute(insert(verdict_history), changed)
    alerts = [_alert_row(each, causes[each.taken.key], now, at) for each in judged if each.change]
    insert_new(connection, outbox, alerts)
    _count(connection, judged)


def put_off(connection: Connection, failures: Sequence[Failure], now: datetime) -> None:
    """Looked at again in an hour, or at its next event. What was found before stands."""
    if failures:
        rows = [{"f": each.force, "r": each.incident_ref, "later": now + PUT_OFF} for each in failures]
        connection.execute(_PUT_OFF, rows)


_THIS = (cases.c.force == bindparam("f"), cases.c.ref == bindparam("r"))
_CASE = (
    update(cases)
    .where(*_THIS)
    .values(
        due_since=None,
        due_event_time=None,
        review_at=bindparam("look_again"),
        review_at_known=bindparam("look_again_known"),
        status=bindparam("now_status"),
        severity=bindparam("now_severity"),
        alert=bindparam("now_alert"),
        open=bindparam("now_open"),
        alert_changes=bindparam("changes"),
        firing_since=bindparam("since"),
        judged_at=bindparam("at"),
        content_digest=bindparam("content"),
        meaning_digest=bindparam("meaning"),
        failures=0,
    )
)
_PUT_OFF = (
    update(cases)
    .where(*_THIS)
    .values(
        due_since=None,
        due_event_time=None,
        review_at=bindparam("later"),
        review_at_known=None,
        failures=cases.c.failures + 1,
    )
)


def _case_row(judged: Judged, at: datetime) -> Row:
    told = judged.taken.told
    return {
        "f": judged.taken.force,
        "r": judged.taken.ref,
        "look_again": judged.review_at,
        "look_again_known": judged.review_at_known,
        "now_status": judged.verdict.status.value,
        "now_severity": judged.verdict.severity.value,
        "now_alert": judged.verdict.alert.value,
        "now_open": judged.open,
        "changes": judged.change.number if judged.change else told.changes,
        "since": judged.change.since if judged.change else told.firing_since,
        "at": at,
        "content": judged.content_digest,
        "meaning": judged.meaning_digest,
    }


def _verdict_row(judged: Judged) -> Row:
    return {"force": judged.taken.force, "ref": judged.taken.ref, "content": judged.content}


def _history_row(judged: Judged, cause: Cause, known: datetime | None, now: datetime) -> Row:
    return {
        **_verdict_row(judged),
        "at": now,
        "known": known,
        "cause": cause.kind,
        "cause_ref": cause.ref,
        "cause_revision": cause.revision,
    }


def _alert_row(judged: Judged, cause: Cause, now: datetime, at: datetime) -> Row:
    assert judged.change is not None
    return {
        "id": alert_id(judged.verdict, judged.change),
        "kind": Kind.ALERT.value,
        "topic": Topic.ALERTS.value,
        "key": f"{judged.taken.force}:{judged.taken.ref}".encode(),
        "value": alert_message(judged.verdict, judged.change, cause.as_dict(), now),
        "headers": packed([]),
        "created_at": at,
    }


def _count(connection: Connection, judged: Sequence[Judged]) -> None:
    """Moves each case from where it was counted to where it now stands."""
    moves: Counter[tuple[str, str, str, str, bool]] = Counter()
    for each in judged:
        told, verdict = each.taken.told, each.verdict
        if told.status and told.severity and told.alert:
            moves[each.taken.force, told.status, told.severity, told.alert, each.taken.open] -= 1
        moves[each.taken.force, verdict.status.value, verdict.severity.value, verdict.alert.value, each.open] += 1
    rows = [(*place, number) for place, number in sorted(moves.items()) if number]
    names = ("force", "status", "severity", "alert", "open", "cases")
    add_up(connection, case_counts, [dict(zip(names, row, strict=True)) for row in rows], "cases")
