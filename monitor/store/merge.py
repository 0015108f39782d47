"""Merge: a batch of messages becomes rows, and the cases that they bear on become due. One transaction.

Merging twice, or in any order, ends in the same rows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import CTE, Connection, Engine, Select, Table, and_, literal, select

from monitor.contract.codec import Decoded
from monitor.contract.topics import Topic
from monitor.store import tables
from monitor.store.arrivals import INSERTIONS, Arrival, arrivals
from monitor.store.bulk import Asked, Insertion, Key, Row
from monitor.store.crime_marks import note_marks
from monitor.store.dead_letters import dead_letters
from monitor.store.due import mark_due
from monitor.store.engine import recent, writing
from monitor.store.heartbeats import merge_heartbeats
from monitor.store.instants import to_micros, wall_clock
from monitor.store.letters import note_letters
from monitor.store.match_suggestions import forget_matches
from monitor.store.outbox import OUTBOX
from monitor.store.persons import note_persons
from monitor.store.progress import note_progress
from monitor.store.purged import purged_versions
from monitor.store.recent import Recalled
from monitor.store.shapes import Ends, Merged, Outcome, Outcomes, Received

Versions = dict[int, set[bytes]]  # revision -> the digests of its snapshots; more than one are a conflict

_DEPENDENCIES = Insertion(tables.dependencies, ("force", "dependent", "depends_on"))
_FORCES = Insertion(tables.known_times, ("force", "heard"))


def merge(engine: Engine, batch: Sequence[Received], ends: Ends | None = None) -> Merged:
    """Up to some 2,000 messages of any topics, those of one partition in order and without holes. Ack them after it.

    `ends`: the end offsets of all partitions of crime-records, taken after the batch was read. They are needed where
    `needs_ends(batch)`; ValueError without them.
    """
    arrived, letters = arrivals(batch), dead_letters(batch)
    outcomes: Outcomes = Counter({(topic, Outcome.UNREADABLE): number for topic, number in letters.by_topic.items()})
    with writing(engine) as connection:
        at = to_micros(wall_clock())
        fresh, marked = take_in(connection, arrived, outcomes, at)
        merge_heartbeats(connection, batch, ends, outcomes)
        _note_forces(connection, batch)
        OUTBOX.run(connection, letters.rows(at))
        note_letters(connection, batch, letters.letters)
        note_progress(connection, batch)
    recent(engine).put(Recalled(each.topic, each.digest, each.event, len(each.content)) for each in fresh)
    return Merged(outcomes, letters.by_reason, marked)


def keep_merged(engine: Engine) -> None:
    """Much of what is merged from now on is kept at hand for the review: some 100 to 200 MB.

    Not beside SQLite, which is for small machines: there it was measured to gain nothing.
    """
    if engine.dialect.name == "postgresql":
        recent(engine).keep_more()


def take_in(connection: Connection, arrived: list[Arrival], outcomes: Outcomes, at: int) -> tuple[list[Arrival], int]:
    """Insert what is new and mark what it bears on; answers the new, and how many cases are due now and were not.

    Whoever calls it within another transaction puts the new events into `recent` after that, as `merge` does.
    """
    fresh = [
        each
        for topic in INSERTIONS
        for each in _merge_events(connection, topic, [one for one in arrived if one.topic is topic], outcomes, at)
    ]
    _DEPENDENCIES.run(connection, _dependency_rows(fresh))
    note_persons(connection, fresh)
    note_marks(connection, fresh)
    forget_matches(connection, fresh)
    return fresh, mark_due(connection, fresh, at)


def _merge_events(
    connection: Connection, topic: Topic, arrived: list[Arrival], outcomes: Outcomes, at: int
) -> list[Arrival]:
    """Insert what is new of one topic; answers that."""
    if not arrived:
        return []
    known = _known_versions(connection, topic, {each.key for each in arrived})
    fresh = []
    for each in arrived:
        outcome = _outcome(known[each.key], each)
        outcomes[topic, outcome] += 1
        if outcome is not Outcome.REPEAT:
            fresh.append(each)
    in_order = sorted(fresh, key=lambda one: (one.key, one.version))
    INSERTIONS[topic].run(connection, [each.row(at) for each in in_order])
    return fresh


def _known_versions(connection: Connection, topic: Topic, wanted: set[Key]) -> Mapping[Key, Versions]:
    known: dict[Key, Versions] = defaultdict(dict)
    for force, ref, revision, digest in _KEPT[topic].of(connection, wanted).all():
        known[force, ref].setdefault(revision, set()).add(digest)
    for force, ref, revision, digest in purged_versions(connection, topic, wanted):
        known[force, ref].setdefault(revision, set()).add(digest)
    return known


def _kept(these: CTE, table: Table) -> Select[Any]:
    of_decision = table is tables.decisions
    name, version = (table.c.decision_id, literal(0)) if of_decision else (table.c.ref, table.c.revision)
    matches = and_(table.c.force == these.c.force, name == these.c.name)
    return select(table.c.force, name, version, table.c.digest).select_from(these.join(table, matches))


_KEPT = {topic: Asked(partial(_kept, table=each.table)) for topic, each in INSERTIONS.items()}


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
    return sorted({(each.key[0], dependent, on) for each in fresh for dependent, on in each.dependencies})


def _note_forces(connection: Connection, batch: Iterable[Received]) -> None:
    """Only those that are new. To insert one that is there would wait for a review that has moved its known time, and
    that review may wait for a case that is marked here.
    """
    forces = {received.content.event.force for received in batch if isinstance(received.content, Decoded)}
    if forces:
        known = connection.scalars(select(tables.known_times.c.force).where(tables.known_times.c.force.in_(forces)))
        _FORCES.run(connection, [(force, False) for force in sorted(forces.difference(known))])
