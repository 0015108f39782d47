"""All cases in pages by key, for whoever goes through every one of them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, and_, false, func, or_, select, tuple_

from monitor.store.bulk import Key, keys
from monitor.store.tables import cases, known_times, verdicts
from monitor.store.taking import COLUMNS, Taken, taken_of

BEGINNING: Key = ("", "")


def take_page(
    connection: Connection, now: datetime, after: Key, force: str | None, limit: int
) -> list[tuple[Taken, bool]]:
    """The cases after this key, by key, each with whether it is due; locked, where the transaction writes."""
    known = select(known_times.c.known).where(known_times.c.force == cases.c.force).scalar_subquery()
    due = or_(cases.c.due_since.is_not(None), cases.c.review_at <= now, cases.c.review_at_known <= known)
    query = select(*COLUMNS, func.coalesce(due, false())).where(tuple_(cases.c.force, cases.c.ref) > after)
    if force is not None:
        query = query.where(cases.c.force == force)
    if connection.get_execution_options().get("writes"):
        query = query.with_for_update(of=cases)
    rows = connection.execute(query.order_by(cases.c.force, cases.c.ref).limit(limit))
    return [(taken_of(row[:-1]), bool(row[-1])) for row in rows]


def take_these(connection: Connection, wanted: Iterable[Key]) -> list[Taken]:
    """These cases, due or not, by key; locked, where the transaction writes."""
    these = keys(connection, wanted)
    same = and_(cases.c.force == these.c.force, cases.c.ref == these.c.name)
    query = select(*COLUMNS).select_from(these.join(cases, same)).order_by(cases.c.force, cases.c.ref)
    if connection.get_execution_options().get("writes"):
        query = query.with_for_update(of=cases)
    return [taken_of(row) for row in connection.execute(query)]


def verdicts_within(connection: Connection, wanted: Iterable[Key]) -> dict[Key, bytes]:
    """The stored verdicts (JSON) of these cases."""
    these = keys(connection, wanted)
    same = and_(verdicts.c.force == these.c.force, verdicts.c.ref == these.c.name)
    query = select(verdicts.c.force, verdicts.c.ref, verdicts.c.content).select_from(these.join(verdicts, same))
    return {(force, ref): content for force, ref, content in connection.execute(query)}
