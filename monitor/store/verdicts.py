"""Questions to the store: verdicts, their history, and whether anything is still awaited."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, Engine, select, tuple_

from monitor.store.bulk import Key
from monitor.store.engine import reading
from monitor.store.progress import read_progress
from monitor.store.scope import Scope, within
from monitor.store.shapes import BrokerEnds, Change, Places
from monitor.store.standings import advanced, fences_not_passed
from monitor.store.stops import read_stops
from monitor.store.tables import verdict_history, verdicts
from monitor.store.waiting import is_due, is_reached

PAGE = 1000


def stored_verdicts(engine: Engine, force: str | None = None) -> Iterator[bytes]:
    """JSON as `assess` prints it, by force and ref. Read in pages: a slow reader holds up nobody."""
    after = ("", "")
    while page := _page(engine, force, after):
        yield from (content for _, _, content in page)
        after = page[-1][:2]


def verdicts_after(engine: Engine, scope: Scope, after: Key, limit: int) -> list[tuple[Key, bytes]]:
    """JSON, by force and ref."""
    query = select(verdicts.c.force, verdicts.c.ref, verdicts.c.content)
    query = query.where(within(verdicts.c.force, scope), tuple_(verdicts.c.force, verdicts.c.ref) > after)
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(verdicts.c.force, verdicts.c.ref).limit(limit))
        return [((row.force, row.ref), row.content) for row in rows]


def _page(engine: Engine, force: str | None, after: tuple[str, str]) -> list[tuple[str, str, bytes]]:
    query = select(verdicts.c.force, verdicts.c.ref, verdicts.c.content)
    query = query.where(tuple_(verdicts.c.force, verdicts.c.ref) > after).order_by(verdicts.c.force, verdicts.c.ref)
    if force is not None:
        query = query.where(verdicts.c.force == force)
    with reading(engine) as connection:
        return [(row.force, row.ref, row.content) for row in connection.execute(query.limit(PAGE))]


def history(engine: Engine, force: str, incident_ref: str, after: int = 0, limit: int | None = None) -> list[Change]:
    """How the verdict on one incident came about, the first change after that number first."""
    changes = verdict_history.c
    ours = (changes.force == force, changes.ref == incident_ref, changes.number > after)
    query = select(verdict_history).where(*ours).order_by(changes.number).limit(limit)
    with reading(engine) as connection:
        return [
            Change(row.number, row.at, row.known, row.cause, row.cause_ref, row.cause_revision, row.content)
            for row in connection.execute(query)
        ]


def unsettled(engine: Engine, ends: Places, now: datetime) -> list[str]:
    """What is still awaited, in sentences; none where all is merged and judged.

    `ends`: the end offsets of all partitions of all input topics, as they are to be merged.
    """
    with reading(engine) as connection:
        waiting = _not_merged(connection, ends)
        moved = advanced(connection, BrokerEnds(ends, now), now)
        if fences := fences_not_passed(connection):
            waiting.append(f"{fences} heartbeats wait until the crime records before them are merged")
        if any(each.after.heard != each.before.heard for each in moved):
            waiting.append("a first heartbeat is not taken into account yet")
        known = {each.after.force: each.after.known for each in moved}
        if is_due(connection, now) or is_reached(connection, now, known):
            waiting.append("incidents are due for review")
    return waiting


def _not_merged(connection: Connection, ends: Places) -> list[str]:
    places = read_progress(connection)
    held = {place for place, stop in read_stops(connection).items() if stop.held_from is not None}
    reached = {at: places[at].next_offset if at in places else 0 for at in ends}
    return [
        f"{topic.value}, partition {number}: merged up to {reached[topic, number]} of {end}"
        + (", and stopped: see `monitor dead-letters list`" if (topic, number) in held else "")
        for (topic, number), end in sorted(ends.items())
        if reached[topic, number] < end
    ]
