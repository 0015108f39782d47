"""What the queue holds, in numbers: for the metrics."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Engine, and_, func, select, type_coerce

from monitor.contract.verdict import Severity, Status
from monitor.store.concerns import Concern, unpacked
from monitor.store.desk_tables import case_holders
from monitor.store.engine import reading
from monitor.store.instants import from_micros
from monitor.store.queue_tables import queue

_SEVERITIES = tuple(Severity)  # by rank
_UNRECORDED = {Status.UNRECORDED, Status.PARTLY_RECORDED}


@dataclass(slots=True)
class ConcernCounts:
    findings: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # by force, finding and severity
    unattended: Counter[tuple[str, str]] = field(default_factory=Counter)  # due soon, and nobody holds it
    oldest: dict[tuple[str, str], datetime] = field(default_factory=dict)  # deadline of what is unrecorded


def concern_counts(engine: Engine) -> ConcernCounts:
    found = ConcernCounts()
    with reading(engine) as connection:
        for row in connection.execute(_alike()):
            _add(found, row)
    return found


def _alike() -> Any:
    """The rows of the queue that are counted alike, as one each: far fewer than there are incidents."""
    held = and_(case_holders.c.force == queue.c.force, case_holders.c.ref == queue.c.ref)
    nobodys = case_holders.c.holder.is_(None)
    alike = (queue.c.force, queue.c.severity, queue.c.status, queue.c.concerns, queue.c.findings, nobodys)
    earliest = func.min(type_coerce(queue.c.deadline, BigInteger))
    return (
        select(*alike, func.count(), earliest)
        .select_from(queue.outerjoin(case_holders, held))
        .where(~queue.c.gone)
        .group_by(*alike)
    )


def _add(found: ConcernCounts, row: Any) -> None:
    force, rank, status, concerns, findings, nobodys, number, earliest = row
    severity = str(_SEVERITIES[rank])
    for finding in findings.split():
        found.findings[force, finding, severity] += number
    if nobodys and {Concern.FIRING, Concern.DUE_SOON} <= unpacked(concerns):
        found.unattended[force, severity] += number
    if status in _UNRECORDED:
        known = found.oldest.get((force, severity))
        deadline = from_micros(earliest)
        found.oldest[force, severity] = deadline if known is None else min(known, deadline)
