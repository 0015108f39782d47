"""The verdict on one incident: what `monitor assess` prints and the store keeps."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from monitor.contract.kept_json import kept_json


class Status(StrEnum):
    NO_CRIME_EXPECTED = "no_crime_expected"
    RECORDED_IN_TIME = "recorded_in_time"
    RECORDED_LATE = "recorded_late"
    NO_CRIME_JUSTIFIED = "no_crime_justified"
    AWAITING_RECORD = "awaiting_record"
    FEED_BEHIND = "feed_behind"
    PARTLY_RECORDED = "partly_recorded"
    UNRECORDED = "unrecorded"


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    def __init__(self, _: str) -> None:
        self.rank = len(type(self).__members__)  # 0 for the first

    def raised(self) -> "Severity":
        """One level up, up to critical."""
        return _BY_RANK[min(self.rank + 1, 3)]


_BY_RANK = tuple(Severity)


class Alert(StrEnum):
    NONE = "none"
    FIRING = "firing"
    RESOLVED = "resolved"  # only the store says it: a single look has no past


class Finding(NamedTuple):
    code: str
    message: str  # a sentence; never says how long is left
    rule: str  # the rule and its page


class Verdict(NamedTuple):
    force: str
    incident_ref: str
    status: Status
    severity: Severity
    alert: Alert
    deadline: datetime
    recorded_at: datetime | None
    delay_hours: float | None  # hours from report to record, 2 decimals
    crime_refs: tuple[str, ...]  # linked, sorted
    expects_crime: bool
    because: tuple[str, ...]  # sorted
    findings: tuple[Finding, ...]  # by code
    next_review_at: datetime | None  # when time alone first changes any other field
    rulebook: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "force": self.force,
            "incident_ref": self.incident_ref,
            "status": self.status,
            "severity": self.severity,
            "alert": self.alert,
            "deadline": rfc3339(self.deadline),
            "recorded_at": rfc3339(self.recorded_at),
            "delay_hours": self.delay_hours,
            "crime_refs": list(self.crime_refs),
            "expected": {"crime": self.expects_crime, "because": list(self.because)},
            "findings": [{"code": f.code, "message": f.message, "rule": f.rule} for f in self.findings],
            "next_review_at": rfc3339(self.next_review_at),
            "rulebook": self.rulebook,
        }

    def to_json(self) -> bytes:
        return kept_json(self.as_dict())

    @classmethod
    def from_json(cls, line: bytes) -> "Verdict":
        """What `to_json` wrote."""
        fields = orjson.loads(line)
        expected = fields.pop("expected")
        return cls(
            **fields
            | {name: time and datetime.fromisoformat(time) for name, time in fields.items() if name in _TIMES}
            | {
                "status": Status(fields["status"]),
                "severity": Severity(fields["severity"]),
                "alert": Alert(fields["alert"]),
                "crime_refs": tuple(fields["crime_refs"]),
                "findings": tuple(Finding(**finding) for finding in fields["findings"]),
                "expects_crime": expected["crime"],
                "because": tuple(expected["because"]),
            }
        )


_TIMES = frozenset({"deadline", "recorded_at", "next_review_at"})


def rfc3339(time: datetime | None) -> str | None:
    """UTC with a Z; microseconds only where there are some."""
    if time is None:
        return None
    utc = time if time.tzinfo is UTC else time.astimezone(UTC)
    return utc.isoformat().removesuffix("+00:00") + "Z"
