"""Why an incident needs a person, said of a verdict: what the queue is filtered and counted by. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from monitor.contract.verdict import Alert, Status, Verdict


class Concern(StrEnum):
    """In the order of their bits in the database: new ones come last. The values stand in links."""

    FIRING = "firing"
    DUE_SOON = "due_soon"
    CLOSED_WITHOUT_CRIME = "closed_without_crime"
    RECODED = "recoded"
    WRONG_REASON = "wrong_reason"
    CANCELLED_WRONGLY = "cancelled_wrongly"
    N100 = "n100"
    POSSIBLE_MATCH = "possible_match"
    FEED_BEHIND = "feed_behind"
    UNRECORDED = "unrecorded"
    TOO_FEW = "too_few"  # crimes are recorded, and not enough
    UNFINISHED = "unfinished"  # a reason holds, and a step that goes with it is missing
    TO_CHECK = "to_check"  # something does not fit
    COURSE_OF_CONDUCT = "course_of_conduct"  # suggested, whatever the verdict


_BITS = {concern: 1 << place for place, concern in enumerate(Concern)}
_OF_STATUS = {
    Status.UNRECORDED: Concern.UNRECORDED,
    Status.PARTLY_RECORDED: Concern.TOO_FEW,
    Status.FEED_BEHIND: Concern.FEED_BEHIND,
}
_OF_FINDING = {
    "due_soon": Concern.DUE_SOON,
    "closed_without_crime": Concern.CLOSED_WITHOUT_CRIME,
    "recoded_without_reason": Concern.RECODED,
    "rationale_missing": Concern.WRONG_REASON,
    "reason_invalid": Concern.WRONG_REASON,
    "reason_rejected": Concern.WRONG_REASON,
    "cancellation_invalid": Concern.CANCELLED_WRONGLY,
    "n100_needs_review": Concern.N100,
    "possible_match": Concern.POSSIBLE_MATCH,
    "supervisor_review_missing": Concern.UNFINISHED,
    "victim_not_informed": Concern.UNFINISHED,
    "duplicate_differs": Concern.TO_CHECK,
    "recorded_before_reported": Concern.TO_CHECK,
    "offence_differs": Concern.TO_CHECK,
    "persons_differ": Concern.TO_CHECK,
    "report_time_changed": Concern.TO_CHECK,
    "reported_in_future": Concern.TO_CHECK,
    "stalking_expected": Concern.TO_CHECK,
    "unmapped_type": Concern.TO_CHECK,
    "unmapped_value": Concern.TO_CHECK,
    "fewer_crimes_than_victims": Concern.TOO_FEW,
    "second_crime_missing": Concern.TOO_FEW,
    "breach_not_recorded": Concern.TOO_FEW,
    "offence_beside_breach_not_recorded": Concern.TOO_FEW,
    "rape_not_recorded": Concern.TOO_FEW,
    "more_crimes_required": Concern.TOO_FEW,
}


def concerns_of(verdict: Verdict) -> frozenset[Concern]:
    """None: nobody is needed. A finding that has no place here yet is still something to check."""
    found = {_OF_FINDING.get(finding.code, Concern.TO_CHECK) for finding in verdict.findings}
    if verdict.status in _OF_STATUS:
        found.add(_OF_STATUS[verdict.status])
    if verdict.alert is Alert.FIRING:
        found.add(Concern.FIRING)
    return frozenset(found)


def packed(concerns: Iterable[Concern]) -> int:
    return sum(_BITS[concern] for concern in concerns)


def unpacked(bits: int) -> frozenset[Concern]:
    return frozenset(concern for concern, bit in _BITS.items() if bits & bit)
