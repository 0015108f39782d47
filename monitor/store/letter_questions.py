"""Questions about dead letters: where each stands, how many are open, and which incidents they concern."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, func, select

from monitor.contract.topics import Topic
from monitor.store.bulk import Key
from monitor.store.engine import reading
from monitor.store.letter_tables import OPEN, dead_letters
from monitor.store.letters import LetterState
from monitor.store.tables import crime_revisions, incident_revisions, known_times

_table = dead_letters.c
_ABOUT_ONE = and_(_table.ref.is_not(None), _table.topic != Topic.HEARTBEATS.value)  # whose ref is the feed
_AT_ONCE = 1000  # names in one statement
_REVISIONS = {Topic.INCIDENTS.value: incident_revisions.c, Topic.CRIME_RECORDS.value: crime_revisions.c}


@dataclass(frozen=True, slots=True)
class LetterStanding:
    state: LetterState
    changes: int
    at: datetime | None  # wall clock
    by: str | None
    why: str | None
    first: str | None


@dataclass(frozen=True, slots=True)
class UnreadMessage:
    """A message about an incident or crime record that could not be read: the store may not know how that stands."""

    force: str
    ref: str
    topic: str
    partition: int
    offset: int
    reason: str
    field: str | None
    at: datetime  # broker time
    read_since: bool  # a later message about the same could be read

    @property
    def name(self) -> str:
        """As `monitor dead-letters show` takes it."""
        return f"{self.topic}/{self.partition}/{self.offset}"


def letter_standings(engine: Engine, ids: Sequence[str]) -> dict[str, LetterStanding]:
    """By id; none of a letter that no merge into this database has noted."""
    found: dict[str, LetterStanding] = {}
    with reading(engine) as connection:
        for start in range(0, len(ids), _AT_ONCE):
            query = select(dead_letters).where(_table.id.in_(ids[start : start + _AT_ONCE]))
            for row in connection.execute(query):
                state = LetterState(row.state)
                found[row.id] = LetterStanding(state, row.changes, row.state_at, row.state_by, row.why, row.first)
    return found


def open_letters(engine: Engine) -> Counter[tuple[str, str]]:
    """How many letters wait or were sent again and not read yet, by force and reason.

    The force is empty where it cannot be told, and where it is none that was ever read: garbage names no metric.
    """
    count = func.count()
    query = select(_table.force, known_times.c.force.label("known"), _table.reason, count)
    joined = dead_letters.outerjoin(known_times, known_times.c.force == _table.force)
    query = query.select_from(joined).where(OPEN).group_by(_table.force, known_times.c.force, _table.reason)
    found: Counter[tuple[str, str]] = Counter()
    with reading(engine) as connection:
        for _, known, reason, number in connection.execute(query):
            found[known or "", reason] += number
    return found


def unread_about(connection: Connection, force: str, refs: Collection[str], limit: int = 50) -> list[UnreadMessage]:
    """Open letters about these incidents and crime records, the newest first."""
    about = (_table.force == force, _table.ref.in_(sorted(refs)), _ABOUT_ONE)
    query = select(dead_letters).where(OPEN, *about).order_by(_table.at.desc(), _table.id).limit(limit)
    rows = connection.execute(query).all()
    newest = _newest_read(connection, force, {row.ref for row in rows}) if rows else {}
    return [_unread(row, newest.get((row.topic, row.ref))) for row in rows]


def _unread(row: Row[Any], newest: datetime | None) -> UnreadMessage:
    place = (row.force, row.ref, row.topic, row.partition, row.offset)
    return UnreadMessage(*place, row.reason, row.field, row.at, read_since=newest is not None and newest > row.at)


def _newest_read(connection: Connection, force: str, refs: Collection[str]) -> dict[Key, datetime]:
    """When the newest message that could be read about each came, by topic and ref."""
    newest: dict[Key, datetime] = {}
    for topic, table in _REVISIONS.items():
        query = select(table.ref, func.max(table.broker_time)).where(table.force == force, table.ref.in_(sorted(refs)))
        for ref, at in connection.execute(query.group_by(table.ref)):
            newest[topic, ref] = at
    return newest


def unread_refs(engine: Engine, force: str | None = None) -> Counter[Key]:
    """How many open letters there are about each incident or crime record, by force and ref."""
    query = select(_table.force, _table.ref, func.count()).where(OPEN, _table.force.is_not(None), _ABOUT_ONE)
    if force is not None:
        query = query.where(_table.force == force)
    with reading(engine) as connection:
        rows = connection.execute(query.group_by(_table.force, _table.ref))
        return Counter({(row[0], row[1]): row[2] for row in rows})
