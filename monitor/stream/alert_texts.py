"""The alert of one incident as Alertmanager takes it. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.contract.alerting import IncidentAlert
from monitor.contract.verdict import Severity, Status, rfc3339
from monitor.links import incident_link
from monitor.store.concerns import Concern
from monitor.store.firing import FiringIncident

Post = dict[str, Any]  # an alert as Alertmanager's API takes and gives it
_KEPT = ("labels", "annotations", "startsAt", "generatorURL")

# How long an alert stands of which nothing more is heard. A worker that is down for hours must not seem to resolve
# what it raised; `MonitorSilent` tells the bureau that it is down.
STANDS_FOR = timedelta(hours=24)

_SUMMARIES = {
    IncidentAlert.UNRECORDED: "no crime record after 24 hours",
    IncidentAlert.CLOSED_WITHOUT_CRIME: "closed without a crime record",
    IncidentAlert.DUE_SOON: "no crime record yet, and due within four hours",
    IncidentAlert.WRONGLY_CANCELLED: "a crime record was cancelled wrongly",
}


@dataclass(frozen=True)
class Wording:
    """What an alert says beside the incident itself."""

    monitor: str  # which of several monitors posts it
    web: str
    runbooks: str | None

    def labels(self, incident: FiringIncident) -> dict[str, str]:
        """What tells it from any other: if one of these changes, it is another alert."""
        return {
            "alertname": str(what_is_wrong(incident)),
            "audience": "bureau",
            "force": incident.force,
            "incident_ref": incident.ref,
            "monitor": self.monitor,
            "severity": str(incident.severity),
        }

    def firing(self, incident: FiringIncident, now: datetime) -> Post:
        link = incident_link(self.web, incident.force, incident.ref)
        return {
            "labels": self.labels(incident),
            "annotations": {**_texts(incident), "incident_url": link, **self._runbook(incident)},
            "startsAt": _time(min(incident.since, now)),  # a frozen clock may be ahead
            "endsAt": _time(now + STANDS_FOR),
            "generatorURL": link,
        }

    def _runbook(self, incident: FiringIncident) -> dict[str, str]:
        return {"runbook_url": f"{self.runbooks}/{what_is_wrong(incident)}.md"} if self.runbooks else {}


def resolved(alert: Post, now: datetime) -> Post:
    """The same alert, over. It keeps its texts: Alertmanager would tell of it without any."""
    return {**{name: alert[name] for name in _KEPT if name in alert}, "endsAt": _time(now)}


def key_of(alert: Post) -> frozenset[tuple[str, str]]:
    """What Alertmanager tells one alert from another by."""
    return frozenset(alert["labels"].items())


def what_is_wrong(incident: FiringIncident) -> IncidentAlert:
    """The worst of it. A wrong cancellation is named last: it alone can be accepted, and then no longer counts."""
    if incident.status in {Status.UNRECORDED, Status.PARTLY_RECORDED}:
        return IncidentAlert.UNRECORDED
    if Concern.CLOSED_WITHOUT_CRIME in incident.concerns:
        return IncidentAlert.CLOSED_WITHOUT_CRIME
    return IncidentAlert.DUE_SOON if Concern.DUE_SOON in incident.concerns else IncidentAlert.WRONGLY_CANCELLED


def worst_first(incident: FiringIncident) -> tuple[int, datetime]:
    return -Severity(incident.severity).rank, incident.deadline


def _texts(incident: FiringIncident) -> dict[str, str]:
    kind = what_is_wrong(incident)
    what = "too few crime records after 24 hours" if incident.status == Status.PARTLY_RECORDED else _SUMMARIES[kind]
    owner = f", owned by {incident.unit}" if incident.unit else ""
    deadline = incident.deadline.astimezone(UTC).strftime("%d %B %Y at %H:%M UTC").lstrip("0")
    findings = ", ".join(each.replace("_", " ") for each in incident.findings)
    return {
        "summary": f"{incident.force}: {what}: {incident.ref} ({incident.severity}).",
        "description": (
            f"Reported by {incident.channel.replace('_', ' ')}{owner}; a crime record was or is due by {deadline}. "
            f"Findings: {findings or 'none'}."
        ),
    }


def _time(at: datetime) -> str:
    return str(rfc3339(at))
