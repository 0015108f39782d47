"""The two sides that are compared: what a log carries, and what a crime record does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.compliance.case import Case, Crime
from monitor.contract.events import Location, Person
from monitor.matching.kinds import NO_KIND, kind_of
from monitor.rulebook.offences import OffenceTable
from monitor.rulebook.severity import DOMESTIC_ABUSE_SLUG
from monitor.rulebook.types import expects_crime, is_crime


@dataclass(frozen=True, slots=True)
class Side:
    ref: str
    at: datetime  # of the report, or of the record
    victims: frozenset[str]  # keys
    suspects: frozenset[str]
    kinds: frozenset[str]  # canonical types of what is told or recorded; none where nothing tells
    offences: frozenset[str]  # categories
    domestic_abuse: bool
    place: Location | None
    unit: str | None

    @property
    def persons(self) -> frozenset[str]:
        return self.victims | self.suspects


def side_of_log(case: Case, table: OffenceTable) -> Side:
    """What any revision said, as the rules take it; place and unit as they stand."""
    reported = [kind_of(offence, table) for offence in case.said.offences]
    told = [kind for kind in case.said.types if expects_crime(kind) and (is_crime(kind) or "domestic" in kind)]
    return Side(
        ref=case.ref,
        at=case.reported_at,
        victims=_keys(person for log in case.revisions for person in log.victims),
        suspects=_keys(person for log in case.revisions for person in log.suspects),
        kinds=frozenset(kind for kind in (*reported, *told) if kind) - NO_KIND,
        offences=frozenset(offence.category for offence in case.said.offences if offence.category),
        domestic_abuse=DOMESTIC_ABUSE_SLUG in case.said.qualifiers,
        place=case.log.location,
        unit=case.log.unit,
    )


def side_of_record(crime: Crime, table: OffenceTable) -> Side:
    record, kind = crime.record, kind_of(crime.offence, table)
    return Side(
        ref=record.crime_ref,
        at=record.recorded_at,
        victims=_keys(record.victims),
        suspects=_keys(record.suspects),
        kinds=frozenset({kind} - NO_KIND if kind else ()),
        offences=frozenset({crime.offence.category} if crime.offence.category else ()),
        domestic_abuse=DOMESTIC_ABUSE_SLUG in record.flags,
        place=record.location,
        unit=record.unit,
    )


def _keys(people: Iterable[Person]) -> frozenset[str]:
    return frozenset(person.person_key for person in people if person.person_key)
