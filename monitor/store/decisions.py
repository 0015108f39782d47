"""Decisions made at the desk: what one would come to, and making it.

A decision is written as merging it from its topic would write it, so that the same one coming back is a repeat. Row,
audit entry, the message for the topic and the mark that the case is due are one transaction.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, and_, func, select

from monitor.compliance.dependencies import decision_node, dependencies
from monitor.compliance.holdings import Holdings
from monitor.contract.codec import Decoded, key_of
from monitor.contract.events import Decision
from monitor.contract.topics import Topic
from monitor.contract.verdict import Verdict
from monitor.store.arrivals import Arrival, arrivals
from monitor.store.audit import Deed, append_within
from monitor.store.audit_check import DECIDED
from monitor.store.bulk import Key
from monitor.store.casework import UnknownCase, hold_desk
from monitor.store.engine import DatabaseAway, reading, recent, writing
from monitor.store.instants import to_micros, wall_clock
from monitor.store.judging import Judged, judge_all
from monitor.store.knowledge import load_knowledge
from monitor.store.merge import take_in
from monitor.store.outbox import OUTBOX, packed
from monitor.store.people import Actor
from monitor.store.recent import Recalled
from monitor.store.review import judge_and_record
from monitor.store.shapes import Failure, Judge, Kind, Received
from monitor.store.standings import advanced
from monitor.store.tables import decisions, incident_revisions, verdict_history
from monitor.store.tables import dependencies as pairs
from monitor.store.taking import Taken, take_one

HERE = -1  # the partition and offset of a decision that did not come from its topic


@dataclass(frozen=True, slots=True)
class Version:
    """What there was of a case when somebody looked at it: the last change of its verdict, and how much else."""

    change: int
    decisions: int
    revisions: int

    def __str__(self) -> str:
        return f"{self.change}.{self.decisions}.{self.revisions}"

    @classmethod
    def read(cls, text: str) -> "Version":
        """Raises ValueError."""
        change, made, revisions = map(int, text.split("."))
        return cls(change, made, revisions)


class Overtaken(Exception):  # noqa: N818 - a state to be told, not a mistake
    """The case is no longer what it was when somebody looked at it. Nothing was written."""

    def __init__(self, seen: Version, now: Version) -> None:
        super().__init__()
        self.seen, self.now = seen, now


@dataclass(frozen=True, slots=True)
class Preview:
    before: Verdict
    after: Verdict
    holdings: Holdings  # with the decision


@dataclass(frozen=True, slots=True)
class Made:
    again: bool = False  # this very decision was made before, and nothing was written this time
    judged: bool = True  # the verdict stands with it; False: the worker will see to that


def preview(engine: Engine, judge: Judge, now: datetime, decided: Decoded) -> Preview:
    """The verdict without and with a decision that is not made. Raises UnknownCase; whatever judging raises."""
    decision, key = _read(decided)
    with reading(engine) as connection:
        taken = _taken(connection, key)
        known_times = {each.after.force: each.known_time for each in advanced(connection, None, now)}
        knowledge = load_knowledge(connection, {key, *_named(decision)}, recent(engine))
    holdings = knowledge.holdings[decision.force]
    before = _verdict(judge_all([taken], knowledge, known_times, judge, now))
    holdings.add(decision, decided.canonical)
    return Preview(before, _verdict(judge_all([taken], knowledge, known_times, judge, now)), holdings)


def decide(engine: Engine, judge: Judge, now: datetime, decided: Decoded, by: Actor, seen: Version | None) -> Made:
    """Make a decision, and judge its case at once. Raises UnknownCase.

    `seen`: what they looked at when they decided; Overtaken is raised where the case has moved on since. None: that
    does not matter.
    """
    decision, key = _read(decided)
    with writing(engine) as connection:
        hold_desk(connection, key)
        if _is_made(connection, decision):
            return Made(again=True)
        _must_be(connection, key, seen)
        made = _write(connection, decided, by)
    recent(engine).put([Recalled(made.topic, made.digest, made.event, len(made.content))])
    return Made(judged=_judge_at_once(engine, judge, now, key))


def review_case(engine: Engine, judge: Judge, now: datetime, key: Key) -> bool:
    """Judge one case, due or not, by the known times as they are stored; whether that could be done."""
    with writing(engine) as connection:
        taken = _taken(connection, key)
        knowledge = load_knowledge(connection, [key], recent(engine))
        reviewed = judge_and_record(connection, [taken], knowledge, advanced(connection, None, now), judge, now)
    return not reviewed.failures


def version_of(connection: Connection, key: Key) -> Version:
    force, ref = key
    history, revisions = verdict_history.c, incident_revisions.c
    counted = (
        select(func.max(history.number)).where(history.force == force, history.ref == ref),
        select(func.count()).where(pairs.c.force == force, pairs.c.dependent == ref, _is_decision(pairs.c.depends_on)),
        select(func.count()).where(revisions.force == force, revisions.ref == ref),
    )
    change, made, logged = (connection.scalar(query) or 0 for query in counted)
    return Version(change, made, logged)


def _read(decided: Decoded) -> tuple[Decision, Key]:
    decision = decided.event
    assert isinstance(decision, Decision)
    return decision, (decision.force, decision.incident_ref)


def _taken(connection: Connection, key: Key) -> Taken:
    taken = take_one(connection, key)
    if taken is None:
        raise UnknownCase
    return taken


def _named(decision: Decision) -> set[Key]:
    """What the judgement of its case would need beside what it needs now."""
    return {(decision.force, node) for pair in dependencies(decision) for node in pair}


def _verdict(found: Iterable[Judged | Failure]) -> Verdict:
    (one,) = found
    if isinstance(one, Failure):
        raise one.error
    return one.verdict


def _is_made(connection: Connection, decision: Decision) -> bool:
    same = (decisions.c.force == decision.force, decisions.c.decision_id == decision.decision_id)
    return connection.execute(select(decisions.c.decision_id).where(*same)).first() is not None


def _must_be(connection: Connection, key: Key, seen: Version | None) -> None:
    now = version_of(connection, key)
    if seen is not None and seen != now:
        raise Overtaken(seen, now)


def _write(connection: Connection, decided: Decoded, by: Actor) -> Arrival:
    at = wall_clock()
    received = Received(Topic.DECISIONS, HERE, HERE, at, decided)
    (made,), _ = take_in(connection, arrivals([received]), Counter(), to_micros(at))
    name = f"decision/{made.key[0]}/{made.key[1]}"
    key, value, topic = key_of(decided.event).encode(), decided.canonical, Topic.DECISIONS.value
    OUTBOX.run(connection, [(name, Kind.DECISION.value, topic, key, value, packed([]), to_micros(at))])
    what = {"decision_id": made.key[1], "digest": made.digest.hex(), "decision": orjson.loads(decided.canonical)}
    append_within(connection, Deed(made.key[0], DECIDED, by, str(made.identity[2]), what), tell=True)
    return made


def _judge_at_once(engine: Engine, judge: Judge, now: datetime, key: Key) -> bool:
    """The decision stands already: a database that goes away now must not have it look as if it did not."""
    try:
        return review_case(engine, judge, now, key)
    except DatabaseAway:
        return False


def _is_decision(node: ColumnElement[Any]) -> ColumnElement[bool]:
    """Nodes of decisions, as a range of the key."""
    return and_(node >= _DECISION, node < _AFTER_DECISIONS)


_DECISION = decision_node("")
_AFTER_DECISIONS = _DECISION[:-1] + chr(ord(_DECISION[-1]) + 1)
