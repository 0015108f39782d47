"""How many crimes of the last week were recorded within their 24 hours."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import BigInteger, Engine, func, select, type_coerce

from monitor.contract.verdict import Status
from monitor.store.engine import reading
from monitor.store.tables import DUE, cases, known_times

WEEK = timedelta(days=7)
_OUTCOMES = {Status.RECORDED_IN_TIME: "in_time", Status.RECORDED_LATE: "late"}  # the rest: missing


def deadlines_of_the_week(engine: Engine) -> Counter[tuple[str, str, str]]:
    """By force, outcome (in_time, late, missing) and severity: incidents that expect a crime and are not justified.

    The week ends at the known time of each force: of what fell due later it cannot be said what became of it.
    """
    deadline = type_coerce(cases.c.deadline, BigInteger)
    known = type_coerce(known_times.c.known, BigInteger)
    in_week = (deadline <= known, deadline > known - WEEK // timedelta(microseconds=1))
    query = (
        select(cases.c.force, cases.c.status, cases.c.severity, func.count())
        .select_from(known_times.join(cases, cases.c.force == known_times.c.force))
        .where(cases.c.status.in_(DUE), *in_week)
        .group_by(cases.c.force, cases.c.status, cases.c.severity)
    )
    found: Counter[tuple[str, str, str]] = Counter()
    with reading(engine) as connection:
        for force, status, severity, number in connection.execute(query):
            found[force, _OUTCOMES.get(Status(status), "missing"), severity] += number
    return found
