"""The figures: recall and precision, false alarms, and how long before the deadline an alert came."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median, quantiles
from typing import Any

from monitor.contract.verdict import rfc3339
from monitor.evaluation.compare import Compared
from monitor.evaluation.shares import Share
from monitor.evaluation.strata import recording_rates
from monitor.rulebook.types import groups_of
from monitor.simulator.plans import Expects

Shares = dict[str, Share]


@dataclass(frozen=True, slots=True)
class Lead:
    """Hours from the first alert to the deadline; below nought where the alert came after it."""

    alerts: int
    median: float
    least_of_nine_in_ten: float
    before_deadline: Share

    @classmethod
    def of(cls, hours: Sequence[float]) -> "Lead":
        tenth = quantiles(hours, n=10)[0] if len(hours) > 1 else hours[0]
        return cls(len(hours), round(median(hours), 2), round(tenth, 2), Share.among(each > 0 for each in hours))

    def as_dict(self) -> dict[str, Any]:
        return {
            "alerts": self.alerts,
            "median": self.median,
            "least_of_nine_in_ten": self.least_of_nine_in_ten,
            "before_deadline": self.before_deadline.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    as_of: datetime
    days: float
    stories: int
    incidents: int
    recording_rates: Shares  # by stratum, of the truth
    visible_faults: int  # that went wrong long enough ago to be told of
    not_yet: int  # faults that did not
    unseen: Share  # faults that nothing in the data betrays, and how many of them have an alert all the same
    told: Share  # of all visible faults, whether as an alert, a finding or in the queue
    recall: Share  # of faults that should raise an alert
    recall_by: dict[str, Shares]  # fault, severity, channel
    finding_recall: Shares  # by fault, of those that should have a finding
    queue_recall: Shares  # by fault, of those that should be queued
    precision: Share  # of alerts
    precision_by: dict[str, Shares]  # severity, channel
    false_alarms: dict[str, int]  # by kind of story
    standing_on: Shares  # by fault, of alerts on faults that were put right: those that did not end
    finding_precision: Shares  # by code
    suggestion_precision: Shares  # by kind of story
    lead: dict[str, Lead]  # by fault

    @property
    def false_per_thousand(self) -> float:
        return round(1000 * sum(self.false_alarms.values()) / max(self.incidents, 1), 3)

    @property
    def false_per_day(self) -> float:
        return round(sum(self.false_alarms.values()) / self.days, 3) if self.days else 0.0

    def as_dict(self) -> dict[str, Any]:
        return {
            "as_of": rfc3339(self.as_of), "days": round(self.days, 2), "stories": self.stories,
            "incidents": self.incidents, "recording_rates": _dicts(self.recording_rates),
            "visible_faults": self.visible_faults, "not_yet": self.not_yet,
            "unseen": self.unseen.as_dict(), "told": self.told.as_dict(), "recall": self.recall.as_dict(),
            "recall_by": {name: _dicts(shares) for name, shares in self.recall_by.items()},
            "finding_recall": _dicts(self.finding_recall), "queue_recall": _dicts(self.queue_recall),
            "precision": self.precision.as_dict(),
            "precision_by": {name: _dicts(shares) for name, shares in self.precision_by.items()},
            "standing_on": _dicts(self.standing_on), "false_alarms": self.false_alarms,
            "false_alarms_per_thousand_incidents": self.false_per_thousand,
            "false_alarms_per_day": self.false_per_day, "finding_precision": _dicts(self.finding_precision),
            "suggestion_precision": _dicts(self.suggestion_precision),
            "hours_before_deadline": {fault: lead.as_dict() for fault, lead in self.lead.items()},
        }  # fmt: skip


def evaluate(compared: Sequence[Compared], end: datetime) -> Evaluation:
    alertable = [each for each in compared if each.counts(Expects.ALERT)]
    alerts = [(each, alert, each.is_right(alert.at)) for each in compared for alert in each.alerts]
    codes = [(code, each.is_right(at)) for each in compared for code, at in each.findings]
    visible = [each for each in compared if each.truth.visible]
    return Evaluation(
        as_of=end,
        days=_days(compared, end),
        stories=len(compared),
        incidents=sum(len(each.told) for each in compared),
        recording_rates=recording_rates(each.truth for each in compared),
        visible_faults=sum(each.ripe for each in visible),
        not_yet=sum(not each.ripe for each in visible),
        unseen=Share.among(any(True for _ in each.alerts) for each in compared if each.truth.visible is False),
        told=Share.among(each.is_told for each in visible if each.ripe),
        recall=Share.among(each.is_told for each in alertable),
        recall_by={
            "fault": _recall(alertable, lambda each: each.truth.fault),
            "severity": _recall(alertable, lambda each: each.truth.severity),
            "channel": _recall(alertable, lambda each: each.truth.channel),
        },
        finding_recall=_recall((each for each in compared if each.counts(Expects.FINDING)), lambda e: e.truth.fault),
        queue_recall=_recall((each for each in compared if each.counts(Expects.QUEUE)), lambda e: e.truth.fault),
        precision=Share.among(right for _, _, right in alerts),
        precision_by={
            "severity": _shares((str(alert.severity), right) for _, alert, right in alerts),
            "channel": _shares((str(each.truth.channel), right) for each, _, right in alerts),
        },
        false_alarms=_false_alarms((each.truth.kind, right) for each, _, right in alerts),
        standing_on=_shares((str(each.truth.fault), on) for each in compared for on in each.stands_on(end)),
        finding_precision=_shares(codes),
        suggestion_precision=_shares(
            (each.truth.kind, "conduct" in groups_of(each.truth.crime or ""))
            for each in compared
            for _ in each.suggestions
        ),
        lead=_lead(alertable),
    )


def _recall(compared: Iterable[Compared], name: Callable[[Compared], object]) -> Shares:
    return _shares((str(name(each)), each.is_told) for each in compared)


def _shares(pairs: Iterable[tuple[str, bool]]) -> Shares:
    grouped: dict[str, list[bool]] = defaultdict(list)
    for name, found in pairs:
        grouped[name].append(found)
    return {name: Share.among(grouped[name]) for name in sorted(grouped)}


def _false_alarms(alerts: Iterable[tuple[str, bool]]) -> dict[str, int]:
    return {kind: share.of - share.found for kind, share in _shares(alerts).items() if share.found < share.of}


def _lead(alertable: Iterable[Compared]) -> dict[str, Lead]:
    hours: dict[str, list[float]] = defaultdict(list)
    for each in alertable:
        if (before := each.hours_before_deadline) is not None:
            hours[str(each.truth.fault)].append(before)
    return {fault: Lead.of(hours[fault]) for fault in sorted(hours)}


def _days(compared: Sequence[Compared], end: datetime) -> float:
    begun = min((each.truth.reported_at for each in compared), default=end)
    return (end - begun).total_seconds() / 86400


def _dicts(shares: Shares) -> dict[str, Any]:
    return {name: share.as_dict() for name, share in shares.items()}
