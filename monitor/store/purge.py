"""Retention: of incidents closed long ago nobody's key is kept, nor any revision that no verdict needs.

A group of incidents and their crime records goes as a whole or not at all, and each group only if all its verdicts are,
to the letter, what they were. What was taken out is remembered by its digest, so that it does not come back by replay.
Decisions and the audit log stand: they name nobody by key.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, select, tuple_

from monitor.compliance.assess import closed_since
from monitor.contract.verdict import Alert, rfc3339
from monitor.store.audit import Deed, append_within
from monitor.store.bulk import Key
from monitor.store.condensing import Stored, condense, stored_group
from monitor.store.engine import reading, recent, writing
from monitor.store.groups import groups_of
from monitor.store.judging import Judged, judge_all
from monitor.store.knowledge import load_knowledge
from monitor.store.paging import BEGINNING, take_these
from monitor.store.people import Actor
from monitor.store.purged import CONDENSED
from monitor.store.shapes import Judge
from monitor.store.standings import advanced
from monitor.store.tables import cases, incident_revisions

PURGED = "purged"  # the action of an audit entry
PAGE = 100  # incidents to begin with; each brings its group


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be purged, by whom and why. `by` None: nothing is, it is only counted."""

    closed_before: datetime
    now: datetime
    force: str | None = None
    by: Actor | None = None
    because: str = ""


@dataclass(slots=True)
class Purged:
    incidents: int = 0
    crimes: int = 0
    revisions: int = 0  # taken out
    held_back: int = 0  # closed long ago, and in a group with an incident that is not, or is not settled
    unlike: list[Key] = field(default_factory=list)  # groups that would be judged otherwise: nothing was done to them


def purge(engine: Engine, judge: Judge, order: Order) -> Iterator[Purged]:
    """A transaction a page, with its entry in the audit log. Safe to break off and to repeat."""
    after = BEGINNING
    while True:
        with (reading if order.by is None else writing)(engine) as connection:
            page = _candidates(connection, order, after)
            if not page:
                return
            after = page[-1]
            purged = _page_purged(connection, engine, judge, order, page)
        yield purged


def _candidates(connection: Connection, order: Order, after: Key) -> list[Key]:
    """The next closed and settled incidents of which a revision is as it was received."""
    own, kept = cases.c, incident_revisions.c
    received = select(kept.ref).where(kept.force == own.force, kept.ref == own.ref, kept.partition != CONDENSED)
    query = select(own.force, own.ref).where(*_SETTLED, received.exists(), tuple_(own.force, own.ref) > after)
    if order.force is not None:
        query = query.where(own.force == order.force)
    rows = connection.execute(query.order_by(own.force, own.ref).limit(PAGE))
    return [(force, ref) for force, ref in rows]


_SETTLED = (
    cases.c.open.is_(False),
    cases.c.alert != Alert.FIRING.value,
    cases.c.due_since.is_(None),
    cases.c.review_at.is_(None),
    cases.c.review_at_known.is_(None),
)


def _page_purged(connection: Connection, engine: Engine, judge: Judge, order: Order, page: Sequence[Key]) -> Purged:
    found, ripe = Purged(), list[Stored]()
    groups = groups_of(connection, page)
    take_these(connection, [key for each in groups for key in each.incidents])  # whoever writes waits
    for group in groups:
        stored = stored_group(connection, group)
        if stored is None or not _is_ripe(connection, stored, order):
            found.held_back += sum(key in page for key in group.incidents)
        elif stored.first_received in page:
            ripe.append(stored)
    if order.by is None:
        _count(found, ripe)
    elif ripe:
        _condense_alike(connection, engine, judge, order, ripe, found)
        _enter(connection, order, order.by, ripe, found)
    return found


def _is_ripe(connection: Connection, stored: Stored, order: Order) -> bool:
    """Whether all of them are settled, and were closed before."""
    incidents = stored.group.incidents
    closings = [closed_since(stored.revisions(key)) for key in incidents]
    if any(at is None or at >= order.closed_before for at in closings):
        return False
    these = tuple_(cases.c.force, cases.c.ref).in_(incidents)
    settled = connection.execute(select(cases.c.force, cases.c.ref).where(these, *_SETTLED)).all()
    return len(settled) == len(incidents)


def _count(found: Purged, groups: Sequence[Stored]) -> None:
    found.incidents += sum(len(each.group.incidents) for each in groups)
    found.crimes += sum(len(each.group.crimes) for each in groups)
    found.revisions += sum(each.received for each in groups)


def _condense_alike(
    connection: Connection, engine: Engine, judge: Judge, order: Order, groups: list[Stored], found: Purged
) -> None:
    """Condense all whose verdicts stay what they are; the others are taken out of the list."""
    before = _verdicts(connection, engine, judge, order, groups)
    while groups:
        savepoint = connection.begin_nested()
        for each in groups:
            condense(connection, each)
        after = _verdicts(connection, engine, judge, order, groups)
        unlike = [each for each in groups if any(before[key] != after[key] for key in each.group.incidents)]
        if not unlike:
            savepoint.commit()
            return
        savepoint.rollback()
        found.unlike += [each.group.incidents[0] for each in unlike]
        groups[:] = [each for each in groups if each not in unlike]


def _verdicts(
    connection: Connection, engine: Engine, judge: Judge, order: Order, groups: Sequence[Stored]
) -> Mapping[Key, object]:
    """JSON, or who cannot be judged, which is like nothing."""
    taken = take_these(connection, [key for each in groups for key in each.group.incidents])
    knowledge = load_knowledge(connection, [each.key for each in taken], recent(engine))
    known = {each.after.force: each.known_time for each in advanced(connection, None, order.now)}
    judged = judge_all(taken, knowledge, known, judge, order.now)
    return {
        one.key: each.verdict.to_json() if isinstance(each, Judged) else object()
        for one, each in zip(taken, judged, strict=True)
    }


def _enter(connection: Connection, order: Order, by: Actor, groups: Sequence[Stored], found: Purged) -> None:
    _count(found, groups)
    shared = {"closed_before": rfc3339(order.closed_before), "because": order.because}
    for force in sorted({each.group.force for each in groups}):
        these = [each for each in groups if each.group.force == force]
        detail = {
            "incidents": [ref for each in these for _, ref in each.group.incidents],
            "crimes": [ref for each in these for _, ref in each.group.crimes],
            "revisions": sum(each.received for each in these),
        }
        append_within(connection, Deed(force, PURGED, by, detail=shared | detail))
