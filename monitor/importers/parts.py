"""The parts of a log or record that are objects themselves: persons, places, reasons, cancellations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.importers import spec
from monitor.importers.reader import Row
from monitor.importers.values import Values

Part = dict[str, Any]


def parties(given: Sequence[spec.Party], read: Values, row: Row) -> list[Part]:
    """Of each that the row names, what is known; one of whom nothing is known is left out."""
    found = (_party(each, read, row) for each in given if _meant(each, row))
    return [part for part in found if part]


def _meant(given: spec.Party, row: Row) -> bool:
    return given.when is None or given.when.holds(row.cells[given.when.column])


def _party(given: spec.Party, read: Values, row: Row) -> Part:
    part: Part = {"person_key": read.person(given.person, row)}
    if given.person is not None and part["person_key"] is None:
        return {}
    if isinstance(given, spec.LogVictim):
        part["confirmed"] = read.flag("confirmed", given.confirmed, row)
        part["vulnerable"] = read.flag("vulnerable", given.vulnerable, row)
        part["age_band"] = read.text("age_band", given.age_band, row)
    if isinstance(given, spec.LogSuspect):
        part["relationship"] = read.text("relationship", given.relationship, row)
    return without_blanks(part)


def place(given: spec.Place | None, read: Values, row: Row) -> Part | None:
    if given is None:
        return None
    part = {
        "lsoa": read.text("lsoa", given.lsoa, row),
        "beat": read.text("beat", given.beat, row),
        "lat": read.number("lat", given.lat, row),
        "lon": read.number("lon", given.lon, row),
    }
    return without_blanks(part) or None


def reason(given: spec.Reason | None, read: Values, row: Row, not_before: datetime) -> Part | None:
    if given is None:
        return None
    part = {
        "code": read.text("no_crime_reason", given.code, row),
        "rationale": read.text("rationale", given.rationale, row),
        "decided_by_role": read.text("decided_by_role", given.decided_by_role, row),
        "decided_at": read.time("decided_at", given.decided_at, row, not_before),
        "supervisor_reviewed": read.flag("supervisor_reviewed", given.supervisor_reviewed, row),
        "victim_informed_at": read.time("victim_informed_at", given.victim_informed_at, row, not_before),
        "related_ref": read.text("related_ref", given.related_ref, row),
        "receiving_force_ref": read.text("receiving_force_ref", given.receiving_force_ref, row),
    }
    return without_blanks(part) or None


def cancellation(given: spec.Cancellation | None, read: Values, row: Row, not_before: datetime) -> Part | None:
    if given is None:
        return None
    part = {
        "code": read.text("cancellation", given.code, row),
        "decided_by_role": read.text("decided_by_role", given.decided_by_role, row),
        "decided_at": read.time("decided_at", given.decided_at, row, not_before),
        "independent": read.flag("independent", given.independent, row),
        "victim_informed_at": read.time("victim_informed_at", given.victim_informed_at, row, not_before),
        "receiving_force_ref": read.text("receiving_force_ref", given.receiving_force_ref, row),
        "related_ref": read.text("related_ref", given.related_ref, row),
    }
    return without_blanks(part) or None


def without_blanks(part: Part) -> Part:
    return {name: value for name, value in part.items() if value is not None}
