"""The cases of a force, each opened once, to judge one and to look up the others that it refers to."""

from monitor.compliance.alerting import severity_of
from monitor.compliance.case import Case, Crime
from monitor.compliance.counting import in_order, uncounted
from monitor.compliance.holdings import Holdings
from monitor.compliance.ruling import NO_RULING, Ruling, ruling_of
from monitor.compliance.said import said_by
from monitor.contract.events import IncidentSnapshot
from monitor.rulebook import Rulebook, reasons
from monitor.rulebook.mapping import TypeMapping


class Cases:
    """Opens what `holdings` knew when it was made: make another after adding to them."""

    def __init__(self, holdings: Holdings, rulebook: Rulebook, types: TypeMapping) -> None:
        self.holdings, self.rulebook, self.types = holdings, rulebook, types
        self.continuation_holds: dict[str, dict[str, bool]] = {}  # by crime and incident, kept by justification.py
        self._cases: dict[str, Case | None] = {}
        self._crimes: dict[str, Crime | None] = {}
        self._continuing: dict[str, list[Case]] | None = None

    def case(self, incident_ref: str) -> Case | None:
        if incident_ref not in self._cases:
            self._cases[incident_ref] = self._open(incident_ref)
        return self._cases[incident_ref]

    def crime(self, crime_ref: str) -> Crime | None:
        if crime_ref not in self._crimes:
            record = self.holdings.crime(crime_ref)
            self._crimes[crime_ref] = (
                None if record is None else Crime(record, self.rulebook.offences.facts(record.offence))
            )
        return self._crimes[crime_ref]

    def continuing(self, crime_ref: str) -> list[Case]:
        """The cases whose standing reason is that they continue this crime, in the order of their reports."""
        if self._continuing is None:
            self._continuing = self._by_continued_crime()
        return self._continuing.get(crime_ref, [])

    def _open(self, incident_ref: str) -> Case | None:
        revisions = self.holdings.revisions(incident_ref)
        if not revisions:
            return None
        said = said_by(revisions, self.rulebook, self.types)
        decisions = self.holdings.decisions(incident_ref)
        ruling = ruling_of(decisions) if decisions else NO_RULING
        reported_at = ruling.reported_at or said.reported_at
        linked = self._linked(revisions[-1], ruling)
        crimes = tuple([crime for crime in linked if not crime.left_aside])
        return Case(
            revisions=revisions,
            said=said,
            ruling=ruling,
            reported_at=reported_at,
            linked=linked,
            crimes=crimes,
            counting=in_order(crime for crime in crimes if not uncounted(crime, said, ruling, reported_at)),
            severity=severity_of(said, ruling, crimes),
        )

    def _linked(self, log: IncidentSnapshot, ruling: Ruling) -> tuple[Crime, ...]:
        """The known crime records named on either side or accepted, and not rejected."""
        refs = {*log.crime_refs, *self.holdings.crimes_naming(log.incident_ref), *ruling.accepted_links}
        known = [self.crime(ref) for ref in sorted(refs - ruling.rejected_links)]
        return tuple([crime for crime in known if crime is not None])

    def _by_continued_crime(self) -> dict[str, list[Case]]:
        found: dict[str, list[Case]] = {}
        for ref in self.holdings.incident_refs:
            case = self.case(ref)
            reason = case.reason if case else None
            if case and reason and reason.code == reasons.CONTINUATION and reason.related_ref:
                found.setdefault(reason.related_ref, []).append(case)
        for cases in found.values():
            cases.sort(key=lambda case: (case.reported_at, case.ref))
        return found
