"""One row to what it says of an incident and of crime records, in the shape of the contract.

Times are still `datetime`, because folding compares them, and there is no revision yet.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from monitor.contract.identity import canonical_ref
from monitor.importers import parts, spec
from monitor.importers.cells import Offence, Value
from monitor.importers.reader import Row
from monitor.importers.values import UnusableError, Values
from monitor.importers.wire import check

Part = dict[str, Any]


@dataclass
class Said:
    """What one row says. `crime_problem` is why its crime record could not be made."""

    incident: Part | None
    crimes: list[Part] = field(default_factory=list)
    crime_problem: str | None = None

    @property
    def key(self) -> str:
        """What rows that stand together share: the incident, or without one the crime record."""
        return canonical_ref(self.incident["incident_ref"] if self.incident else self.crimes[0]["crime_ref"])


@dataclass
class RowReader:
    mapping: spec.Mapping
    values: Values
    exported_at: datetime | None

    def read(self, row: Row) -> Said:
        """Raises UnusableError where the row makes no event at all."""
        incident = self._incident(self.mapping.incident, row) if self.mapping.incident else None
        self._check([incident] if incident else [], row)
        try:
            crimes = self._crimes(self.mapping.crime, row, incident) if self.mapping.crime else []
            self._check(crimes, row)
        except UnusableError as error:
            if incident is None:
                raise
            return Said(incident, crime_problem=str(error))
        if incident is not None:
            incident["crime_refs"] = _distinct([*incident["crime_refs"], *(crime["crime_ref"] for crime in crimes)])
        return Said(incident, crimes)

    def _incident(self, given: spec.Incident, row: Row) -> Part:
        read = self.values
        reported = read.needed_time("reported_at", given.reported_at, row)
        closed = read.time("closed_at", given.closed_at, row, reported)
        return {
            "force": self.mapping.force,
            "incident_ref": self._ref("incident_ref", given.ref, row),
            "updated_at": self._updated(given, row, reported, closed),
            "reported_at": reported,
            "channel": read.text("channel", given.channel, row),
            "status": self._status(given, row, closed),
            "closed_at": closed,
            "opening_type": read.text("opening_type", given.opening_type, row),
            "closing_type": read.text("closing_type", given.closing_type, row),
            "qualifiers": _distinct(
                [item for cell in given.qualifiers for item in read.texts("qualifiers", cell, row)]
            ),
            "reported_offences": self._offences(given.reported_offences, row),
            "victims": parts.parties(given.victims, read, row),
            "suspects": parts.parties(given.suspects, read, row),
            "dash_risk": read.text("dash_risk", given.dash_risk, row),
            "location": parts.place(given.location, read, row),
            "unit": read.text("unit", given.unit, row),
            "crime_refs": read.texts("crime_refs", given.crime_refs, row),
            "duplicate_of": read.text("duplicate_of", given.duplicate_of, row),
            "no_crime_reason": parts.reason(given.no_crime_reason, read, row, reported),
        }

    def _crimes(self, given: spec.Crime, row: Row, incident: Part | None) -> list[Part]:
        refs = self.values.texts("crime_ref", given.ref, row)
        if not refs and incident is None:
            raise UnusableError("crime_ref_missing")
        if not refs or not all(condition.holds(row.cells[condition.column]) for condition in given.when):
            return []
        offence = self.values.offence("offence", given.offence, row) if given.offence else {}
        if offence is None:
            self.values.tally.not_crimes += 1
            return []
        crime = self._crime(given, row, offence, incident)
        return [{**crime, "crime_ref": ref} for ref in _distinct(refs)]

    def _crime(self, given: spec.Crime, row: Row, offence: dict[str, str], incident: Part | None) -> Part:
        read = self.values
        recorded = read.needed_time(
            "recorded_at", given.recorded_at, row, incident["reported_at"] if incident else None
        )
        own = [incident["incident_ref"]] if incident else []
        return {
            "force": self.mapping.force,
            "crime_ref": None,
            "updated_at": self._updated(given, row, recorded),
            "recorded_at": recorded,
            "incident_refs": _distinct([*own, *read.texts("incident_refs", given.incident_refs, row)]),
            "offence": offence,
            "victims": parts.parties(given.victims, read, row),
            "suspects": parts.parties(given.suspects, read, row),
            "flags": _distinct([item for cell in given.flags for item in read.texts("flags", cell, row)]),
            "status": read.text("crime_status", given.status, row),
            "cancellation": parts.cancellation(given.cancellation, read, row, recorded),
            "location": parts.place(given.location, read, row),
            "unit": read.text("unit", given.unit, row),
        }

    def _check(self, made: list[Part], row: Row) -> None:
        for part in made:
            check(part, self.values.tally, row.number)

    def _ref(self, field: str, given: Value, row: Row) -> str:
        if ref := self.values.text(field, given, row):
            return ref
        raise UnusableError(f"{field}_missing")

    def _status(self, given: spec.Incident, row: Row, closed: datetime | None) -> str | None:
        """Without a column of its own: closed where there is a time of closing."""
        return self.values.text("status", given.status, row) if given.status else "closed" if closed else "open"

    def _updated(
        self, given: spec.Incident | spec.Crime, row: Row, start: datetime, *others: datetime | None
    ) -> datetime:
        """When the source made this version: as it says, else when it was exported, else the latest time of the row."""
        stated = self.values.latest("updated_at", given.updated_at, row, start)
        return stated or self.exported_at or max(time for time in (start, *others) if time)

    def _offences(self, given: tuple[Offence, ...], row: Row) -> list[dict[str, str]]:
        found = (self.values.offence("reported_offences", cell, row) for cell in given)
        return [offence for offence in found if offence]


def _distinct(texts: list[str]) -> list[str]:
    return list(dict.fromkeys(texts))
