"""The queue's words: short, for people who read them all day. The incident page has the whole sentences."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from monitor.contract.verdict import Severity, Status
from monitor.store.concerns import Concern
from monitor.web.words import spoken

EVERYTHING = "Everything"
NO_UNIT = "No unit given"
NO_TYPE = "No type given"

CONCERNS = {
    Concern.FIRING: "Alert firing",
    Concern.DUE_SOON: "Due soon",
    Concern.UNRECORDED: "Unrecorded",
    Concern.TOO_FEW: "Too few crimes",
    Concern.CLOSED_WITHOUT_CRIME: "Closed without a crime",
    Concern.RECODED: "Re-coded",
    Concern.WRONG_REASON: "Wrong reason",
    Concern.CANCELLED_WRONGLY: "Cancelled wrongly",
    Concern.N100: "N100 to review",
    Concern.POSSIBLE_MATCH: "Possible matches",
    Concern.COURSE_OF_CONDUCT: "Course of conduct?",
    Concern.UNFINISHED: "Step missing",
    Concern.TO_CHECK: "To check",
    Concern.FEED_BEHIND: "Waiting for the feed",
}

SUGGESTED = {  # beside the verdict, in its place where nothing else is said
    Concern.COURSE_OF_CONDUCT: "May be a course of conduct with earlier logs",
    Concern.POSSIBLE_MATCH: "A crime record that is not linked may be its own",
}

STATUSES = {
    Status.NO_CRIME_EXPECTED: "No crime expected",
    Status.RECORDED_IN_TIME: "Recorded in time",
    Status.RECORDED_LATE: "Recorded late",
    Status.NO_CRIME_JUSTIFIED: "No crime, justified",
    Status.AWAITING_RECORD: "Awaiting record",
    Status.FEED_BEHIND: "Feed behind",
    Status.PARTLY_RECORDED: "Partly recorded",
    Status.UNRECORDED: "Unrecorded",
}
# Something is missing still: of these it matters how much time is left.
MISSING = frozenset({Status.UNRECORDED, Status.PARTLY_RECORDED, Status.AWAITING_RECORD, Status.FEED_BEHIND})
STATUS_COLOURS = {
    Status.NO_CRIME_EXPECTED: "grey",
    Status.RECORDED_IN_TIME: "green",
    Status.RECORDED_LATE: "green",
    Status.NO_CRIME_JUSTIFIED: "green",
    Status.AWAITING_RECORD: "blue",
    Status.FEED_BEHIND: "blue",
    Status.PARTLY_RECORDED: "orange",
    Status.UNRECORDED: "red",
}
SEVERITY_COLOURS = {
    Severity.CRITICAL: "red",
    Severity.HIGH: "orange",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "grey",
}

FINDINGS = {
    "due_soon": "Due within 4 hours",
    "closed_without_crime": "Closed without a crime",
    "recoded_without_reason": "Re-coded without a reason",
    "rationale_missing": "Reason without a rationale",
    "reason_invalid": "Reason does not hold",
    "reason_rejected": "Reason rejected by the registrar",
    "supervisor_review_missing": "No supervisor has reviewed the reason",
    "victim_not_informed": "Victim not told",
    "duplicate_differs": "Duplicate of something less severe",
    "cancellation_invalid": "Cancelled wrongly",
    "recorded_before_reported": "Crime record older than the report",
    "offence_differs": "Another kind of offence recorded",
    "persons_differ": "Victim on none of the crime records",
    "report_time_changed": "Time of report was changed",
    "reported_in_future": "Time of report lies ahead",
    "stalking_expected": "Stalking expected, not harassment",
    "n100_needs_review": "N100 to review",
    "possible_match": "Possible match",
    "unmapped_type": "Type code not mapped",
    "unmapped_value": "Value not known",
    "fewer_crimes_than_victims": "Fewer crimes than victims",
    "second_crime_missing": "Second crime missing",
    "breach_not_recorded": "Breach not recorded",
    "offence_beside_breach_not_recorded": "Offence beside the breach not recorded",
    "rape_not_recorded": "Rape or N100 not recorded",
    "more_crimes_required": "Registrar requires more crimes",
}
TOO_FEW = (
    "rape_not_recorded",
    "more_crimes_required",
    "fewer_crimes_than_victims",
    "second_crime_missing",
    "breach_not_recorded",
    "offence_beside_breach_not_recorded",
)
_CHANNELS = {
    "nrm": "NRM",
    "sarc": "SARC",
    "officer": "Officer",
    "professional_third_party": "Professional",
    "parent_or_carer": "Parent or carer",
    "other_force": "Another force",
}
_MISSING = {
    Status.UNRECORDED: "No crime record",
    Status.AWAITING_RECORD: "No crime record yet",
    Status.PARTLY_RECORDED: "Too few crimes are recorded",
    Status.FEED_BEHIND: "Overdue by the clock; the crime feed has not come so far",
    Status.NO_CRIME_JUSTIFIED: "No crime record, with a reason that holds",
    Status.NO_CRIME_EXPECTED: "No crime is expected",
    Status.RECORDED_IN_TIME: "Nothing is missing: recorded in time",
    Status.RECORDED_LATE: "Nothing is missing: recorded late",
}


def channel_words(channel: str) -> str:
    return _CHANNELS.get(channel, spoken(channel))


def missing(verdict: Mapping[str, Any]) -> str:
    """What is missing, in words. Where crimes are too few it is the gravest gap, with its numbers."""
    messages = {finding["code"]: str(finding["message"]) for finding in verdict["findings"]}
    gap = _gravest_gap(messages)
    return messages[gap] if gap else _MISSING[Status(verdict["status"])]


def finding_words(codes: Sequence[str]) -> list[str]:
    return [FINDINGS.get(code, spoken(code)) for code in codes]


def further_findings(codes: Sequence[str]) -> list[str]:
    """Those that `missing` has not told."""
    gap = _gravest_gap(codes)
    return finding_words([code for code in codes if code != gap])


def _gravest_gap(codes: Collection[str]) -> str | None:
    return next((code for code in TOO_FEW if code in codes), None)
