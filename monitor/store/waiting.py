"""What cases wait for: an event has marked them, or they wait for a time of the clock or a known time.

Each query goes along an index of what is due. None looks at every case.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, func, select

from monitor.rulebook.limits import HEARTBEAT_AHEAD
from monitor.store.engine import reading
from monitor.store.tables import cases, fences, known_times

MARKED: ColumnElement[bool] = cases.c.due_since.is_not(None)


def by_event(*columns: Any) -> Select[Any]:
    return select(*columns).where(MARKED).order_by(cases.c.due_since)


def by_clock(now: datetime, *columns: Any) -> Select[Any]:
    return select(*columns).where(cases.c.review_at <= now).order_by(cases.c.review_at)


def by_known(force: str, up_to: datetime, *columns: Any) -> Select[Any]:
    """One force at a time: SQLite would else look at each case that waits, and a great force starve the rest."""
    reached = (cases.c.force == force, cases.c.review_at_known <= up_to)
    return select(*columns).where(*reached).order_by(cases.c.review_at_known)


def forces_due(connection: Connection, now: datetime) -> dict[str, datetime]:
    """The forces with cases that known time has reached, by the known times as they are stored: up to when."""
    waiting = _waiting(connection)
    return _reached(waiting, {row.force: row.known for row in waiting}, now)


def is_due(connection: Connection, now: datetime) -> bool:
    """Whether anything is due by an event or by the clock."""
    either = (by_event(cases.c.ref), by_clock(now, cases.c.ref))
    return any(connection.execute(query.limit(1)).first() for query in either)


def is_reached(connection: Connection, now: datetime, known: Mapping[str, datetime | None]) -> bool:
    """Whether anything is due at these known times, which may not be stored yet."""
    return bool(_reached(_waiting(connection), known, now))


def next_due(engine: Engine, now: datetime) -> datetime | None:
    """When the clock alone next makes something due; in the past where something is due by time already."""
    with reading(engine) as connection:
        times = [connection.scalar(select(func.min(cases.c.review_at)).where(cases.c.review_at.is_not(None)))]
        ahead = connection.scalar(select(func.min(fences.c.as_of)).where(fences.c.as_of > now + HEARTBEAT_AHEAD))
        times.append(ahead and ahead - HEARTBEAT_AHEAD)
        times += [row.earliest for row in _waiting(connection) if _follows(row)]
    return min((time for time in times if time is not None), default=None)


def _follows(row: Row[Any]) -> bool:
    """Whether known time reaches what the force waits for by the clock alone."""
    return not row.heard or (row.heartbeat is not None and row.earliest <= row.heartbeat)


def _reached(waiting: Iterable[Row[Any]], known: Mapping[str, datetime | None], now: datetime) -> dict[str, datetime]:
    bounds = {force: min(up_to, now) for force, up_to in known.items() if up_to is not None}
    return {
        row.force: bounds[row.force] for row in waiting if row.force in bounds and row.earliest <= bounds[row.force]
    }


def _waiting(connection: Connection) -> Sequence[Row[Any]]:
    """The forces whose cases wait for a known time, and the `earliest` of those: one step in the index a force."""
    return [row for row in connection.execute(_FORCES) if row.earliest is not None]


_EARLIEST = (
    select(func.min(cases.c.review_at_known))
    .where(cases.c.force == known_times.c.force, cases.c.review_at_known.is_not(None))
    .scalar_subquery()
)
_FORCES = select(known_times, _EARLIEST.label("earliest"))
