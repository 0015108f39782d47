"""What judging some cases needs: every event of every node that they depend on, however far away."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    CTE,
    BigInteger,
    Connection,
    Integer,
    Row,
    Select,
    Table,
    and_,
    func,
    literal,
    select,
    type_coerce,
)

from monitor.compliance.dependencies import Judged, decision_node
from monitor.compliance.holdings import Holdings
from monitor.contract.codec import Unreadable, read_event
from monitor.contract.events import Heartbeat
from monitor.contract.topics import Topic
from monitor.store.bulk import Asked, Key
from monitor.store.recent import Recalled, Recent
from monitor.store.tables import crime_revisions, decisions, dependencies, incident_revisions

_DECISION = decision_node("")


class Source(NamedTuple):
    """An event that a verdict rests on, in the order in which they were merged."""

    merged_at: int  # microseconds
    topic: Topic
    ref: str
    revision: int | None


@dataclass(frozen=True, slots=True)
class Knowledge:
    holdings: Mapping[str, Holdings]  # by force
    sources: dict[Key, list[Source]]  # by node
    broken: dict[Key, Exception]  # nodes of which an event cannot be read any more
    leads_to: Mapping[Key, list[str]]

    def reach(self, case: Key) -> list[Key]:
        """The nodes that the judgement of a case rests on, itself first."""
        force, seen = case[0], {case: None}  # a dict keeps the order, and ends circles
        ahead = [case]
        while ahead:
            for node in self.leads_to.get(ahead.pop(), ()):
                if (force, node) not in seen:
                    seen[force, node] = None
                    ahead.append((force, node))
        return list(seen)


def load_knowledge(connection: Connection, wanted: Iterable[Key], recent: Recent) -> Knowledge:
    wanted = set(wanted)
    leads_to = _dependencies(connection, wanted)
    nodes = wanted.union((force, node) for (force, _), further in leads_to.items() for node in further)
    known = Knowledge({force: Holdings(force) for force, _ in nodes}, defaultdict(list), {}, leads_to)
    read_anew: list[Recalled] = []
    for topic, rows in _events(connection, nodes):
        for row in rows:
            _add(known, topic, row, recent, read_anew)
    recent.put(read_anew)
    return known


def _dependencies(connection: Connection, wanted: Iterable[Key]) -> dict[Key, list[str]]:
    leads_to: dict[Key, list[str]] = defaultdict(list)
    for force, dependent, depends_on in _REACHED.of(connection, wanted).all():
        leads_to[force, dependent].append(depends_on)
    return leads_to


def _reached(these: CTE) -> Select[Any]:
    """All dependencies along which something can be reached; UNION ends circles."""
    on = dependencies
    starts = and_(on.c.force == these.c.force, on.c.dependent == these.c.name)
    pairs = select(on.c.force, on.c.dependent, on.c.depends_on).select_from(these.join(on, starts))
    pairs_reached = pairs.cte("reached", recursive=True)
    goes_on = and_(on.c.force == pairs_reached.c.force, on.c.dependent == pairs_reached.c.depends_on)
    further = select(on.c.force, on.c.dependent, on.c.depends_on).select_from(pairs_reached.join(on, goes_on))
    return select(pairs_reached.union(further))


def _events(connection: Connection, nodes: Iterable[Key]) -> Iterator[tuple[Topic, Iterable[Row[Any]]]]:
    refs = {node for node in nodes if not node[1].startswith(_DECISION)}
    decided = {(force, node.removeprefix(_DECISION)) for force, node in set(nodes) - refs}
    yield Topic.INCIDENTS, _LOGS.of(connection, refs).all()
    yield Topic.CRIME_RECORDS, _RECORDS.of(connection, refs).all()
    if decided:
        yield Topic.DECISIONS, _DECISIONS.of(connection, decided).all()


def _rows(these: CTE, table: Table) -> Select[Any]:
    name = table.c.decision_id if table is decisions else table.c.ref
    revision = literal(None, Integer).label("revision") if table is decisions else table.c.revision
    merged_at = type_coerce(table.c.merged_at, BigInteger)
    columns = (table.c.force, name.label("ref"), revision, table.c.digest, merged_at, table.c.content)
    return select(*columns).select_from(these.join(table, and_(table.c.force == these.c.force, name == these.c.name)))


def _standing(rows: Select[Any]) -> Select[Any]:
    """Only the highest revision of a record bears on a verdict; of several such the holdings choose."""
    other = crime_revisions.alias("other")
    same = and_(other.c.force == crime_revisions.c.force, other.c.ref == crime_revisions.c.ref)
    highest = select(func.max(other.c.revision)).where(same).correlate(crime_revisions).scalar_subquery()
    return rows.where(crime_revisions.c.revision == highest)


_REACHED = Asked(_reached)
_LOGS = Asked(lambda these: _rows(these, incident_revisions))
_RECORDS = Asked(lambda these: _standing(_rows(these, crime_revisions)))
_DECISIONS = Asked(lambda these: _rows(these, decisions))


def _add(known: Knowledge, topic: Topic, row: Sequence[Any], recent: Recent, read_anew: list[Recalled]) -> None:
    force, ref, revision, digest, merged_at, content = row
    node = (force, decision_node(ref) if topic is Topic.DECISIONS else ref)
    known.sources[node].append(Source(merged_at, topic, ref, revision))
    event = recent.get(topic, digest)
    if event is None:
        try:
            event = _read(topic, content)
        except (Unreadable, orjson.JSONDecodeError) as error:
            known.broken[node] = error
            return
        read_anew.append(Recalled(topic, digest, event, len(content)))
    known.holdings[force].add(event, content)


def _read(topic: Topic, content: bytes) -> Judged:
    event = read_event(topic, orjson.loads(content))
    assert not isinstance(event, Heartbeat)
    return event
