"""All that the store holds of one incident, for whoever looks at it. One transaction: what is shown fits together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, Table, and_, select

from monitor.compliance.dependencies import Judged, decision_node
from monitor.compliance.holdings import Holdings
from monitor.contract.codec import Unreadable, read_event
from monitor.contract.events import CrimeSnapshot, Decision, Heartbeat, IncidentSnapshot
from monitor.contract.topics import Topic
from monitor.store.bulk import Key, keys
from monitor.store.casework import Holder, holder_of
from monitor.store.decisions import HERE, Version, version_of
from monitor.store.engine import reading, recent
from monitor.store.knowledge import load_knowledge
from monitor.store.letter_questions import UnreadMessage, unread_about
from monitor.store.other_logs import OtherLog, other_logs
from monitor.store.people import names
from monitor.store.recent import Recent
from monitor.store.shapes import Change
from monitor.store.suggestions import earlier_logs
from monitor.store.tables import (
    cases,
    crime_revisions,
    decisions,
    dependencies,
    incident_revisions,
    known_times,
    verdict_history,
    verdicts,
)

MOST = 500  # revisions of one log or record, changes of one verdict: the latest

_DECISION = decision_node("")


@dataclass(frozen=True, slots=True)
class LogRevision:
    event: IncidentSnapshot
    content: bytes  # canonical JSON, as received
    merged_at: datetime


@dataclass(frozen=True, slots=True)
class CrimeRevision:
    event: CrimeSnapshot
    merged_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionMade:
    event: Decision
    merged_at: datetime
    here: bool  # at this desk, not read from its topic
    withdrawn_by: str | None = None  # the id of the decision that takes it back


@dataclass(frozen=True, slots=True)
class CaseState:
    """What the review left."""

    due: bool  # an event waits to be judged
    alert: str | None
    firing_since: datetime | None
    review_at: datetime | None
    failures: int


@dataclass(frozen=True, slots=True)
class CaseFile:
    force: str
    ref: str
    state: CaseState
    version: Version
    verdict: bytes | None  # JSON as `assess` prints it; None: not judged yet
    log: tuple[LogRevision, ...]  # the standing one last; at least one
    crimes: dict[str, tuple[CrimeRevision, ...]]  # whatever it or a decision on it names, or names it; standing last
    decisions: tuple[DecisionMade, ...]  # in the order in which they are taken
    history: tuple[Change, ...]
    known: datetime | None  # up to when the crime feed is known
    holder: Holder
    names: dict[str, str]  # of those who work at the desk, by subject
    others: tuple[OtherLog, ...]
    course: tuple[str, ...]  # earlier logs that may be one course of conduct with it, by time; where it is the last
    unread: tuple[UnreadMessage, ...]  # about it or what it rests on: it may not stand as it is shown
    holdings: Holdings  # all that a judgement of it needs


def case_file(engine: Engine, key: Key) -> CaseFile | None:
    """None where there is no such incident."""
    with reading(engine) as connection:
        state = _state(connection, key)
        log = [*_log(connection, key, recent(engine))] if state else []
        if state is None or not log:
            return None
        nodes = _nodes(connection, key)
        return CaseFile(
            force=key[0],
            ref=key[1],
            state=state,
            version=version_of(connection, key),
            verdict=connection.scalar(select(verdicts.c.content).where(_is(verdicts, key))),
            log=tuple(log),
            crimes=_crimes(connection, key[0], nodes, recent(engine)),
            decisions=tuple(_decisions(connection, key[0], nodes, recent(engine))),
            history=tuple(_history(connection, key)),
            known=connection.scalar(select(known_times.c.known).where(known_times.c.force == key[0])),
            holder=holder_of(connection, key),
            names=names(connection, key[0]),
            others=tuple(other_logs(connection, key, [each.event for each in log])),
            course=earlier_logs(connection, key),
            unread=tuple(unread_about(connection, key[0], {key[1], *_named_by_ref(nodes)})),
            holdings=load_knowledge(connection, [key], recent(engine)).holdings[key[0]],
        )


def _state(connection: Connection, key: Key) -> CaseState | None:
    row = connection.execute(select(cases).where(_is(cases, key))).first()
    if row is None:
        return None
    return CaseState(row.due_since is not None, row.alert, row.firing_since, row.review_at, row.failures)


def _log(connection: Connection, key: Key, known: Recent) -> Iterator[LogRevision]:
    query = select(incident_revisions).where(_is(incident_revisions, key))
    rows = connection.execute(query.order_by(incident_revisions.c.revision.desc()).limit(MOST))
    found = [(event, row) for row in rows if isinstance(event := _event(Topic.INCIDENTS, row, known), IncidentSnapshot)]
    for event, row in sorted(found, key=lambda each: (each[0].revision, each[0].updated_at, each[1].content)):
        yield LogRevision(event, row.content, row.merged_at)


def _crimes(
    connection: Connection, force: str, nodes: Iterable[str], known: Recent
) -> dict[str, tuple[CrimeRevision, ...]]:
    found: dict[str, list[tuple[CrimeSnapshot, Row[Any]]]] = defaultdict(list)
    for row in connection.execute(_named(connection, crime_revisions, "ref", force, nodes).limit(MOST)):
        event = _event(Topic.CRIME_RECORDS, row, known)
        if isinstance(event, CrimeSnapshot):
            found[event.crime_ref].append((event, row))
    for revisions in found.values():
        revisions.sort(key=lambda each: (each[0].revision, each[0].updated_at, each[1].content))
    return {ref: tuple(CrimeRevision(event, row.merged_at) for event, row in found[ref]) for ref in sorted(found)}


def _decisions(connection: Connection, force: str, nodes: Iterable[str], known: Recent) -> Iterator[DecisionMade]:
    """Of two different ones with one id the one that sorts last is the decision."""
    ids = [node.removeprefix(_DECISION) for node in nodes if node.startswith(_DECISION)]
    standing: dict[str, tuple[Decision, Row[Any]]] = {}
    rows = connection.execute(_named(connection, decisions, "decision_id", force, ids))
    for row in sorted(rows, key=lambda each: each.content):
        event = _event(Topic.DECISIONS, row, known)
        if isinstance(event, Decision):
            standing[event.decision_id] = (event, row)
    withdrawn = {event.withdraws: event.decision_id for event, _ in standing.values() if event.action == "withdraw"}
    for event, row in sorted(standing.values(), key=lambda each: (each[0].decided_at, each[0].decision_id)):
        taken_back = None if event.action == "withdraw" else withdrawn.get(event.decision_id)
        yield DecisionMade(event, row.merged_at, row.partition == HERE, taken_back)


def _history(connection: Connection, key: Key) -> list[Change]:
    query = select(verdict_history).where(_is(verdict_history, key)).order_by(verdict_history.c.number.desc())
    rows = connection.execute(query.limit(MOST)).all()
    changes = (
        (row.number, row.at, row.known, row.cause, row.cause_ref, row.cause_revision, row.content) for row in rows
    )
    return [Change(*each) for each in changes][::-1]


def _named_by_ref(nodes: Iterable[str]) -> Iterator[str]:
    return (node for node in nodes if not node.startswith(_DECISION))


def _nodes(connection: Connection, key: Key) -> set[str]:
    """What the log or a decision on it names, or what names it; and what takes those decisions back."""
    force, depends_on = dependencies.c.force, dependencies.c.depends_on
    direct = set(connection.scalars(select(depends_on).where(force == key[0], dependencies.c.dependent == key[1])))
    made = [(key[0], node) for node in direct if node.startswith(_DECISION)]
    these = keys(connection, made)
    matches = and_(force == these.c.force, dependencies.c.dependent == these.c.name)
    return direct.union(connection.scalars(select(depends_on).select_from(these.join(dependencies, matches))))


def _named(connection: Connection, table: Table, column: str, force: str, names: Iterable[str]) -> Select[Any]:
    these = keys(connection, [(force, name) for name in names])
    matches = and_(table.c.force == these.c.force, table.c[column] == these.c.name)
    return select(table).select_from(these.join(table, matches))


def _event(topic: Topic, row: Row[Any], known: Recent) -> Judged | None:
    """None for one that cannot be read any more: the review fails on it, and says so."""
    event = known.get(topic, row.digest)
    if event is None:
        try:
            found = read_event(topic, orjson.loads(row.content))
        except (Unreadable, orjson.JSONDecodeError):
            return None
        assert not isinstance(found, Heartbeat)
        event = found
    return event


def _is(table: Table, key: Key) -> ColumnElement[bool]:
    return and_(table.c.force == key[0], table.c.ref == key[1])
