"""What the monitor told of each incident, and when."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from monitor.contract.verdict import Alert, Severity, Verdict
from monitor.evaluation.conduct import Conduct
from monitor.evaluation.replay import Incident, Judgement


@dataclass(slots=True)
class Raised:
    """An alert, from when it fired; raised anew after it was taken back, it is another."""

    at: datetime
    severity: Severity
    ended_at: datetime | None = None


@dataclass(slots=True)
class Told:
    alerts: list[Raised] = field(default_factory=list)
    findings: dict[str, datetime] = field(default_factory=dict)  # by code, when it was first there
    suggested_at: datetime | None = None  # first, as the last of a course of conduct
    named_at: datetime | None = None  # first, in a suggestion shown with another log
    firing: bool = False

    def hear(self, at: datetime, verdict: Verdict) -> None:
        firing = verdict.alert == Alert.FIRING
        if firing and not self.firing:
            self.alerts.append(Raised(at, verdict.severity))
        if self.firing and not firing:
            self.alerts[-1].ended_at = at
        self.firing = firing
        for finding in verdict.findings:
            self.findings.setdefault(finding.code, at)


def listen(judgements: Iterable[Judgement]) -> dict[Incident, Told]:
    told: dict[Incident, Told] = defaultdict(Told)
    conduct = Conduct()
    for at, verdict, occasion in judgements:
        incident = verdict.force, verdict.incident_ref
        told[incident].hear(at, verdict)
        for each in conduct.hear(incident, occasion):
            told[each.last].suggested_at = told[each.last].suggested_at or at
            for log in each.earlier:
                told[log].named_at = told[log].named_at or at
    return dict(told)
