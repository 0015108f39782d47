"""Taking due cases for a review."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Row, Select, select, type_coerce

from monitor.store.alerts import AlertState
from monitor.store.bulk import Key
from monitor.store.instants import wall_clock
from monitor.store.tables import cases
from monitor.store.waiting import by_clock, by_event, by_known, forces_due

SHARE = 3  # of each batch a third is for the clock and a third for known time: no backlog of events delays a deadline

COLUMNS = (
    cases.c.force,
    cases.c.ref,
    type_coerce(cases.c.due_since, BigInteger).label("due_since"),
    cases.c.due_event_time,
    cases.c.review_at,
    cases.c.status,
    cases.c.severity,
    cases.c.alert,
    cases.c.open,
    cases.c.alert_changes,
    cases.c.firing_since,
    type_coerce(cases.c.judged_at, BigInteger).label("judged_at"),
    cases.c.content_digest,
    cases.c.meaning_digest,
)


class Taken(NamedTuple):
    """A case as it was before its review."""

    force: str
    ref: str
    due_since: int | None  # microseconds; None: no event has marked it
    due_event_time: datetime | None  # None: it is due by time only
    review_at: datetime | None
    told: AlertState
    open: bool
    judged_at: int | None  # microseconds
    content_digest: bytes | None
    meaning_digest: bytes | None

    @property
    def key(self) -> Key:
        return self.force, self.ref


def take(connection: Connection, now: datetime, limit: int, patience: timedelta) -> tuple[list[Taken], bool]:
    """Lock and read up to `limit` due cases that nobody else holds, by key; and whether there may be more.

    `patience`: what an event marked less than so long ago is left alone.
    """
    share = max(1, limit // SHARE)
    reached = forces_due(connection, now)
    each_force = max(1, share // max(1, len(reached)))
    queries = [(by_clock(now, *COLUMNS), share)]
    queries += [(by_known(force, up_to, *COLUMNS), each_force) for force, up_to in reached.items()]
    timely = [(connection.execute(_taking(query, most)).all(), most) for query, most in queries]
    rest = max(1, limit - sum(len(rows) for rows, _ in timely))
    marked = _marked(connection, rest, patience)
    found = {(row.force, row.ref): row for rows in (*(rows for rows, _ in timely), marked) for row in rows}
    more = len(marked) == rest or any(len(rows) == most for rows, most in timely)
    return [taken_of(found[key]) for key in sorted(found)], more


def _marked(connection: Connection, limit: int, patience: timedelta) -> Sequence[Row[Any]]:
    query = by_event(*COLUMNS)
    if not patience:
        return connection.execute(_taking(query, limit)).all()
    at = wall_clock()
    rows = connection.execute(_taking(query.where(cases.c.due_since <= at - patience), limit)).all()
    if len(rows) == limit:
        return rows
    by_another_clock = query.where(cases.c.due_since > at)  # one that was set back since
    return [*rows, *connection.execute(_taking(by_another_clock, limit - len(rows))).all()]


def take_one(connection: Connection, key: Key) -> Taken | None:
    """One case, due or not. It waits for whoever holds it, where the transaction writes."""
    query = select(*COLUMNS).where(cases.c.force == key[0], cases.c.ref == key[1])
    writes = connection.get_execution_options().get("writes")
    row = connection.execute(query.with_for_update() if writes else query).first()
    return taken_of(row) if row else None


def _taking(query: Select[Any], limit: int) -> Select[Any]:
    return query.limit(limit).with_for_update(of=cases, skip_locked=True)


def taken_of(row: Sequence[Any]) -> Taken:
    (force, ref, due_since, event_time, review_at, status, severity, alert, is_open, changes, firing_since,
     judged_at, content_digest, meaning_digest) = row  # fmt: skip
    told = AlertState(alert, status, severity, changes, firing_since)
    due_by = None if due_since is None else event_time
    return Taken(
        force, ref, due_since, due_by, review_at, told, bool(is_open), judged_at, content_digest, meaning_digest
    )
