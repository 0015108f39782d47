"""What a person should know of a case, whatever the time. What depends on the time is in assess.py."""

from collections.abc import Callable, Sequence

from monitor.compliance.cancellation import wrongly_cancelled
from monitor.compliance.case import Case, Crime, victim_keys, victims_to_record
from monitor.compliance.cases import Cases
from monitor.compliance.counting import Tally, is_accepted
from monitor.compliance.justification import Justification, ends_of
from monitor.contract.events import LogSuspect
from monitor.contract.verdict import Finding
from monitor.rulebook import reasons, severity
from monitor.rulebook.findings import finding
from monitor.rulebook.types import UNMAPPED, suggests_crime

_HARM = frozenset({"violent", "sexual"})
_STANDS_FOR_HARM = frozenset({"violent", "sexual", "robbery", "breach", "public_order"})
_FEWER = "fewer_crimes_than_victims"


def nothing_to_show(case: Case, justified: Justification) -> bool:
    """Nothing that counts and nothing justified, on a log that expects a crime."""
    return case.expects_crime and not case.counting and not justified.holds


def lasting_findings(case: Case, tally: Tally, justified: Justification, cases: Cases) -> list[Finding]:
    """The findings that no passing of time changes, in no order."""
    found = [*_about_values(case), *_about_times(case)]
    if case.counting:
        found += _about_counting(case, tally.missing)
    elif case.expects_crime and justified.holds:
        found += _about_justified(case, justified, cases)
    elif case.expects_crime:
        found += _about_nothing_to_show(case)
    if wrong := wrongly_cancelled(case, cases):
        found.append(finding("cancellation_invalid", refs=", ".join(wrong)))
    return found


def _about_values(case: Case) -> list[Finding]:
    found = []
    if UNMAPPED in case.said.types:
        found.append(finding("unmapped_type"))
    fields = [*case.log.unmapped, *("reported_offences" for offence in case.said.latest.offences if offence.unknown)]
    for crime in case.crimes:
        fields += [*crime.record.unmapped, *(["offence"] if crime.offence.unknown else [])]
    if fields:
        found.append(finding("unmapped_value", fields=", ".join(dict.fromkeys(fields))))
    return found


def _about_times(case: Case) -> list[Finding]:
    found = []
    if case.said.report_time_changed and case.ruling.reported_at is None:
        found.append(finding("report_time_changed"))
    early = [crime.ref for crime in case.crimes if crime.record.recorded_at < case.reported_at]
    if early:
        found.append(finding("recorded_before_reported", refs=", ".join(early)))
    return found


def _about_nothing_to_show(case: Case) -> list[Finding]:
    codes = []
    if any(map(suggests_crime, case.said.coded)) and not (suggests_crime(case.said.now) or case.said.now == UNMAPPED):
        codes.append("recoded_without_reason")
    if case.ruling.required_crimes and case.log.no_crime_reason:
        codes.append("reason_rejected")
    if case.reason:
        codes.append("reason_invalid" if case.reason.rationale else "rationale_missing")
    return [finding(code) for code in codes]


def _about_justified(case: Case, justified: Justification, cases: Cases) -> list[Finding]:
    codes = []
    reason = case.reason
    severe = case.severity.rank >= severity.ALERTS_FROM.rank
    if justified.by_reason and reason and severe:
        if case.ruling.no_crime is None and reason.supervisor_reviewed is not True:
            codes.append("supervisor_review_missing")
        if reason.victim_informed_at is None and reason.code not in reasons.NOBODY_TO_TELL:
            codes.append("victim_not_informed")
    by_duplicate = justified.by_reason and reason is not None and reason.code == reasons.DUPLICATE
    if (by_duplicate or justified.by_duplicate_log) and _less_severe_ends(case, cases):
        codes.append("duplicate_differs")
    return [finding(code) for code in codes]


def _less_severe_ends(case: Case, cases: Cases) -> bool:
    return all(isinstance(end, Case) and end.severity.rank < case.severity.rank for end in ends_of(case, cases))


def _about_counting(case: Case, missing: Sequence[str]) -> list[Finding]:
    found = [finding(code, **_numbers(case)) for code in missing]
    found += [finding(code) for code, holds in _COUNTING_CHECKS.items() if holds(case)]
    if _FEWER not in missing and not is_accepted(case, _FEWER) and _persons_differ(case):
        found.append(finding("persons_differ"))
    return found


def _numbers(case: Case) -> dict[str, object]:
    """What the sentences about too few crimes may name."""
    beside_breaches = [crime for crime in case.counting if not crime.is_in("breach")]
    left_aside = bool(beside_breaches) and len(beside_breaches) < len(case.counting)
    return {
        "crimes": len(case.counting),
        "beside_breaches": f"{len(beside_breaches or case.counting)}{', breaches left aside' if left_aside else ''}",
        "victims": len(victims_to_record(case.log)),
        "required": case.ruling.required_crimes,
    }


def _offence_differs(case: Case) -> bool:
    return not case.said.groups.isdisjoint(_HARM) and all(
        crime.offence.groups.isdisjoint(_STANDS_FOR_HARM) for crime in case.counting
    )


def _persons_differ(case: Case) -> bool:
    named = [victim_keys(crime.record.victims) for crime in case.counting]
    return all(named) and not victims_to_record(case.log) <= set().union(*named)


def _stalking_expected(case: Case) -> bool:
    beside_breaches = [crime for crime in case.counting if not crime.is_in("breach")]
    return (
        _any_in(beside_breaches, "harassment")
        and not _any_in(beside_breaches, "stalking")
        and any(_is_ex_partner(suspect) for suspect in case.log.suspects)
    )


def _is_ex_partner(suspect: LogSuspect) -> bool:
    return suspect.relationship == "ex_partner"


def _n100_needs_review(case: Case) -> bool:
    return _any_in(case.counting, "n100") and not _any_in(case.counting, "rape")


def _any_in(crimes: list[Crime] | tuple[Crime, ...], group: str) -> bool:
    return any(crime.is_in(group) for crime in crimes)


_COUNTING_CHECKS: dict[str, Callable[[Case], bool]] = {
    "offence_differs": _offence_differs,
    "stalking_expected": _stalking_expected,
    "n100_needs_review": _n100_needs_review,
}
