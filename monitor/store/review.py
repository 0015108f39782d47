"""Review: due cases are judged, and what is found is written. One transaction a batch.

Events and time are one mechanism: there is no other code path for deadlines. An event that lands meanwhile waits, and
marks the case due again: no verdict can be stale for good.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from monitor.contract.verdict import Status
from monitor.store.causes import Cause
from monitor.store.engine import reading, recent, writing
from monitor.store.instants import wall_clock
from monitor.store.judging import Judged, judge_all
from monitor.store.knowledge import Knowledge, load_knowledge
from monitor.store.known_time import Advanced
from monitor.store.record import put_off, record
from monitor.store.shapes import BrokerEnds, Failure, Judge, Reviewed
from monitor.store.standings import Superseded, advanced, must_stand, write
from monitor.store.tables import known_times
from monitor.store.taking import Taken, take
from monitor.store.waiting import is_due, is_reached

WORTH_WRITING = timedelta(seconds=1)  # a known time that moved less is written with the next review only


def review_due(
    engine: Engine,
    judge: Judge,
    now: datetime,
    broker: BrokerEnds | None,
    limit: int = 1000,
    patience: timedelta = timedelta(),
) -> Reviewed:
    """Judge up to `limit` due cases: a third by the clock, a third by known time, the rest marked by events.

    Known times are first brought up to `now`, in the same transaction. `broker` None: its ends are not known, and
    known times stand still; see `known_time.GOOD_FOR` for ends that are old. `patience`: what an event marked less than
    so long ago is left alone. Call again while `more`.
    """
    with reading(engine) as connection:
        if not is_due(connection, now) and not _has_moved(connection, broker, now):
            return Reviewed()
    try:
        return _review(engine, judge, now, broker, limit, patience)
    except Superseded:
        return Reviewed(more=True)


def _review(
    engine: Engine, judge: Judge, now: datetime, broker: BrokerEnds | None, limit: int, patience: timedelta
) -> Reviewed:
    with writing(engine) as connection:
        moved = advanced(connection, broker, now)
        write(connection, moved)
        taken, more = take(connection, now, limit, patience)
        if not taken:
            return Reviewed()
        _must_know(connection, moved, taken)
        must_stand(connection, moved)
        knowledge = load_knowledge(connection, [each.key for each in taken], recent(engine))
        reviewed = judge_and_record(connection, taken, knowledge, moved, judge, now)
        reviewed.more = more
        return reviewed


def _must_know(connection: Connection, moved: Iterable[Advanced], taken: Iterable[Taken]) -> None:
    """A merge may have brought a case of a force that was new after `moved` was read. Raises Superseded."""
    new = {each.force for each in taken} - {each.after.force for each in moved}
    if new and connection.scalar(select(func.count()).where(known_times.c.force.in_(new))):
        raise Superseded


def _has_moved(connection: Connection, broker: BrokerEnds | None, now: datetime) -> bool:
    """Whether known times have become others, or have reached what waits for them."""
    moved = advanced(connection, broker, now)
    known = {each.after.force: each.after.known for each in moved}
    return any(each.is_news(WORTH_WRITING) for each in moved) or is_reached(connection, now, known)


def judge_and_record(
    connection: Connection,
    taken: list[Taken],
    knowledge: Knowledge,
    moved: Iterable[Advanced],
    judge: Judge,
    now: datetime,
    otherwise: Cause | None = None,
) -> Reviewed:
    """`otherwise`: what made a verdict change, where no event did."""
    at = wall_clock()
    forces = {each.after.force: each for each in moved}
    found = list(judge_all(taken, knowledge, {force: each.known_time for force, each in forces.items()}, judge, now))
    judged = [each for each in found if isinstance(each, Judged)]
    failures = [each for each in found if isinstance(each, Failure)]
    record(
        connection, judged, knowledge, {force: each.after.known for force, each in forces.items()}, now, at, otherwise
    )
    put_off(connection, failures, now)
    return Reviewed(
        taken=len(taken),
        changed=sum(each.differs for each in judged),
        alerts=Counter(each.change.change for each in judged if each.change),
        failures=failures,
        event_times=[each.due_event_time for each in taken if each.due_event_time is not None],
        delays=[(each.taken.force, each.verdict.delay_hours) for each in judged if _is_news_of_a_record(each)],
    )


_RECORDED = {Status.RECORDED_IN_TIME, Status.RECORDED_LATE}


def _is_news_of_a_record(judged: Judged) -> bool:
    return judged.verdict.status in _RECORDED and judged.taken.told.status not in _RECORDED
