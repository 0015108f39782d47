"""One incident with all that bears on it: the log, what it has said, what registrars ruled, its crime records."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from monitor.compliance.ruling import Ruling
from monitor.compliance.said import Said
from monitor.contract.events import CrimeSnapshot, IncidentSnapshot, Person, Reason
from monitor.contract.verdict import Severity
from monitor.rulebook import reasons, types
from monitor.rulebook.offences import OffenceFacts


class Crime(NamedTuple):
    """A crime record as it stands, and what the list says of its principal offence."""

    record: CrimeSnapshot
    offence: OffenceFacts

    @property
    def ref(self) -> str:
        return self.record.crime_ref

    @property
    def recorded(self) -> bool:
        return self.record.status == "recorded"

    @property
    def left_aside(self) -> bool:
        """An N record other than N100: no crime, and none is missing for it."""
        return self.offence.is_in("left_aside")

    @property
    def rape_or_n100(self) -> bool:
        return self.offence.is_in("rape") or self.offence.is_in("n100")

    def is_in(self, group: str) -> bool:
        return self.offence.is_in(group)


class Case(NamedTuple):
    revisions: tuple[IncidentSnapshot, ...]  # the standing one last
    said: Said
    ruling: Ruling
    reported_at: datetime
    linked: tuple[Crime, ...]  # by ref
    crimes: tuple[Crime, ...]  # linked, N200 and N300 left aside
    counting: tuple[Crime, ...]  # in the order in which they were recorded
    severity: Severity

    @property
    def log(self) -> IncidentSnapshot:
        return self.revisions[-1]

    @property
    def ref(self) -> str:
        return self.log.incident_ref

    @property
    def because(self) -> tuple[str, ...]:
        """What makes it expect a crime record, sorted; empty where it expects none."""
        also = ["linked_crime"] if self.crimes else []
        also += ["decision"] if self.ruling.required_crimes else []
        return tuple(sorted((*self.said.because, *also)))

    @property
    def expects_crime(self) -> bool:
        return bool(self.said.because or self.crimes or self.ruling.required_crimes)

    @property
    def is_rape_log(self) -> bool:
        return "rape" in self.said.groups

    @property
    def has_counting_rape(self) -> bool:
        return any(crime.rape_or_n100 for crime in self.counting)

    @property
    def reason(self) -> Reason | None:
        """The standing reason: a registrar's, else the log's; none while a registrar requires a crime."""
        if self.ruling.required_crimes:
            return None
        return self.ruling.no_crime.as_reason() if self.ruling.no_crime else self.log.no_crime_reason

    @property
    def refers_to(self) -> list[str]:
        """The references by which it is marked a duplicate; a standing `require_crime` unmarks."""
        if self.ruling.required_crimes:
            return []
        reason = self.reason
        related = reason.related_ref if reason and reason.code == reasons.DUPLICATE else None
        return [ref for ref in (self.log.duplicate_of, related) if ref]

    @property
    def says_duplicate(self) -> bool:
        """Coded a duplicate now, with no reason given and no crime required."""
        return self.said.now == types.DUPLICATE and self.reason is None and not self.ruling.required_crimes


def victim_keys(people: Sequence[Person]) -> set[str]:
    return {person.person_key for person in people if person.person_key}


def victims_to_record(log: IncidentSnapshot) -> set[str]:
    """The keys of those who count as victims: all but those who say that they are none."""
    return {victim.person_key for victim in log.victims if victim.person_key and victim.confirmed is not False}
