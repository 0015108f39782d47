"""Other logs of the force that name the same victim, suspect or place."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, and_, func, select

from monitor.contract.codec import Unreadable, read_event
from monitor.contract.events import IncidentSnapshot
from monitor.contract.topics import Topic
from monitor.store.bulk import Key, keys
from monitor.store.persons import Shared, named_by, shared_with
from monitor.store.tables import incident_revisions, verdicts

MOST_NAMED = 20  # persons and places of one log that are looked up
MOST = 50  # other logs


@dataclass(frozen=True, slots=True)
class OtherLog:
    log: IncidentSnapshot  # as it stands
    shared: tuple[Shared, ...]  # what both name
    verdict: bytes | None  # JSON


def other_logs(connection: Connection, case: Key, logs: Iterable[IncidentSnapshot]) -> list[OtherLog]:
    """Those that name whom or what any of these revisions named; the last reported first."""
    named = sorted({each for log in logs for each in named_by(log)})[:MOST_NAMED]
    shared: dict[str, list[Shared]] = defaultdict(list)
    for each in shared_with(connection, case, named):
        shared[each.ref].append(each)
    refs = sorted(shared, reverse=True)[:MOST]
    judged = _verdicts(connection, case[0], refs)
    found = [
        OtherLog(log, tuple(shared[log.incident_ref]), judged.get(log.incident_ref))
        for log in _logs(connection, case[0], refs)
    ]
    return sorted(found, key=lambda each: each.log.reported_at, reverse=True)


def _verdicts(connection: Connection, force: str, refs: Iterable[str]) -> dict[str, bytes]:
    these = keys(connection, [(force, ref) for ref in refs])
    matches = and_(verdicts.c.force == these.c.force, verdicts.c.ref == these.c.name)
    rows = connection.execute(select(verdicts.c.ref, verdicts.c.content).select_from(these.join(verdicts, matches)))
    return {row.ref: row.content for row in rows}


def _logs(connection: Connection, force: str, refs: Iterable[str]) -> Iterator[IncidentSnapshot]:
    """The standing revision of each that can still be read."""
    these, table = keys(connection, [(force, ref) for ref in refs]), incident_revisions
    other = table.alias("other")
    same = and_(other.c.force == table.c.force, other.c.ref == table.c.ref)
    highest = select(func.max(other.c.revision)).where(same).correlate(table).scalar_subquery()
    matches = and_(table.c.force == these.c.force, table.c.ref == these.c.name, table.c.revision == highest)
    standing: dict[str, tuple[IncidentSnapshot, bytes]] = {}
    for content in connection.scalars(select(table.c.content).select_from(these.join(table, matches))):
        log = _read(content)
        if log and (log.incident_ref not in standing or _order(log, content) > _order(*standing[log.incident_ref])):
            standing[log.incident_ref] = (log, content)
    return (log for log, _ in standing.values())


def _order(log: IncidentSnapshot, content: bytes) -> tuple[object, ...]:
    """Of two snapshots with one revision, which stands."""
    return log.updated_at, content


def _read(content: bytes) -> IncidentSnapshot | None:
    try:
        event = read_event(Topic.INCIDENTS, orjson.loads(content))
    except (Unreadable, orjson.JSONDecodeError):
        return None
    return event if isinstance(event, IncidentSnapshot) else None
