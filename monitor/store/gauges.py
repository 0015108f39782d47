"""Numbers for the metrics. None of them looks at every case."""

from datetime import datetime

from sqlalchemy import Engine, func, or_, select

from monitor.store.engine import reading
from monitor.store.shapes import CaseCount, Due
from monitor.store.tables import case_counts, cases, known_times
from monitor.store.waiting import MARKED, by_clock, by_event, by_known, forces_due


def due_cases(engine: Engine, now: datetime) -> Due:
    """How many cases wait for a review, and since when the oldest does."""
    number, waits = func.count(), cases.c.review_at_known
    not_late = or_(cases.c.review_at.is_(None), cases.c.review_at > now)
    queries = [
        by_event(number, func.min(cases.c.due_since)),
        by_clock(now, number, func.min(cases.c.review_at)).where(~MARKED),
    ]
    with reading(engine) as connection:
        for force, up_to in forces_due(connection, now).items():
            queries.append(by_known(force, up_to, number, func.min(waits)).where(~MARKED, not_late))
        found = [connection.execute(query.order_by(None)).one() for query in queries]
    oldest = min((since for _, since in found if since is not None), default=None)
    return Due(sum(cases_due for cases_due, _ in found), oldest)


def case_counts_now(engine: Engine) -> list[CaseCount]:
    """How many cases of each force stand where; read off counts that the review keeps."""
    with reading(engine) as connection:
        rows = connection.execute(select(case_counts).where(case_counts.c.cases > 0))
        return [CaseCount(row.force, row.status, row.severity, row.alert, row.open, row.cases) for row in rows]


def known_times_now(engine: Engine) -> dict[str, datetime | None]:
    """By force; None where nothing is known yet."""
    with reading(engine) as connection:
        return {row.force: row.known for row in connection.execute(select(known_times))}
