"""What the overview counts in the cases: what became of those that fell due, how long it took, the reasons given."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import BigInteger, Connection, case, func, literal, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from monitor.contract.verdict import Status
from monitor.rulebook.limits import RECORD_WITHIN
from monitor.store.engine import reading
from monitor.store.instants import from_micros
from monitor.store.scope import Scope, Store, within
from monitor.store.tables import DUE, cases, known_times

_DAY = 24 * 3600 * 1_000_000  # microseconds
WEEKS = 9  # the last of them as far as it goes
DELAYS = (1, 4, 12, 24, 48, 72)  # hours; what took longer is the last group


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Of incidents that expect a crime and are not justified, by the Monday of the week in which they fell due."""

    by_week: dict[date, Counter[str]]  # in_time, late, missing
    by_delay: Counter[int]  # place in DELAYS, len(DELAYS) for the longest; of those that were recorded
    reasons: dict[str, Counter[str]]  # by code: held, not_held


_IN_WORDS = {Status.RECORDED_IN_TIME: "in_time", Status.RECORDED_LATE: "late"}  # the rest: missing


def outcomes(store: Store, scope: Scope) -> Outcomes:
    """Of the last weeks, up to the known time of each force: what became of later ones is not known."""
    with reading(store) as connection:
        found = Outcomes({}, Counter(), {})
        for day, status, delay, number in _due(connection, scope):
            week = found.by_week.setdefault(_monday(day), Counter())
            week[_IN_WORDS.get(Status(status), "missing")] += number
            if delay is not None:
                found.by_delay[delay] += number
        for reason, status, number in _given(connection, scope):
            held = "held" if status == Status.NO_CRIME_JUSTIFIED else "not_held"
            found.reasons.setdefault(reason, Counter())[held] += number
        return found


def _due(connection: Connection, scope: Scope) -> list[tuple[int, str, int | None, int]]:
    """By day since 1970 (UTC), status and delay."""
    deadline = type_coerce(cases.c.deadline, BigInteger)
    recorded = type_coerce(cases.c.recorded_at, BigInteger)
    delay = recorded - deadline + _micros(RECORD_WITHIN)
    groups = [(delay <= _micros(timedelta(hours=hours)), place) for place, hours in enumerate(DELAYS)]
    delays = case((recorded.is_(None), literal(None, BigInteger)), *groups, else_=len(DELAYS)).label("delay")
    day = (deadline // _DAY).label("day")
    query = (
        select(day, cases.c.status, delays, func.count())
        .select_from(known_times.join(cases, cases.c.force == known_times.c.force))
        .where(cases.c.status.in_(DUE), *_lately(deadline, scope))
        .group_by("day", cases.c.status, "delay")
    )
    return [(int(day), status, delay, number) for day, status, delay, number in connection.execute(query)]


def _given(connection: Connection, scope: Scope) -> list[tuple[str, str, int]]:
    deadline = type_coerce(cases.c.deadline, BigInteger)
    query = (
        select(cases.c.reason, cases.c.status, func.count())
        .select_from(known_times.join(cases, cases.c.force == known_times.c.force))
        .where(cases.c.reason.is_not(None), *_lately(deadline, scope))
        .group_by(cases.c.reason, cases.c.status)
    )
    return [(reason, status, number) for reason, status, number in connection.execute(query)]


def _lately(deadline: ColumnElement[int], scope: Scope) -> tuple[ColumnElement[bool], ...]:
    known = type_coerce(known_times.c.known, BigInteger)
    return within(known_times.c.force, scope), deadline <= known, deadline > known - _micros(timedelta(weeks=WEEKS))


def _micros(time: timedelta) -> int:
    return time // timedelta(microseconds=1)


def _monday(day: int) -> date:
    at = from_micros(day * _DAY).date()
    return at - timedelta(days=at.weekday())
