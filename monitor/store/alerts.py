"""Changes of an alert: raised, changed, resolved. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from monitor.contract.kept_json import kept_json
from monitor.contract.verdict import Alert, Verdict, rfc3339


class AlertState(NamedTuple):
    """What the alert of a case was told to be last."""

    alert: str | None = None
    status: str | None = None
    severity: str | None = None
    changes: int = 0  # how many were told
    firing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertChange:
    change: str  # raised, changed or resolved
    number: int  # of the case's changes, from 1
    since: datetime  # when it began to fire


def alert_now(before: AlertState, verdict: Verdict) -> Alert:
    """`resolved` where it fired before and no longer does: only the store knows the past."""
    if verdict.alert is Alert.FIRING or before.alert in (None, Alert.NONE):
        return verdict.alert
    return Alert.RESOLVED


def alert_change(before: AlertState, verdict: Verdict, now: datetime) -> AlertChange | None:
    """What must be told. None: nothing, the same was told before."""
    fired, fires = before.alert == Alert.FIRING, verdict.alert is Alert.FIRING
    since = before.firing_since or now
    if fires and not fired:
        return AlertChange("raised", before.changes + 1, now)
    if fired and not fires:
        return AlertChange("resolved", before.changes + 1, since)
    if fires and (before.status, before.severity) != (verdict.status, verdict.severity):
        return AlertChange("changed", before.changes + 1, since)
    return None


def alert_id(verdict: Verdict, change: AlertChange) -> str:
    """Stable and unique: the force, the incident and the number of the change."""
    return f"{quote(verdict.force, safe='')}/{quote(verdict.incident_ref, safe='')}/{change.number}"


def alert_message(verdict: Verdict, change: AlertChange, cause: dict[str, Any], now: datetime) -> bytes:
    return kept_json(
        {
            "id": alert_id(verdict, change),
            "force": verdict.force,
            "incident_ref": verdict.incident_ref,
            "alert": Alert.RESOLVED if change.change == "resolved" else Alert.FIRING,
            "change": change.change,
            "severity": verdict.severity,
            "status": verdict.status,
            "findings": [finding.code for finding in verdict.findings],
            "crime_refs": list(verdict.crime_refs),
            "deadline": rfc3339(verdict.deadline),
            "since": rfc3339(change.since),
            "caused_by": cause,
            "decided_at": rfc3339(now),
            "rulebook": verdict.rulebook,
        }
    )
