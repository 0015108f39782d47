"""Whether a cancellation was made by the right person, for a reason that holds, with the victim told."""

from collections.abc import Iterator
from enum import StrEnum

from monitor.compliance.case import Case, Crime
from monitor.compliance.cases import Cases
from monitor.contract.events import Cancellation
from monitor.rulebook import cancellations as rules


class Flaw(StrEnum):
    """What a cancellation lacks of all that its code asks (Crime Recording Rules 2026/27, p25-26)."""

    NO_CODE = "no_code"  # or one that nobody knows
    NO_TIME = "no_time"  # of the decision
    NOT_BY_DECISION_MAKER = "not_by_decision_maker"
    NOT_BY_REGISTRAR = "not_by_registrar"  # who alone decides on rape and homicide
    NOT_INDEPENDENT = "not_independent"
    NO_RECEIVING_FORCE = "no_receiving_force"
    NO_OTHER_CRIME = "no_other_crime"
    NOT_SELF_DEFENCE = "not_self_defence"  # no offence of which self-defence can be the reason
    VICTIM_NOT_TOLD = "victim_not_told"  # before the decision


def flaws(crime: Crime, cases: Cases) -> list[Flaw]:
    """Why the cancellation of this cancelled crime does not hold; none where it does."""
    given = crime.record.cancellation
    rule = rules.CANCELLATION_RULES.get(given.code or "") if given else None
    return [*_flaws(crime, given, rule, cases)] if given and rule else [Flaw.NO_CODE]


def cancellation_holds(crime: Crime, cases: Cases) -> bool:
    return not flaws(crime, cases)


def _flaws(crime: Crime, given: Cancellation, rule: rules.CancellationRule, cases: Cases) -> Iterator[Flaw]:
    if given.decided_at is None:
        yield Flaw.NO_TIME
    if rule.by_decision_maker:
        yield from _about_who_decided(crime, given, rule)
    if rule.needs_receiving_force and not given.receiving_force_ref:
        yield Flaw.NO_RECEIVING_FORCE
    if rule.needs_other_crime and not _other_crime(crime, given, cases):
        yield Flaw.NO_OTHER_CRIME
    if rule.self_defence_offences and not _self_defence(crime):
        yield Flaw.NOT_SELF_DEFENCE
    if rule.victim_told and not _told_before(crime, given):
        yield Flaw.VICTIM_NOT_TOLD


def _about_who_decided(crime: Crime, given: Cancellation, rule: rules.CancellationRule) -> Iterator[Flaw]:
    registrar_only = rule.registrar_for_rape_and_homicide and not crime.offence.groups.isdisjoint(
        rules.REGISTRAR_ONLY_GROUPS
    )
    if given.decided_by_role not in (rules.REGISTRAR_ONLY if registrar_only else rules.DECISION_MAKERS):
        yield Flaw.NOT_BY_REGISTRAR if registrar_only else Flaw.NOT_BY_DECISION_MAKER
    if given.independent is not True:
        yield Flaw.NOT_INDEPENDENT


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
    return told is not None and (decided is None or told <= decided)
