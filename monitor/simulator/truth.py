"""The truth about each story: what was planted, for measuring the monitor, which never sees it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from monitor.contract.verdict import Severity, rfc3339
from monitor.rulebook import severity as levels
from monitor.rulebook.types import groups_of
from monitor.simulator.plans import PLANS, Expects, Failure, Fault
from monitor.simulator.story import Log, Story

_PLANS = {plan.kind: plan for plan in PLANS}
_TIMES = ("reported_at", "wrong_at", "put_right_at")


@dataclass(frozen=True, slots=True)
class Truth:
    force: str
    incident_refs: tuple[str, ...]
    kind: str
    fault: str | None
    failure: Failure | None  # the row of the table of failures, where it is one
    visible: bool | None  # whether the data betray the fault; None where there is none
    expects: Expects | None  # how the monitor should tell of it
    crime: str | None  # the canonical type of what was told, whatever the log says
    crimes_due: int  # how many should be recorded, as an inspector counts them
    crimes_recorded: int  # of these, in the end
    severity: Severity | None  # about what it should be
    channel: str | None  # of the first log
    reported_at: datetime
    wrong_at: datetime | None
    put_right_at: datetime | None

    def to_json(self) -> bytes:
        fields = {name: getattr(self, name) for name in self.__slots__}
        return orjson.dumps(fields | {name: rfc3339(fields[name]) for name in _TIMES})

    @classmethod
    def from_json(cls, line: bytes) -> "Truth":
        """What `to_json` wrote. Raises ValueError, TypeError or KeyError for anything else."""
        fields: dict[str, Any] = orjson.loads(line)
        times = {name: fields[name] and datetime.fromisoformat(fields[name]) for name in _TIMES}
        enums = {
            "failure": fields["failure"] and Failure(fields["failure"]),
            "expects": fields["expects"] and Expects(fields["expects"]),
            "severity": fields["severity"] and Severity(fields["severity"]),
        }
        return cls(**{**fields, **times, **enums, "incident_refs": tuple(fields["incident_refs"])})


def truth_of(story: Story) -> Truth:
    fault = _PLANS[story.kind].fault
    due = _crimes_due(story)
    first = story.logs[0] if story.logs else None
    return Truth(
        force=story.force.name,
        incident_refs=tuple(log.ref for log in story.logs),
        kind=story.kind,
        fault=story.fault,
        failure=fault.failure if fault else None,
        visible=fault.expects is not None if fault else None,
        expects=fault.expects if fault else None,
        crime=story.crime,
        crimes_due=due,
        crimes_recorded=min(due, story.records),
        severity=_severity(first) if first and _is_told_of(fault) else None,
        channel=first.channel if first else None,
        reported_at=story.begun,
        wrong_at=story.wrong_at,
        put_right_at=story.put_right_at,
    )


def _crimes_due(story: Story) -> int:
    """One for each victim, and one where nobody is named."""
    if not _PLANS[story.kind].counted:
        return 0
    return max(1, len(story.logs[0].victims)) if story.logs else 1


def _is_told_of(fault: Fault | None) -> bool:
    return fault is not None and fault.expects in {Expects.ALERT, Expects.FINDING}


def _severity(log: Log) -> Severity:
    """By what the log says: a record that is linked later may raise it."""
    domestic = levels.HIGH_RISK_DOMESTIC_ABUSE if log.high_risk else levels.DOMESTIC_ABUSE
    severity = levels.highest(
        levels.of_groups(groups_of(log.type)),
        domestic if log.domestic else Severity.LOW,
        levels.PROFESSIONAL_REPORT if log.channel == levels.PROFESSIONAL_CHANNEL else Severity.LOW,
    )
    return severity.raised() if any(victim.get("vulnerable") for victim in log.victims) else severity
