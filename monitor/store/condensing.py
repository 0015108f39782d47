"""A group of incidents and crime records as it is stored, and what of it stays when it is condensed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Table, and_, bindparam, delete, select, update

from monitor.compliance.holdings import Holdings
from monitor.compliance.retention import Value, condensed_crime, condensed_log, people_of
from monitor.contract.codec import Unreadable, canonical, read_event
from monitor.contract.events import CrimeSnapshot, IncidentSnapshot
from monitor.contract.topics import Topic
from monitor.store.arrivals import INSERTIONS, digest
from monitor.store.bulk import Key, keys
from monitor.store.bulk import Row as NewRow
from monitor.store.crime_marks import forget_marks
from monitor.store.desk_tables import person_logs
from monitor.store.groups import Group
from monitor.store.instants import to_micros
from monitor.store.letter_tables import dead_letters
from monitor.store.occasions import forget_occasions
from monitor.store.persons import named_by
from monitor.store.purged import CONDENSED, note_purged
from monitor.store.shapes import Kind
from monitor.store.tables import outbox

Event = IncidentSnapshot | CrimeSnapshot
_TOPICS = (Topic.INCIDENTS, Topic.CRIME_RECORDS)


@dataclass(frozen=True, slots=True)
class StoredRevision:
    topic: Topic
    key: Key
    row: Any
    event: Event


@dataclass(frozen=True, eq=False)
class Stored:
    """All that is stored of a group."""

    group: Group
    rows: Sequence[StoredRevision]
    holdings: Holdings

    @property
    def received(self) -> int:
        """How many revisions are as they were received."""
        return sum(each.row.partition != CONDENSED for each in self.rows)

    @property
    def first_received(self) -> Key | None:
        """The first of its incidents of which a revision is as it was received. None: another purge was here first."""
        logs = (each for each in self.rows if each.topic is Topic.INCIDENTS)
        return min((each.key for each in logs if each.row.partition != CONDENSED), default=None)

    def revisions(self, incident: Key) -> Sequence[IncidentSnapshot]:
        """The standing one last."""
        return self.holdings.revisions(incident[1])


def stored_group(connection: Connection, group: Group) -> Stored | None:
    """None where something of it cannot be read any more."""
    holdings, rows = Holdings(group.force), []
    for topic, wanted in zip(_TOPICS, (group.incidents, group.crimes), strict=True):
        for row in _rows(connection, INSERTIONS[topic].table, wanted):
            event = _event(topic, row)
            if event is None:
                return None
            rows.append(StoredRevision(topic, (row.force, row.ref), row, event))
            holdings.add(event, row.content)
    return Stored(group, rows, holdings)


def condense(connection: Connection, stored: Stored) -> None:
    """Replace all revisions by what a verdict needs of them; remember what was there, and forget the people."""
    names = _names(stored)
    by_node: dict[tuple[Topic, Key], list[StoredRevision]] = defaultdict(list)
    for each in stored.rows:
        by_node[each.topic, each.key].append(each)
    for topic in _TOPICS:
        nodes = {key: found for (of, key), found in by_node.items() if of is topic}
        gone = (each.row for found in nodes.values() for each in found if each.row.partition != CONDENSED)
        note_purged(connection, topic, [(row.force, row.ref, row.revision, row.digest) for row in gone])
        _delete(connection, INSERTIONS[topic].table, nodes)
        fresh = [row for key, found in nodes.items() for row in _condensed(stored, topic, key, found, names)]
        INSERTIONS[topic].run(connection, sorted(fresh))
    _forget_people(connection, stored)
    forget_marks(connection, [each.event for each in stored.rows if isinstance(each.event, CrimeSnapshot)])
    forget_occasions(connection, stored.group.incidents)
    _forget_letters(connection, stored.group)


def _names(stored: Stored) -> Mapping[str, str]:
    """New keys, the same for the same person throughout the group and for nobody outside of it."""
    people = dict.fromkeys(key for each in stored.rows for key in people_of(each.event))
    return {key: f"purged:{stored.group.name}:{number}" for number, key in enumerate(people, 1)}


def _condensed(
    stored: Stored, topic: Topic, key: Key, found: Sequence[StoredRevision], names: Mapping[str, str]
) -> Iterator[NewRow]:
    rows = {id(each.event): each.row for each in found}
    values: list[Value]
    if topic is Topic.INCIDENTS:
        revisions = [(event, rows[id(event)]) for event in stored.revisions(key)]
        standing = revisions[-1][1]
        values = condensed_log([(event, orjson.loads(row.content)) for event, row in revisions], names)
    else:
        standing = rows[id(stored.holdings.crime(key[1]))]
        values = [condensed_crime(orjson.loads(standing.content), names)]
    came = (to_micros(standing.broker_time), to_micros(standing.merged_at), CONDENSED, CONDENSED)
    for value in values:
        content = canonical(value)
        yield (*key, value["revision"], digest(content), content, *came)


def _rows(connection: Connection, table: Table, wanted: Iterable[Key]) -> Iterable[Any]:
    these = keys(connection, wanted)
    matches = and_(table.c.force == these.c.force, table.c.ref == these.c.name)
    return connection.execute(select(table).select_from(these.join(table, matches))).all()


def _event(topic: Topic, row: Any) -> Event | None:
    try:
        event = read_event(topic, orjson.loads(row.content))
    except (Unreadable, orjson.JSONDecodeError):
        return None
    assert isinstance(event, IncidentSnapshot | CrimeSnapshot)
    return event


def _delete(connection: Connection, table: Table, nodes: Iterable[Key]) -> None:
    rows = [{"f": force, "r": ref} for force, ref in sorted(nodes)]
    if rows:
        connection.execute(delete(table).where(table.c.force == bindparam("f"), table.c.ref == bindparam("r")), rows)


def _forget_people(connection: Connection, stored: Stored) -> None:
    """By whole keys of the index, which a search by reference would have to read through."""
    named = {
        (each.key, who)
        for each in stored.rows
        if isinstance(each.event, IncidentSnapshot)
        for who in named_by(each.event)
    }
    rows = [{"f": key[0], "r": key[1], "k": who.kind.value, "who": who.key} for key, who in sorted(named)]
    if rows:
        own = person_logs.c
        is_it = (
            own.force == bindparam("f"),
            own.ref == bindparam("r"),
            own.kind == bindparam("k"),
            own.key == bindparam("who"),
        )
        connection.execute(delete(person_logs).where(*is_it), rows)


def _forget_letters(connection: Connection, group: Group) -> None:
    """What could not be read of them may name anybody. Unsent letters must still be sent."""
    these, letters = keys(connection, [*group.incidents, *group.crimes]), dead_letters.c
    matches = and_(letters.force == these.c.force, letters.ref == these.c.name)
    ids = [*connection.scalars(select(letters.id).select_from(these.join(dead_letters, matches)))]
    if ids:
        sent = (outbox.c.id.in_(ids), outbox.c.kind == Kind.DEAD_LETTER.value, outbox.c.sent_at.is_not(None))
        connection.execute(update(outbox).where(*sent).values(value=None))
