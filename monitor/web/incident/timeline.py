"""The time line: all that happened to an incident, in the order in which it happened."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

import orjson

from monitor.contract.events import CrimeSnapshot, Decision
from monitor.contract.topics import Topic
from monitor.rulebook.limits import deadline
from monitor.store.case_file import CrimeRevision
from monitor.store.shapes import Change
from monitor.web.incident import log_changes
from monitor.web.incident.view import VerdictJson, View
from monitor.web.incident.words import (
    ACTIONS,
    CANCELLATIONS,
    ROLES,
    finding_words,
    joined,
    reason_words,
    verdict_changes,
)
from monitor.web.words import counted, duration, moment

GAP = timedelta(minutes=15)  # so far behind the clock, the crime feed is said to be behind


@dataclass(frozen=True)
class Moment:
    at: datetime
    kind: str  # report, deadline, log, crime, verdict, decision, feed
    title: str
    lines: list[str] = field(default_factory=list)
    by: str = ""
    note: str = ""  # in a tag beside the title
    decision_id: str = ""


def timeline(view: View) -> list[Moment]:
    """In order of time; what happened at one instant in the order of cause and effect."""
    moments = [*_report(view), *_log(view), *_crimes(view), *_decisions(view), *_verdicts(view), *_deadline(view)]
    return sorted(moments, key=lambda each: each.at)


def _report(view: View) -> Iterator[Moment]:
    ruled = view.case.ruling.reported_at
    lines = [f"The log says {moment(view.case.said.reported_at)}; a registrar set the time."] if ruled else []
    if view.case.said.report_time_changed and not ruled:
        lines = ["Revisions of the log give different times; the earliest counts."]
    yield Moment(view.case.reported_at, "report", "Reported to the police", lines)


def _deadline(view: View) -> Iterator[Moment]:
    at = deadline(view.case.reported_at)
    lines = [f"{duration(at - view.now)} from now."] if at > view.now else []
    yield Moment(at, "deadline", "Time to record ends", lines)


def _log(view: View) -> Iterator[Moment]:
    first, *rest = view.file.log
    title = f"Log, revision {first.event.revision}"
    yield Moment(first.event.updated_at, "log", title, log_changes.opened(first.event, view))
    before = first.event
    for revision in rest:
        event, lines = revision.event, log_changes.changed(before, revision.event, view)
        note = "conflict: two differ under one number" if event.revision == before.revision else ""
        lines = lines or ["Nothing that the monitor reads was changed."]
        yield Moment(event.updated_at, "log", f"Log, revision {event.revision}", lines, note=note)
        before = event


def _crimes(view: View) -> Iterator[Moment]:
    for ref, revisions in view.file.crimes.items():
        yield _recorded(ref, revisions[0].event, view)
        for before, after in pairwise(revisions):
            yield from _crime_changed(ref, before, after, view)
        if revisions[0].event.status == "cancelled":
            yield _cancelled(ref, revisions[0].event)


def _recorded(ref: str, crime: CrimeSnapshot, view: View) -> Moment:
    linked = ref in (view.verdict or {}).get("crime_refs", [])
    lines = [f"{view.offence_words(crime.offence)}."]
    return Moment(crime.recorded_at, "crime", f"Crime {ref} recorded", lines, note="" if linked else "not linked")


def _crime_changed(ref: str, before: CrimeRevision, after: CrimeRevision, view: View) -> Iterator[Moment]:
    was, crime = before.event, after.event
    if crime.status == "cancelled" and (was.status, was.cancellation) != (crime.status, crime.cancellation):
        yield _cancelled(ref, crime)
    lines = []
    if was.status == "cancelled" and crime.status == "recorded":
        lines.append("It stands again.")
    if was.offence != crime.offence:
        lines.append(f"From {view.offence_words(was.offence)} to {view.offence_words(crime.offence)}.")
    lines += [f"It names {each}." for each in crime.incident_refs if each not in was.incident_refs]
    lines += [f"It no longer names {each}." for each in was.incident_refs if each not in crime.incident_refs]
    if len(was.victims) != len(crime.victims):
        lines.append(f"It names {counted(len(crime.victims), 'victim')}.")
    if lines:
        yield Moment(crime.updated_at, "crime", f"Crime {ref} changed", lines)


def _cancelled(ref: str, crime: CrimeSnapshot) -> Moment:
    given = crime.cancellation
    if given is None:
        return Moment(crime.updated_at, "crime", f"Crime {ref} cancelled", ["Nothing is said of why, or by whom."])
    lines = [f"{CANCELLATIONS.get(given.code or '', 'No known code')}."]
    if given.independent is not None:
        lines.append(f"By somebody {'independent' if given.independent else 'not independent'} of the investigation.")
    lines += [f"The victim was told, {moment(given.victim_informed_at)}."] if given.victim_informed_at else []
    by = ROLES.get(given.decided_by_role or "", "")
    return Moment(given.decided_at or crime.updated_at, "crime", f"Crime {ref} cancelled", lines, by)


def _decisions(view: View) -> Iterator[Moment]:
    for made in view.file.decisions:
        event = made.event
        by = f"{view.person(event.decided_by)}, {ROLES[event.role]}"
        note = "withdrawn" if made.withdrawn_by else ""
        lines = decision_lines(event, view)
        yield Moment(event.decided_at, "decision", ACTIONS[event.action], lines, by, note, event.decision_id)


def decision_lines(event: Decision, view: View) -> list[str]:
    """What a decision says beside its action, in sentences."""
    lines = [f"{reason_words(event.code)}."] if event.action == "no_crime" else []
    lines += [f"Crime {event.crime_ref}."] if event.crime_ref else []
    lines += [f"{counted(event.crimes or 1, 'crime')}."] if event.action == "require_crime" else []
    lines += [f"Accepted: {joined(finding_words(code) for code in event.accepts)}."] if event.accepts else []
    lines += [f"For up to {counted(event.victims, 'victim')}."] if event.victims is not None else []
    lines += [f"{moment(event.reported_at)}."] if event.reported_at else []
    lines += [withdrawn_words(event, view)] if event.withdraws else []
    lines += [f"It refers to {event.related_ref}."] if event.related_ref else []
    lines += [f"The other force has it as {event.receiving_force_ref}."] if event.receiving_force_ref else []
    lines += [f"The victim was told, {moment(event.victim_informed_at)}."] if event.victim_informed_at else []
    return [*lines, *(text for text in (event.rationale, event.text) if text)]


def withdrawn_words(event: Decision, view: View) -> str:
    for made in view.file.decisions:
        if made.event.decision_id == event.withdraws:
            return f"“{ACTIONS[made.event.action]}” of {moment(made.event.decided_at)}."
    return f"The decision {event.withdraws}, which is not known."


def _verdicts(view: View) -> Iterator[Moment]:
    before: VerdictJson | None = None
    for change in view.file.history:
        after: VerdictJson = orjson.loads(change.verdict)
        yield from _feed(change, before, after)
        lines = verdict_changes(before, after)
        yield Moment(change.at, "verdict", "Verdict", [*lines, _cause(change)], "the monitor")
        before = after


def _feed(change: Change, before: VerdictJson | None, after: VerdictJson) -> Iterator[Moment]:
    behind, was_behind = after["status"] == "feed_behind", before is not None and before["status"] == "feed_behind"
    known = f"up to {moment(change.known)} only" if change.known else "not at all yet"
    if behind and not was_behind:
        yield Moment(change.at, "feed", "The crime feed was behind", [f"Crime records were known {known}."])
    if was_behind and not behind:
        yield Moment(change.at, "feed", "The crime feed had caught up")


def _cause(change: Change) -> str:
    if change.cause == "clock":
        return "Because time passed."
    if change.cause == "known_time":
        return "Because more became known of the crime feed."
    if change.cause == "rulebook":
        return f"Because it was judged anew, by the rules of {change.cause_ref}."
    if change.cause == Topic.DECISIONS:
        return "Because of a decision."
    what = {Topic.INCIDENTS.value: "the log", Topic.CRIME_RECORDS.value: "the crime"}.get(change.cause, change.cause)
    return f"Because of {what} {change.cause_ref}, revision {change.cause_revision}."


def feed_gap(view: View) -> str:
    """A sentence where the crime feed is behind now; else nothing."""
    known = view.file.known
    if known is None or view.now - known < GAP:
        return ""
    return f"The crime feed is known up to {moment(known)}, {duration(view.now - known)} behind the clock."
