"""Merge: a batch of messages becomes rows, and the cases that they bear on become due. One transaction.

Merging twice, or in any order, ends in the same rows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, literal, select

from monitor.contract.codec import Decoded
from monitor.contract.topics import Topic
from monitor.store import tables
from monitor.store.arrivals import NAME_COLUMN, TABLES, Arrival, arrivals
from monitor.store.bulk import Key, Row, insert_new, keys
from monitor.store.dead_letters import dead_letters
from monitor.store.due import mark_due
from monitor.store.engine import writing
from monitor.store.heartbeats import merge_heartbeats
from monitor.store.instants import wall_clock
from monitor.store.progress import note_progress
from monitor.store.shapes import Ends, Merged, Outcome, Outcomes, Received

Versions = dict[int, set[bytes]]  # revision -> the digests of its snapshots; more than one are a conflict


def merge(engine: Engine, batch: Sequence[Received], ends: Ends | None = None) -> Merged:
    """Up to some 2,000 messages of any topics, those of one partition in order and without holes. Ack them after it.

    `ends`: the end offsets of all partitions of crime-records, taken after the batch was read. They are needed where
    `needs_ends(batch)`; ValueError without them.
    """
    arrived, letters = arrivals(batch), dead_letters(batch)
    outcomes: Outcomes = Counter({(topic, Outcome.UNREADABLE): number for topic, number in letters.by_topic.items()})
    with writing(engine) as connection:
        at = wall_clock()
        fresh = [
            each
            for topic in TABLES
            for each in _merge_events(connection, [one for one in arrived if one.topic is topic], outcomes, at)
        ]
        insert_new(connection, tables.dependencies, _dependency_rows(fresh))
        marked = mark_due(connection, fresh, at)
        merge_heartbeats(connection, batch, ends, outcomes)
        insert_new(connection, tables.known_times, _force_rows(batch))
        insert_new(connection, tables.outbox, letters.rows(at))
        note_progress(connection, batch)
    return Merged(outcomes, letters.by_reason, marked)


def _merge_events(connection: Connection, arrived: list[Arrival], outcomes: Outcomes, at: datetime) -> list[Arrival]:
    """Insert what is new of one topic; answers that."""
    if not arrived:
        return []
    topic = arrived[0].topic
    known = _known_versions(connection, topic, {each.key for each in arrived})
    fresh = []
    for each in arrived:
        outcome = _outcome(known[each.key], each)
        outcomes[topic, outcome] += 1
        if outcome is not Outcome.REPEAT:
            fresh.append(each)
    rows = [{**each.row, "merged_at": at} for each in sorted(fresh, key=lambda one: (one.key, one.version))]
    insert_new(connection, TABLES[topic], rows)
    return fresh


def _known_versions(connection: Connection, topic: Topic, wanted: set[Key]) -> Mapping[Key, Versions]:
    table, columns = TABLES[topic], TABLES[topic].c
    name = columns[NAME_COLUMN[topic]]
    version = columns.revision if "revision" in columns else literal(0)
    these = keys(connection, wanted)
    matches = and_(columns.force == these.c.force, name == these.c.name)
    query = select(columns.force, name, version, columns.digest).select_from(these.join(table, matches))
    known: dict[Key, Versions] = defaultdict(dict)
    for force, ref, revision, digest in connection.execute(query):
        known[force, ref].setdefault(revision, set()).add(digest)
    return known


def _outcome(versions: Versions, each: Arrival) -> Outcome:
    """Compares with what is known of this log, record or decision, and adds it there."""
    newest = max(versions, default=each.version)
    same = versions.setdefault(each.version, set())
    if each.digest in same:
        return Outcome.REPEAT
    same.add(each.digest)
    if len(same) > 1:
        return Outcome.CONFLICT
    return Outcome.STALE if each.version < newest else Outcome.MERGED


def _dependency_rows(fresh: Iterable[Arrival]) -> list[Row]:
    rows = {(each.key[0], dependent, on) for each in fresh for dependent, on in each.dependencies}
    return [{"force": force, "dependent": dependent, "depends_on": on} for force, dependent, on in sorted(rows)]


def _force_rows(batch: Iterable[Received]) -> list[Row]:
    forces = {received.content.event.force for received in batch if isinstance(received.content, Decoded)}
    return [{"force": force, "heard": False} for force in sorted(forces)]
