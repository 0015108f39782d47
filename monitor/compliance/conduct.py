"""Courses of conduct that may hide in logs which expect no crime: a suggestion to a person, never part of a verdict.

Harassment and stalking are made out by two occasions or more (Protection from Harassment Act 1997, s. 7), none of which
need be a crime by itself. Inspectors find them in logs of personal anti-social behaviour that name one victim or one
suspect again (p57-58).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.compliance.case import Case, Crime
from monitor.contract.events import CrimeSnapshot, IncidentSnapshot
from monitor.rulebook import limits
from monitor.rulebook.types import ASB_PERSONAL, CIVIL_DISPUTE, CONCERN_FOR_SAFETY

HIDES_IN = frozenset({ASB_PERSONAL, CIVIL_DISPUTE, CONCERN_FOR_SAFETY})


@dataclass(frozen=True, slots=True, order=True)
class Occasion:
    """What a log of such a type tells of, or one whose conduct is recorded as a crime already."""

    reported_at: datetime
    ref: str
    victims: frozenset[str]  # keys
    suspects: frozenset[str]
    concern: bool = False  # a concern for safety: that one person is in need twice is no conduct of anybody's
    decided: bool = False  # a registrar has said that it is no crime
    recorded: bool = False  # a conduct crime is


@dataclass(frozen=True, slots=True)
class Course:
    """Occasions that may be one course of conduct, unrecorded; it is shown with the last of them."""

    last: Occasion
    earlier: tuple[Occasion, ...]  # by time, at least one


def occasion_of(case: Case) -> Occasion | None:
    """None for a log that can be no part of it: of another kind, one that expects a crime, or that names nobody."""
    recorded = any(crime.recorded and crime.is_in("conduct") for crime in case.crimes)
    hides = case.said.now in HIDES_IN and not case.expects_crime and not case.log.duplicate_of
    if not (hides or recorded):
        return None
    told: list[IncidentSnapshot | CrimeSnapshot] = [case.log]
    if recorded:
        told += [crime.record for crime in case.crimes]
    victims = _keys(person.person_key for each in told for person in each.victims)
    suspects = _keys(person.person_key for each in told for person in each.suspects)
    if not (victims or suspects):
        return None
    return Occasion(
        reported_at=case.reported_at,
        ref=case.ref,
        victims=victims,
        suspects=suspects,
        concern=case.said.now == CONCERN_FOR_SAFETY,
        decided=case.ruling.no_crime is not None,
        recorded=recorded,
    )


def occasion_of_record(crime: Crime) -> Occasion | None:
    """Of a conduct crime that was recorded with no log at all; None for any other record."""
    if not (crime.recorded and crime.is_in("conduct")):
        return None
    victims = _keys(person.person_key for person in crime.record.victims)
    suspects = _keys(person.person_key for person in crime.record.suspects)
    return Occasion(crime.record.recorded_at, crime.ref, victims, suspects, recorded=True)


def courses(occasions: Iterable[Occasion]) -> Iterator[Course]:
    """Of all occasions of one force. Their order does not matter."""
    by_person: Mapping[str, list[Occasion]] = _by_person(occasions)
    for occasion in sorted({each for named in by_person.values() for each in named}):
        others = {each for key in (*occasion.victims, *occasion.suspects) for each in by_person[key]}
        if course := course_with(occasion, sorted(others)):
            yield course


def course_with(last: Occasion, others: Sequence[Occasion]) -> Course | None:
    """The course that ends with `last`; None where there is none, where it goes on, or where it was dealt with.

    `others` by time: at least all that name a person of `last`. It goes on with a later occasion that may be one with
    all the earlier ones: one that shares nothing with some of them would leave those out.
    """
    if last.decided or last.recorded:
        return None
    together = [each for each in others if each != last and _may_be_one(each, last)]
    before = [each for each in together if last.reported_at - each.reported_at >= limits.ANOTHER_OCCASION]
    earlier = tuple(each for each in before if not each.recorded)
    if not earlier or any(each.recorded and _same_victim(each, last) for each in together):
        return None
    later = (each for each in together if each > last)
    goes_on = any(all(_may_be_one(each, one) for one in earlier) for each in later)
    return None if goes_on else Course(last, earlier)


def _may_be_one(one: Occasion, other: Occasion) -> bool:
    """Within three months, of one suspect; or of one victim, where both do not name different suspects."""
    first, second = sorted((one, other))
    if second.reported_at > limits.months_later(first.reported_at, limits.CONTINUATION_MONTHS):
        return False
    if not one.suspects.isdisjoint(other.suspects):
        return True
    differ = one.suspects and other.suspects
    return not differ and not (one.concern and other.concern) and not one.victims.isdisjoint(other.victims)


def _same_victim(crime: Occasion, last: Occasion) -> bool:
    """More of the same joins a recorded crime only where it is done to the same victim (p57-58), where one is named."""
    return not (crime.victims and last.victims) or not crime.victims.isdisjoint(last.victims)


def _by_person(occasions: Iterable[Occasion]) -> Mapping[str, list[Occasion]]:
    found: dict[str, list[Occasion]] = defaultdict(list)
    for each in occasions:
        for key in each.victims | each.suspects:
            found[key].append(each)
    return found


def _keys(keys: Iterable[str | None]) -> frozenset[str]:
    return frozenset(key for key in keys if key)
