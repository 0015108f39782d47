"""The judgement: a case, the clock and the known time to a verdict, and when to look again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.compliance.cancellation import wrongly_cancelled
from monitor.compliance.case import Case
from monitor.compliance.cases import Cases
from monitor.compliance.conduct import Occasion, occasion_of
from monitor.compliance.counting import Tally, tally_of
from monitor.compliance.findings import lasting_findings, nothing_to_show
from monitor.compliance.justification import Justification, justification_of
from monitor.compliance.known_time import KnownTime
from monitor.contract.events import IncidentSnapshot
from monitor.contract.verdict import Alert, Finding, Status, Verdict
from monitor.rulebook import limits, severity
from monitor.rulebook.findings import finding

TICK = timedelta(microseconds=1)


class Assessment(NamedTuple):
    verdict: Verdict
    review_at: datetime | None  # the next time of the clock that may change the verdict
    review_at_known: datetime | None  # the next known time that may
    reason: str | None = None  # the code of the standing reason for no crime, whether or not it holds
    occasion: Occasion | None = None  # that may be part of a course of conduct


class Standing(NamedTuple):
    """All of a judgement that no passing of time changes."""

    settled: Status | None  # a status that time cannot change
    partly: bool
    deadline: datetime
    reported_at: datetime
    closed_since: datetime | None  # with nothing to show
    severe: bool  # enough for an alert
    wrongly_cancelled: bool  # and no registrar accepted it

    @property
    def clock_times(self) -> list[datetime]:
        """The times of the clock that may change the verdict."""
        times = [self.reported_at]
        return times if self.settled else [*times, self.deadline + TICK]

    @property
    def known_times(self) -> list[datetime]:
        """The known times that may change the verdict."""
        if self.settled:
            return []
        times = [self.deadline - limits.DUE_SOON, self.deadline + TICK]
        return times if self.closed_since is None else [*times, self.closed_since + limits.CLOSED_FOR]


class Moment(NamedTuple):
    """What time changes."""

    status: Status
    alert: Alert
    codes: tuple[str, ...]


def assess(cases: Cases, incident_ref: str, now: datetime, known: KnownTime) -> Assessment:
    """Judge one incident of `cases` by the clock `now`. Raises KeyError where the log is not known."""
    case = cases.case(incident_ref)
    if case is None:
        raise KeyError(incident_ref)
    tally, justified = tally_of(case), justification_of(case, cases)
    standing = _standing(case, tally, justified, cases)
    at_known = known.at(now)
    moment = _at(standing, now, at_known)
    findings = [*lasting_findings(case, tally, justified, cases), *map(finding, moment.codes)]
    return Assessment(
        verdict=_verdict(case, tally, standing, moment, findings, _next_change(standing, moment, now, known), cases),
        review_at=min((time for time in standing.clock_times if time > now), default=None),
        review_at_known=min((time for time in standing.known_times if time > at_known), default=None),
        reason=case.reason.code if case.reason else None,
        occasion=occasion_of(case),
    )


def _standing(case: Case, tally: Tally, justified: Justification, cases: Cases) -> Standing:
    deadline = limits.deadline(case.reported_at)
    wrong = set(wrongly_cancelled(case, cases)) - case.ruling.accepted_cancellations
    return Standing(
        settled=_settled(case, tally, justified, deadline),
        partly=bool(case.counting),
        deadline=deadline,
        reported_at=case.reported_at,
        closed_since=closed_since(case.revisions) if nothing_to_show(case, justified) else None,
        severe=case.severity.rank >= severity.ALERTS_FROM.rank,
        wrongly_cancelled=bool(wrong),
    )


def _settled(case: Case, tally: Tally, justified: Justification, deadline: datetime) -> Status | None:
    if not case.expects_crime:
        return Status.NO_CRIME_EXPECTED
    if tally.enough_at:
        return Status.RECORDED_IN_TIME if tally.enough_at <= deadline else Status.RECORDED_LATE
    return Status.NO_CRIME_JUSTIFIED if justified.holds else None


def closed_since(revisions: Sequence[IncidentSnapshot]) -> datetime | None:
    """The earliest closing of the revisions since the log was last open; None while it is open."""
    closings = []
    for log in reversed(revisions):
        if log.status == "open":
            break
        closings.append(log.closed_at or log.updated_at)
    return min(closings, default=None)


def _at(standing: Standing, now: datetime, at_known: datetime) -> Moment:
    status = standing.settled or _unsettled(standing, now, at_known)
    codes = []
    waiting = status in {Status.AWAITING_RECORD, Status.FEED_BEHIND}
    if waiting and at_known >= standing.deadline - limits.DUE_SOON:
        codes.append("due_soon")
    if standing.closed_since and at_known >= standing.closed_since + limits.CLOSED_FOR:
        codes.append("closed_without_crime")
    missing = bool(codes) or status in {Status.UNRECORDED, Status.PARTLY_RECORDED}
    firing = standing.severe and (missing or standing.wrongly_cancelled)
    if standing.reported_at > now:
        codes.append("reported_in_future")
    return Moment(status, Alert.FIRING if firing else Alert.NONE, tuple(codes))


def _unsettled(standing: Standing, now: datetime, at_known: datetime) -> Status:
    if now <= standing.deadline:
        return Status.AWAITING_RECORD
    if at_known <= standing.deadline:
        return Status.FEED_BEHIND
    return Status.PARTLY_RECORDED if standing.partly else Status.UNRECORDED


def _next_change(standing: Standing, moment: Moment, now: datetime, known: KnownTime) -> datetime | None:
    """The first instant after `now` at which time alone changes this moment, should no further heartbeat come."""
    times = {*standing.clock_times, *standing.known_times}
    if standing.known_times:
        times.update(known.steps(now))
    return next((time for time in sorted(times) if time > now and _at(standing, time, known.at(time)) != moment), None)


def _verdict(
    case: Case,
    tally: Tally,
    standing: Standing,
    moment: Moment,
    findings: list[Finding],
    next_review_at: datetime | None,
    cases: Cases,
) -> Verdict:
    return Verdict(
        force=case.log.force,
        incident_ref=case.ref,
        status=moment.status,
        severity=case.severity,
        alert=moment.alert,
        deadline=standing.deadline,
        recorded_at=tally.enough_at,
        delay_hours=_hours(case.reported_at, tally.enough_at),
        crime_refs=tuple(crime.ref for crime in case.linked),
        expects_crime=case.expects_crime,
        because=case.because,
        findings=tuple(sorted(findings, key=lambda each: each.code)),
        next_review_at=next_review_at,
        rulebook=cases.rulebook.name,
    )


def _hours(reported_at: datetime, recorded_at: datetime | None) -> float | None:
    if recorded_at is None:
        return None
    return round((recorded_at - reported_at).total_seconds() / 3600, 2) + 0.0  # no negative zero
