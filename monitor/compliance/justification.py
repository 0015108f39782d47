"""Whether the absence of a crime record is justified: by a reason, as a duplicate, or by valid cancellations."""

from collections.abc import Callable
from dataclasses import dataclass

from monitor.compliance.cancellation import all_cancelled
from monitor.compliance.case import Case, Crime, victim_keys
from monitor.compliance.cases import Cases
from monitor.contract.events import Reason
from monitor.rulebook import limits, reasons, types

End = Case | Crime


@dataclass(frozen=True, slots=True)
class Justification:
    by_reason: bool = False
    by_duplicate_log: bool = False  # coded a duplicate, without a reason
    by_cancellation: bool = False

    @property
    def holds(self) -> bool:
        return self.by_reason or self.by_duplicate_log or self.by_cancellation


UNJUSTIFIED = Justification()


def justification_of(case: Case, cases: Cases) -> Justification:
    """Of a case with no counting crime. A standing `require_crime` leaves nothing justified."""
    if case.counting or case.ruling.required_crimes:
        return UNJUSTIFIED
    return Justification(
        by_reason=reason_holds(case, cases),
        by_duplicate_log=case.says_duplicate and bool(ends_of(case, cases)),
        by_cancellation=all_cancelled(case, cases),
    )


def reason_holds(case: Case, cases: Cases) -> bool:
    """Whether the standing reason has a rationale and its code holds (Crime Recording Rules 2026/27, p7-10)."""
    reason = case.reason
    if reason is None or reason.rationale is None:
        return False
    if reason.code != reasons.DUPLICATE and rape_stands_against(case):
        return False
    if reason.code in reasons.RATIONALE_IS_ENOUGH:
        return True
    check = _CHECKS.get(reason.code or "")
    return check is not None and check(case, reason, cases)


def ends_of(case: Case, cases: Cases) -> list[End]:
    """Every end that the case's references lead to; those that are marked and have no crime are followed on."""
    found: list[End] = []
    seen, ahead = {case.ref}, list(case.refers_to)
    looked_up: set[str] = set()
    while ahead:
        ref = ahead.pop()
        crime = cases.crime(ref) if ref not in looked_up else None
        looked_up.add(ref)
        if crime and crime.recorded and not crime.left_aside and (crime.rape_or_n100 or not case.is_rape_log):
            found.append(crime)
        other = cases.case(ref)
        if other is None or ref in seen:
            continue
        seen.add(ref)
        if other.refers_to and not other.counting:
            ahead.extend(other.refers_to)
        elif other.expects_crime and _is_end_for(case, other):
            found.append(other)
    return found


def _is_end_for(case: Case, other: Case) -> bool:
    return not case.is_rape_log or other.is_rape_log or other.has_counting_rape


def rape_stands_against(case: Case) -> bool:
    """On a rape log without a rape or N100 that counts only the registrar's own decision settles it (p34)."""
    by_registrar = case.ruling.no_crime is not None and case.ruling.no_crime.role == reasons.ALWAYS_MAY_SETTLE_RAPE
    return case.is_rape_log and not case.has_counting_rape and not by_registrar


def _victim_declined(case: Case, reason: Reason, cases: Cases) -> bool:
    return case.said.channels == {reasons.NEEDS_CONFIRMATION} and not case.said.confirmed


def _victim_not_traced(case: Case, reason: Reason, cases: Cases) -> bool:
    return not case.said.confirmed and case.said.channels.isdisjoint(reasons.SPEAK_FOR_THE_VICTIM)


def _other_force(case: Case, reason: Reason, cases: Cases) -> bool:
    return reason.receiving_force_ref is not None


def _duplicate(case: Case, reason: Reason, cases: Cases) -> bool:
    return bool(ends_of(case, cases))


def _continuation(case: Case, reason: Reason, cases: Cases) -> bool:
    """More of a course of conduct that is recorded (p57-58). Each report that joins starts the three months again."""
    if reason.related_ref is None:
        return False
    held = cases.continuation_holds.get(reason.related_ref)
    if held is None:
        held = cases.continuation_holds[reason.related_ref] = _held_continuations(reason.related_ref, cases)
    return held.get(case.ref, False)


def _held_continuations(crime_ref: str, cases: Cases) -> dict[str, bool]:
    """Which of the cases that claim to continue this crime do so, decided in the order in which they were reported."""
    crime = cases.crime(crime_ref)
    if crime is None or not crime.recorded or not crime.is_in("conduct") or crime.is_in("breach"):
        return {}
    held: dict[str, bool] = {}
    latest = earlier = crime.record.recorded_at
    reported_at = None
    for case in cases.continuing(crime_ref):
        if case.reported_at != reported_at:  # only reports strictly earlier count
            earlier, reported_at = latest, case.reported_at
        reason = case.reason
        held[case.ref] = (
            reason is not None
            and reason.rationale is not None
            and not rape_stands_against(case)
            and crime.record.recorded_at - case.reported_at <= limits.CONTINUATION_BEFORE
            and case.reported_at <= limits.months_later(earlier, limits.CONTINUATION_MONTHS)
            and _is_more_of_the_same(case, crime)
        )
        if held[case.ref]:
            latest = max(latest, case.reported_at)
    return held


def _is_more_of_the_same(case: Case, crime: Crime) -> bool:
    if not all(offence.is_in("conduct") or offence.is_in("continuing") for offence in case.said.offences):
        return False
    if not types.CONTINUING_TYPES.issuperset(case.said.crime_types):
        return False
    of_log, of_crime = victim_keys(case.log.victims), victim_keys(crime.record.victims)
    return not of_log or not of_crime or not of_log.isdisjoint(of_crime)


_CHECKS: dict[str, Callable[[Case, Reason, Cases], bool]] = {
    reasons.VICTIM_DECLINED: _victim_declined,
    reasons.VICTIM_NOT_TRACED: _victim_not_traced,
    reasons.OTHER_FORCE: _other_force,
    reasons.DUPLICATE: _duplicate,
    reasons.CONTINUATION: _continuation,
}
