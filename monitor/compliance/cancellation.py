"""Whether a cancellation was made by the right person, for a reason that holds, with the victim told."""

from monitor.compliance.case import Case, Crime
from monitor.compliance.cases import Cases
from monitor.contract.events import Cancellation
from monitor.rulebook import cancellations as rules


def cancellation_holds(crime: Crime, cases: Cases) -> bool:
    """Whether the cancellation of this cancelled crime is valid (Crime Recording Rules 2026/27, p25-26)."""
    given = crime.record.cancellation
    rule = rules.CANCELLATION_RULES.get(given.code or "") if given else None
    if given is None or rule is None or given.decided_at is None:
        return False
    if rule.by_decision_maker and not _by_decision_maker(crime, given, rule):
        return False
    if rule.needs_receiving_force and not given.receiving_force_ref:
        return False
    if rule.needs_other_crime and not _other_crime(crime, given, cases):
        return False
    if rule.self_defence_offences and not _self_defence(crime):
        return False
    return not rule.victim_told or _told_before(crime, given)


def wrongly_cancelled(case: Case, cases: Cases) -> list[str]:
    """Refs of the linked crimes that are cancelled by a cancellation that does not hold."""
    return [crime.ref for crime in case.crimes if not crime.recorded and not cancellation_holds(crime, cases)]


def all_cancelled(case: Case, cases: Cases) -> bool:
    """Whether every linked crime is validly cancelled, which justifies that none counts.

    On a rape log it takes among them a rape or N100 cancelled by the registrar (p34).
    """
    if not case.crimes or case.counting:
        return False
    if any(crime.recorded or not cancellation_holds(crime, cases) for crime in case.crimes):
        return False
    return not case.is_rape_log or any(crime.rape_or_n100 and _by_registrar(crime) for crime in case.crimes)


def _by_decision_maker(crime: Crime, given: Cancellation, rule: rules.CancellationRule) -> bool:
    registrar_only = rule.registrar_for_rape_and_homicide and not crime.offence.groups.isdisjoint(
        rules.REGISTRAR_ONLY_GROUPS
    )
    allowed = rules.REGISTRAR_ONLY if registrar_only else rules.DECISION_MAKERS
    return given.decided_by_role in allowed and given.independent is True


def _by_registrar(crime: Crime) -> bool:
    given = crime.record.cancellation
    return given is not None and given.decided_by_role in rules.REGISTRAR_ONLY


def _other_crime(crime: Crime, given: Cancellation, cases: Cases) -> bool:
    if not given.related_ref or given.related_ref == crime.ref:
        return False
    other = cases.crime(given.related_ref)
    return other is not None and other.recorded and not other.left_aside


def _self_defence(crime: Crime) -> bool:
    offence = crime.offence
    pair = (offence.category, offence.ho_code)
    return offence.is_in("self_defence") or pair == rules.SELF_DEFENCE_ASSAULT


def _told_before(crime: Crime, given: Cancellation) -> bool:
    if crime.is_in("homicide") or crime.offence.state_only:
        return True  # there is no victim to tell
    told, decided = given.victim_informed_at, given.decided_at
    return told is not None and decided is not None and told <= decided
