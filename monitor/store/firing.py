"""Incidents whose alert fires, for whoever must be told of them again and again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, and_, select

from monitor.contract.verdict import Severity
from monitor.store.bulk import Key
from monitor.store.concerns import Concern, packed, unpacked
from monitor.store.engine import reading
from monitor.store.queue_tables import queue
from monitor.store.tables import cases

_SEVERITIES = tuple(Severity)  # by rank
_FIRING = packed([Concern.FIRING])


@dataclass(frozen=True, slots=True)
class FiringIncident:
    """How an incident stands in the queue. `fires` False: its alert has been resolved."""

    force: str
    ref: str
    version: int  # of the queue, when it came to stand so
    fires: bool
    since: datetime  # when it began to fire
    severity: Severity
    status: str
    deadline: datetime
    concerns: frozenset[Concern]
    findings: tuple[str, ...]
    unit: str
    channel: str

    @property
    def key(self) -> Key:
        return self.force, self.ref


def firing_incidents(engine: Engine, after: int = 0) -> list[FiringIncident]:
    """What changed in the queue after this version, in its order; after 0 only those that fire."""
    same = and_(cases.c.force == queue.c.force, cases.c.ref == queue.c.ref)
    query = select(queue, cases.c.firing_since).select_from(queue.join(cases, same))
    fires = queue.c.concerns.bitwise_and(_FIRING) != 0
    query = query.where(queue.c.version > after) if after else query.where(~queue.c.gone, fires)
    with reading(engine) as connection:
        return [
            FiringIncident(
                force=row.force,
                ref=row.ref,
                version=row.version,
                fires=not row.gone and bool(row.concerns & _FIRING),
                since=row.firing_since or row.deadline,
                severity=_SEVERITIES[row.severity],
                status=row.status,
                deadline=row.deadline,
                concerns=unpacked(row.concerns),
                findings=tuple(row.findings.split()),
                unit=row.unit,
                channel=row.channel,
            )
            for row in connection.execute(query.order_by(queue.c.version))
        ]
