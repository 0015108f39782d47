"""What a store that is made anew from the topics takes over from the one before.

Whatever does not come from topics: the audit log, casework, sessions, history, what was sent, what was purged. Where
each alert stands, so that nothing is told again. And events that the topics do not hold any more.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Table, and_, delete, func, insert, select

from monitor.contract.codec import Decoded, Unreadable, read_event
from monitor.contract.topics import Topic
from monitor.store import desk_tables, letter_tables, tables, upkeep_tables
from monitor.store.arrivals import INSERTIONS, arrivals, digest
from monitor.store.bulk import Insertion, Key, keys
from monitor.store.decisions import HERE
from monitor.store.due import mark_due
from monitor.store.engine import reading, writing
from monitor.store.instants import Instant, optional_micros, to_micros, wall_clock
from monitor.store.merge import take_in
from monitor.store.purged import CONDENSED
from monitor.store.shapes import Received
from monitor.store.tables import cases, dependencies, metadata

PAGE = 2000
_FROM_TOPICS = {
    "incident_revisions", "crime_revisions", "decisions", "dependencies", "cases", "person_logs", "progress", "feeds",
    "fences", "occasions", "suggestions", "crime_marks",
}  # fmt: skip
_OF_THE_OLD_STORE = {"presences"}
_FOUND_ANEW = {"due_since", "due_event_time", "review_at", "review_at_known", "failures"}  # of a case
_TOLD = tuple(column.name for column in cases.c if column.name not in _FOUND_ANEW)
_CASES = Insertion(cases, _TOLD, replace=_TOLD[2:])
_DEPENDENCIES = Insertion(dependencies, ("force", "dependent", "depends_on"))


def carry_over(old: Engine, fresh: Engine) -> None:
    """All that does not come from topics. Before anything is merged, so that nothing of it is sent or kept twice."""
    for table in metadata.sorted_tables:
        if table.name not in _FROM_TOPICS | _OF_THE_OLD_STORE:
            _copy(old, fresh, table)
    for topic in (Topic.INCIDENTS, Topic.CRIME_RECORDS):
        for rows in _pages(old, INSERTIONS[topic].table, CONDENSED):
            _keep_condensed(fresh, topic, rows)
    for rows in _pages(old, tables.decisions, HERE):
        _take_in(fresh, Topic.DECISIONS, rows)


def carry_alerts(old: Engine, fresh: Engine) -> None:
    """Where each case stood and what was told of it. After everything is merged, and before anything is judged."""
    instants = [isinstance(cases.c[name].type, Instant) for name in _TOLD]
    for rows in _pages(old, cases):
        told = [[row._mapping[name] for name in _TOLD] for row in rows]
        with writing(fresh) as connection:
            _CASES.run(
                connection,
                [
                    tuple(optional_micros(value) if at else value for value, at in zip(row, instants, strict=True))
                    for row in told
                ],
            )


def carry_missing(old: Engine, fresh: Engine) -> tuple[int, int]:
    """Events that are in no topic any more: how many were taken over, and how many cannot be read and were not."""
    taken = unreadable = 0
    for topic, insertion in INSERTIONS.items():
        for rows in _pages(old, insertion.table):
            missing = _missing(fresh, topic, rows)
            whole = [row for row in missing if digest(row.content) == row.digest and _decoded(topic, row)]
            _take_in(fresh, topic, whole)
            taken, unreadable = taken + len(whole), unreadable + len(missing) - len(whole)
    return taken, unreadable


def fingerprint(connection: Connection) -> Sequence[Any]:
    """The same as long as nobody has written anything that would have had to be carried over."""
    letters, holders = letter_tables.dead_letters.c, desk_tables.case_holders.c
    counted = (
        select(
            func.count(tables.outbox.c.number), func.max(tables.outbox.c.number), func.count(tables.outbox.c.sent_at)
        ),
        select(func.max(tables.verdict_history.c.number)),
        select(func.count(letters.id), func.sum(letters.changes)),
        select(func.count(holders.ref), func.sum(holders.changes)),
        select(func.count()).select_from(tables.decisions),
        select(func.count()).select_from(upkeep_tables.purged_revisions),
    )
    whole = (tables.progress, letter_tables.letter_stops, desk_tables.audit_heads)
    return [
        *(tuple(connection.execute(query).one()) for query in counted),
        *(sorted(map(repr, connection.execute(select(table)))) for table in whole),
    ]


def _pages(engine: Engine, table: Table, partition: int | None = None) -> Iterator[Sequence[Any]]:
    """In the order of its key; in one transaction, for nobody else writes."""
    query = select(table).order_by(*table.primary_key)
    if partition is not None:
        query = query.where(table.c.partition == partition)
    with reading(engine) as connection:
        rows = iter(connection.execution_options(yield_per=PAGE).execute(query))
        while page := [*islice(rows, PAGE)]:
            yield page


def _copy(old: Engine, fresh: Engine, table: Table) -> None:
    with writing(fresh) as connection:
        if connection.execute(select(table).limit(1)).first():  # what a migration put there
            connection.execute(delete(table))
    for rows in _pages(old, table):
        with writing(fresh) as connection:
            connection.execute(insert(table), [dict(row._mapping) for row in rows])
    numbered = table.autoincrement_column
    if numbered is not None and fresh.dialect.name == "postgresql":
        with writing(fresh) as connection:
            sequence = func.pg_get_serial_sequence(table.name, numbered.name)
            connection.execute(select(func.setval(sequence, select(func.max(numbered)).scalar_subquery())))


def _keep_condensed(fresh: Engine, topic: Topic, rows: Iterable[Any]) -> None:
    """Not as if it had come from a topic: nobody is to be found by who is named there."""
    made = arrivals([received for row in rows if (received := _received(topic, row))])
    at = to_micros(wall_clock())
    with writing(fresh) as connection:
        INSERTIONS[topic].run(connection, sorted(each.row(at) for each in made))
        pairs = {(each.key[0], *pair) for each in made for pair in each.dependencies}
        _DEPENDENCIES.run(connection, sorted(pairs))
        mark_due(connection, made, at)


def _take_in(fresh: Engine, topic: Topic, rows: Iterable[Any]) -> None:
    received = [message for row in rows if (message := _received(topic, row))]
    if received:
        with writing(fresh) as connection:
            take_in(connection, arrivals(received), Counter(), to_micros(wall_clock()))


def _received(topic: Topic, row: Any) -> Received | None:
    decoded = _decoded(topic, row)
    return Received(topic, row.partition, row.offset, row.broker_time, decoded) if decoded else None


def _decoded(topic: Topic, row: Any) -> Decoded | None:
    try:
        return Decoded(read_event(topic, orjson.loads(row.content)), row.content)
    except (Unreadable, orjson.JSONDecodeError):
        return None


def _missing(fresh: Engine, topic: Topic, rows: Sequence[Any]) -> list[Any]:
    table = INSERTIONS[topic].table
    name = "decision_id" if topic is Topic.DECISIONS else "ref"
    wanted: set[Key] = {(row.force, row._mapping[name]) for row in rows}
    with reading(fresh) as connection:
        these = keys(connection, wanted)
        matches = and_(table.c.force == these.c.force, table.c[name] == these.c.name)
        query = select(table.c.force, table.c[name], table.c.digest).select_from(these.join(table, matches))
        known = {tuple(row) for row in connection.execute(query)}
    return [row for row in rows if (row.force, row._mapping[name], row.digest) not in known]
