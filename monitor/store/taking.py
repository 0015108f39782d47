"""Which cases are due: by the clock, by known time, or because an event marked them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Engine, Row, Select, and_, func, select, type_coerce

from monitor.rulebook.limits import HEARTBEAT_AHEAD
from monitor.store.alerts import AlertState
from monitor.store.bulk import Key
from monitor.store.engine import reading
from monitor.store.tables import cases, fences, known_times

SHARE = 3  # of each batch a third is for the clock and a third for known time: no backlog of events delays a deadline

MARKED: ColumnElement[bool] = cases.c.due_since.is_not(None)
_COLUMNS = (
    cases.c.force,
    cases.c.ref,
    cases.c.due_since,
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
_Select = Select[Any]


class Taken(NamedTuple):
    """A case as it was before its review."""

    force: str
    ref: str
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


def take(connection: Connection, now: datetime, limit: int) -> tuple[list[Taken], bool]:
    """Lock and read up to `limit` due cases that nobody else holds, by key; and whether there may be more."""
    share = max(1, limit // SHARE)
    timely = [connection.execute(_taking(query, share)).all() for query in (by_clock(now), by_known(now))]
    rest = max(1, limit - sum(map(len, timely)))
    marked = connection.execute(_taking(by_event(), rest)).all()
    found = {(row.force, row.ref): row for rows in (*timely, marked) for row in rows}
    more = len(marked) == rest or any(len(rows) == share for rows in timely)
    return [_taken(found[key]) for key in sorted(found)], more


def take_one(connection: Connection, key: Key) -> Taken | None:
    """One case, due or not. It waits for whoever holds it, where the transaction writes."""
    query = select(*_COLUMNS).where(cases.c.force == key[0], cases.c.ref == key[1])
    writes = connection.get_execution_options().get("writes")
    row = connection.execute(query.with_for_update() if writes else query).first()
    return _taken(row) if row else None


def by_event() -> _Select:
    return select(*_COLUMNS).where(MARKED).order_by(cases.c.due_since)


def by_clock(now: datetime) -> _Select:
    return select(*_COLUMNS).where(cases.c.review_at <= now).order_by(cases.c.review_at)


def by_known(now: datetime) -> _Select:
    """By the known times as they are stored."""
    reached = and_(cases.c.force == known_times.c.force, cases.c.review_at_known <= known_times.c.known)
    return select(*_COLUMNS).select_from(known_times.join(cases, reached)).where(cases.c.review_at_known <= now)


def is_due(connection: Connection, now: datetime, known: Mapping[str, datetime | None]) -> bool:
    """Whether anything is due at these known times, which may not be stored yet."""
    if connection.execute(by_event().limit(1)).first() or connection.execute(by_clock(now).limit(1)).first():
        return True
    reached = ((at, known.get(force)) for force, at in _earliest_at_known(connection).items())
    return any(up_to is not None and at <= min(up_to, now) for at, up_to in reached)


def next_due(engine: Engine, now: datetime) -> datetime | None:
    """When the clock alone next makes something due; in the past where something is due by time already."""
    with reading(engine) as connection:
        times = [connection.scalar(select(func.min(cases.c.review_at)))]
        ahead = connection.scalar(select(func.min(fences.c.as_of)).where(fences.c.as_of > now + HEARTBEAT_AHEAD))
        times.append(ahead and ahead - HEARTBEAT_AHEAD)
        earliest = _earliest_at_known(connection)
        times += [earliest.get(row.force) for row in connection.execute(select(known_times)) if _follows(row, earliest)]
    return min((time for time in times if time is not None), default=None)


def _follows(row: Row[Any], earliest: Mapping[str, datetime]) -> bool:
    """Whether known time reaches what the force waits for by the clock alone."""
    at = earliest.get(row.force)
    return at is not None and (not row.heard or (row.heartbeat is not None and at <= row.heartbeat))


def _earliest_at_known(connection: Connection) -> dict[str, datetime]:
    """The earliest known time that a case of each force waits for: one step in the index a force."""
    earliest = (
        select(func.min(cases.c.review_at_known))
        .where(cases.c.force == known_times.c.force, cases.c.review_at_known.is_not(None))
        .scalar_subquery()
    )
    rows = connection.execute(select(known_times.c.force, earliest))
    return {force: at for force, at in rows if at is not None}


def _taking(query: _Select, limit: int) -> _Select:
    return query.limit(limit).with_for_update(of=cases, skip_locked=True)


def _taken(row: Sequence[Any]) -> Taken:
    (force, ref, due_since, event_time, review_at, status, severity, alert, is_open, changes, firing_since,
     judged_at, content_digest, meaning_digest) = row  # fmt: skip
    told = AlertState(alert, status, severity, changes, firing_since)
    due_by = None if due_since is None else event_time
    return Taken(force, ref, due_by, review_at, told, bool(is_open), judged_at, content_digest, meaning_digest)
