"""Numbers for the metrics. None of them looks at every case."""

from datetime import datetime

from sqlalchemy import Engine, func, select

from monitor.store.engine import reading
from monitor.store.shapes import CaseCount, Due
from monitor.store.tables import case_counts, cases, known_times
from monitor.store.taking import MARKED, by_clock, by_known


def due_cases(engine: Engine, now: datetime) -> Due:
    """How many cases wait for a review, and since when the oldest does."""
    marked = select(func.count(), func.min(cases.c.due_since)).where(MARKED)
    late = by_clock(now).with_only_columns(func.count(), func.min(cases.c.review_at)).where(~MARKED)
    reached = by_known(now).with_only_columns(func.count(), func.min(cases.c.review_at_known)).where(~MARKED)
    with reading(engine) as connection:
        found = [connection.execute(query.order_by(None)).one() for query in (marked, late, reached)]
    oldest = min((since for _, since in found if since is not None), default=None)
    return Due(sum(number for number, _ in found), oldest)


def case_counts_now(engine: Engine) -> list[CaseCount]:
    """How many cases of each force stand where; read off counts that the review keeps."""
    with reading(engine) as connection:
        rows = connection.execute(select(case_counts).where(case_counts.c.cases > 0))
        return [CaseCount(row.force, row.status, row.severity, row.alert, row.open, row.cases) for row in rows]


def known_times_now(engine: Engine) -> dict[str, datetime | None]:
    """By force; None where nothing is known yet."""
    with reading(engine) as connection:
        return {row.force: row.known for row in connection.execute(select(known_times))}
