"""Which cases an event makes due: its own, and every one that depends on what it changed, however far away."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CTE, Connection, and_, bindparam, select, update

from monitor.contract.topics import Topic
from monitor.store.arrivals import Arrival
from monitor.store.bulk import Key, insert_new, keys
from monitor.store.tables import cases, dependencies


def mark_due(connection: Connection, fresh: Iterable[Arrival], at: datetime) -> int:
    """Make the case of each new incident; mark it and all dependents. Answers how many were not due before.

    The dependencies of the fresh events must be in the database already. Rows are locked in the order of their keys.
    """
    fresh = list(fresh)
    if not fresh:
        return 0
    times = _event_times(fresh)
    latest = max(each.broker_time for each in fresh)
    waiting = _waiting(connection, {(each.key[0], each.touched) for each in fresh})
    new = {each.key for each in fresh if each.topic is Topic.INCIDENTS} - waiting.keys()
    rows = [{"force": key[0], "ref": key[1], "due_since": at, "due_event_time": times[key]} for key in sorted(new)]
    insert_new(connection, cases, rows)
    idle = sorted(key for key, due_since in waiting.items() if due_since is None)
    if idle:
        marks = [{"f": key[0], "r": key[1], "at": at, "event": times.get(key, latest)} for key in idle]
        connection.execute(_MARK, marks)
    return len(new) + len(idle)


_MARK = (
    update(cases)
    .where(cases.c.force == bindparam("f"), cases.c.ref == bindparam("r"))
    .values(due_since=bindparam("at"), due_event_time=bindparam("event"))
)


def _event_times(fresh: Iterable[Arrival]) -> dict[Key, datetime]:
    """The broker time of the first event that bears on a node directly."""
    times: dict[Key, datetime] = {}
    for each in fresh:
        for node in each.bears_on:
            key = (each.key[0], node)
            times[key] = min(times.get(key, each.broker_time), each.broker_time)
    return times


def _waiting(connection: Connection, nodes: Iterable[Key]) -> dict[Key, datetime | None]:
    """The cases that depend on these nodes, or are among them, each with since when it is due already.

    All are locked, those due already too: a review that is just taking one would else clear the mark unseen.
    """
    reached = _dependents(connection, nodes)
    is_reached = and_(cases.c.force == reached.c.force, cases.c.ref == reached.c.name)
    query = select(cases.c.force, cases.c.ref, cases.c.due_since).select_from(reached.join(cases, is_reached))
    query = query.order_by(cases.c.force, cases.c.ref).with_for_update(of=cases)
    return {(force, ref): due_since for force, ref, due_since in connection.execute(query)}


def _dependents(connection: Connection, nodes: Iterable[Key]) -> CTE:
    """These nodes and all from which they can be reached; UNION ends circles."""
    these = keys(connection, nodes)
    reached = select(these.c.force, these.c.name).cte("reached", recursive=True)
    leads_here = and_(dependencies.c.force == reached.c.force, dependencies.c.depends_on == reached.c.name)
    return reached.union(
        select(dependencies.c.force, dependencies.c.dependent).select_from(reached.join(dependencies, leads_here))
    )
