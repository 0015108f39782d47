"""Rows of the queue in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from monitor.contract.verdict import Severity, Status
from monitor.links import incident_link
from monitor.store.concerns import unpacked
from monitor.store.instants import from_micros
from monitor.store.queue import QueueRow, names_of, verdicts_of
from monitor.web.parts import Parts
from monitor.web.queue import labels
from monitor.web.queue.live import LiveQueue
from monitor.web.words import time_left

_SEVERITIES = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Shown:
    force: str
    ref: str
    href: str
    severity: Severity
    severity_colour: str
    status: str
    status_colour: str
    missing: str
    findings: list[str]
    deadline: datetime
    time_left: str  # empty where nothing is missing
    overdue: bool
    type: str
    type_code: str
    unit: str
    channel: str
    crime_refs: list[str]
    holder: str  # a name; empty: nobody


def in_words(web: Parts, live: LiveQueue, rows: Sequence[QueueRow]) -> list[Shown]:
    """As the verdicts stand now; an incident whose verdict is not there any more is left out."""
    verdicts = verdicts_of(web.store, [row.key for row in rows])
    names, now = holder_names(web, (row.holder for row in rows)), web.clock.now()
    return [_shown(row, verdicts[row.key], live, names, now) for row in rows if row.key in verdicts]


def holder_names(web: Parts, holders: Iterable[str]) -> dict[str, str]:
    """The name of each who holds something; the subject where no name is known."""
    subjects = set(holders) - {""}
    known = names_of(web.store, subjects) if subjects else {}
    return {subject: known.get(subject, subject) for subject in subjects}


def _shown(row: QueueRow, content: bytes, live: LiveQueue, names: Mapping[str, str], now: datetime) -> Shown:
    severity, status, deadline = _SEVERITIES[row.severity], Status(row.status), from_micros(row.deadline)
    suggested = [labels.SUGGESTED[concern] for concern in sorted(unpacked(row.concerns) & labels.SUGGESTED.keys())]
    nothing_else = bool(suggested) and status is Status.NO_CRIME_EXPECTED and not row.findings
    missing = suggested.pop(0) if nothing_else else labels.missing(orjson.loads(content))
    return Shown(
        force=row.force,
        ref=row.ref,
        href=incident_link("", row.force, row.ref),
        severity=severity,
        severity_colour=labels.SEVERITY_COLOURS[severity],
        status=labels.STATUSES[status],
        status_colour=labels.STATUS_COLOURS[status],
        missing=missing,
        findings=[*labels.further_findings(row.findings.split()), *suggested],
        deadline=deadline,
        time_left=time_left(deadline, now) if status in labels.MISSING else "",
        overdue=deadline < now and status in labels.MISSING,
        type=live.type_words(row.force, row.type),
        type_code=row.type,
        unit=row.unit,
        channel=labels.channel_words(row.channel),
        crime_refs=row.crime_refs.splitlines(),
        holder=names.get(row.holder, ""),
    )
