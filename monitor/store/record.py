"""Writing what a review found: the case, its verdict, its history, its alert, the counts. One statement a table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, update

from monitor.contract.topics import Topic
from monitor.store.alerts import alert_id, alert_message
from monitor.store.bulk import Insertion, Row
from monitor.store.causes import Cause, cause_of
from monitor.store.crime_marks import note_rejected
from monitor.store.instants import optional_micros, to_micros
from monitor.store.judging import Judged
from monitor.store.knowledge import Knowledge
from monitor.store.occasions import note_occasions
from monitor.store.outbox import OUTBOX, packed
from monitor.store.queue import write_queue
from monitor.store.shapes import Failure, Kind
from monitor.store.tables import case_counts, cases, verdict_history, verdicts

PUT_OFF = timedelta(hours=1)  # what could not be judged

_CASE_KEY = ("force", "ref")
_FOUND = (
    "due_since", "due_event_time", "review_at", "review_at_known", "status", "severity", "alert", "open",
    "alert_changes", "firing_since", "deadline", "recorded_at", "reason", "judged_at", "content_digest",
    "meaning_digest", "failures",
)  # fmt: skip
_CASES = Insertion(cases, (*_CASE_KEY, *_FOUND), replace=_FOUND)
_VERDICTS = Insertion(verdicts, (*_CASE_KEY, "content"), replace=("content",))
_HISTORY = Insertion(verdict_history, (*_CASE_KEY, "at", "known", "cause", "cause_ref", "cause_revision", "content"))
_COUNTS = Insertion(case_counts, ("force", "status", "severity", "alert", "open", "cases"), add_to="cases")
_NO_HEADERS = packed([])


def record(
    connection: Connection,
    judged: Sequence[Judged],
    knowledge: Knowledge,
    known: Mapping[str, datetime | None],
    now: datetime,
    at: datetime,
    otherwise: Cause | None = None,
) -> None:
    """`now` is the clock's time, `at` the machine's. All of it in one transaction, or none."""
    wall, clock = to_micros(at), to_micros(now)
    known_micros = {force: optional_micros(time) for force, time in known.items()}
    news = [each for each in judged if each.differs or each.change]
    causes = {each.taken.key: cause_of(each.taken, knowledge, now, otherwise) for each in news}
    _CASES.run(connection, [_case_row(each, wall) for each in judged])
    _VERDICTS.run(connection, [(*each.taken.key, each.content) for each in judged if each.reads_otherwise])
    _HISTORY.run(
        connection,
        [
            _history_row(each, causes[each.taken.key], known_micros[each.taken.force], clock)
            for each in judged
            if each.differs
        ],
    )
    OUTBOX.run(connection, [_alert_row(each, causes[each.taken.key], now, wall) for each in judged if each.change])
    _COUNTS.run(connection, _count_rows(judged))
    note_occasions(connection, judged)
    note_rejected(connection, [each.taken.key for each in judged], knowledge.holdings)
    write_queue(connection, judged, knowledge)


def put_off(connection: Connection, failures: Sequence[Failure], now: datetime) -> None:
    """Looked at again in an hour, or at its next event. What was found before stands."""
    if failures:
        rows = [{"f": each.force, "r": each.incident_ref, "later": now + PUT_OFF} for each in failures]
        connection.execute(_PUT_OFF, rows)


_PUT_OFF = (
    update(cases)
    .where(cases.c.force == bindparam("f"), cases.c.ref == bindparam("r"))
    .values(
        due_since=None,
        due_event_time=None,
        review_at=bindparam("later"),
        review_at_known=None,
        failures=cases.c.failures + 1,
    )
)


def _case_row(judged: Judged, wall: int) -> Row:
    taken, verdict, change = judged.taken, judged.verdict, judged.change
    return (
        taken.force,
        taken.ref,
        None,
        None,
        optional_micros(judged.review_at),
        optional_micros(judged.review_at_known),
        verdict.status.value,
        verdict.severity.value,
        verdict.alert.value,
        judged.open,
        change.number if change else taken.told.changes,
        optional_micros(change.since if change else taken.told.firing_since),
        to_micros(verdict.deadline),
        optional_micros(verdict.recorded_at),
        judged.reason,
        wall,
        judged.content_digest,
        judged.meaning_digest,
        0,
    )


def _history_row(judged: Judged, cause: Cause, known: int | None, clock: int) -> Row:
    return *judged.taken.key, clock, known, cause.kind, cause.ref, cause.revision, judged.content


def _alert_row(judged: Judged, cause: Cause, now: datetime, wall: int) -> Row:
    assert judged.change is not None
    name, content = (
        alert_id(judged.verdict, judged.change),
        alert_message(judged.verdict, judged.change, cause.as_dict(), now),
    )
    key = f"{judged.taken.force}:{judged.taken.ref}".encode()
    return name, Kind.ALERT.value, Topic.ALERTS.value, key, content, _NO_HEADERS, wall


def _count_rows(judged: Sequence[Judged]) -> list[Row]:
    """Moves each case from where it was counted to where it now stands."""
    moves: Counter[tuple[str, str, str, str, bool]] = Counter()
    for each in judged:
        told, verdict = each.taken.told, each.verdict
        if told.status and told.severity and told.alert:
            moves[each.taken.force, told.status, told.severity, told.alert, each.taken.open] -= 1
        moves[each.taken.force, verdict.status.value, verdict.severity.value, verdict.alert.value, each.open] += 1
    return [(*place, number) for place, number in sorted(moves.items()) if number]
