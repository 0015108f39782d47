"""Which cases an event makes due: its own, and every one that depends on what it changed, however far away."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import CTE, Connection, Select, and_, func, select

from monitor.contract.topics import Topic
from monitor.store.arrivals import Arrival
from monitor.store.bulk import Asked, Insertion, Key
from monitor.store.tables import cases, dependencies

_MARK = Insertion(
    cases,
    ("force", "ref", "due_since", "due_event_time"),
    replace=("due_since", "due_event_time"),
    only_if=lambda case, new: case.due_since.is_(None),
)


def mark_due(connection: Connection, fresh: Sequence[Arrival], at: int) -> int:
    """Make the case of each new incident; mark it and all dependents. Answers how many were not due before.

    The dependencies of the fresh events must be in the database already. Rows are locked in the order of their keys.
    """
    if not fresh:
        return 0
    _in_turn(connection)
    times = _event_times(fresh)
    latest = max(each.broker_micros for each in fresh)
    waiting = _waiting(connection, {(each.key[0], each.touched) for each in fresh})
    new = {each.key for each in fresh if each.topic is Topic.INCIDENTS} - waiting.keys()
    idle = {key for key, is_due in waiting.items() if not is_due}
    _MARK.run(connection, [(*key, at, times.get(key, latest)) for key in sorted(new | idle)])
    return len(new) + len(idle)


def _in_turn(connection: Connection) -> None:
    """From here to its end, one merge at a time; SQLite has but one writer anyway.

    Two at once see nothing of each other: a crime record would not find the case of an incident that another worker is
    just merging, and a review between the two commits would judge it without the record, for good.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_TURN)


_TURN = select(func.pg_advisory_xact_lock(0x6D61726B_647565))  # a number of ours: "markdue"


def _event_times(fresh: Iterable[Arrival]) -> dict[Key, int]:
    """The broker time of the first event that bears on a node directly."""
    times: dict[Key, int] = {}
    for each in fresh:
        for node in each.bears_on:
            key = (each.key[0], node)
            times[key] = min(times.get(key, each.broker_micros), each.broker_micros)
    return times


def _waiting(connection: Connection, nodes: Iterable[Key]) -> dict[Key, bool]:
    """The cases that depend on these nodes, or are among them, each with whether it is due already.

    All are locked, those due already too: a review that is just taking one would else clear the mark unseen.
    """
    return {(force, ref): is_due for force, ref, is_due in _WAITING.of(connection, nodes)}


def _locked(these: CTE) -> Select[Any]:
    reached = _dependents(these)
    is_reached = and_(cases.c.force == reached.c.force, cases.c.ref == reached.c.name)
    query = select(cases.c.force, cases.c.ref, cases.c.due_since.is_not(None)).select_from(
        reached.join(cases, is_reached)
    )
    return query.order_by(cases.c.force, cases.c.ref).with_for_update(of=cases)


def _dependents(these: CTE) -> CTE:
    """These nodes and all from which they can be reached; UNION ends circles."""
    reached = select(these.c.force, these.c.name).cte("reached", recursive=True)
    leads_here = and_(dependencies.c.force == reached.c.force, dependencies.c.depends_on == reached.c.name)
    return reached.union(
        select(dependencies.c.force, dependencies.c.dependent).select_from(reached.join(dependencies, leads_here))
    )


_WAITING = Asked(_locked)
