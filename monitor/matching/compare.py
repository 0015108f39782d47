"""How far a log and a crime record agree, field by field: to which level of each field the pair belongs."""

from collections.abc import Mapping
from enum import StrEnum
from math import cos, hypot, radians
from typing import NamedTuple

from monitor.contract.events import Location
from monitor.matching.kinds import are_near
from monitor.matching.sides import Side

SAME_SPOT, NEAR = 60.0, 500.0  # metres
_METRES_PER_DEGREE = 111_195.0


class Field(StrEnum):
    VICTIM = "victim"
    SUSPECT = "suspect"
    TIME = "time"
    PLACE = "place"
    OFFENCE = "offence"
    DOMESTIC_ABUSE = "domestic_abuse"
    UNIT = "unit"


UNKNOWN = "unknown"  # nothing to compare: such a field says nothing
Levels = Mapping[Field, str]


class Span(NamedTuple):
    """Records made from so many hours after the report, and before so many."""

    name: str
    least: float
    most: float


SPANS = (
    Span("before", -24, 0),
    Span("within_1_hour", 0, 1),
    Span("within_3_hours", 1, 3),
    Span("within_6_hours", 3, 6),
    Span("within_12_hours", 6, 12),
    Span("within_24_hours", 12, 24),
    Span("within_3_days", 24, 72),
    Span("within_30_days", 72, 720),
)
EARLIEST, LATEST = SPANS[0].least, SPANS[-1].most  # hours after the report: no other record is compared
LEVELS: Mapping[Field, tuple[str, ...]] = {
    Field.VICTIM: ("same", "other_role", "other"),
    Field.SUSPECT: ("same", "other"),
    Field.TIME: tuple(span.name for span in SPANS),
    Field.PLACE: ("same_spot", "near", "same_area", "elsewhere"),
    Field.OFFENCE: ("reported", "same_kind", "near_kind", "other"),
    Field.DOMESTIC_ABUSE: ("both", "one", "neither"),
    Field.UNIT: ("same", "other"),
}


def hours_between(log: Side, record: Side) -> float:
    return (record.at - log.at).total_seconds() / 3600


def compare(log: Side, record: Side) -> Levels | None:
    """None where the record was made too early or too late to be compared."""
    time = _time(hours_between(log, record))
    if time is None:
        return None
    return {
        Field.VICTIM: _victim(log, record),
        Field.SUSPECT: _alike(log.suspects, record.suspects),
        Field.TIME: time,
        Field.PLACE: _place(log.place, record.place),
        Field.OFFENCE: _offence(log, record),
        Field.DOMESTIC_ABUSE: ("neither", "one", "both")[log.domestic_abuse + record.domestic_abuse],
        Field.UNIT: _unit(log.unit, record.unit),
    }


def _time(hours: float) -> str | None:
    return next((span.name for span in SPANS if span.least <= hours < span.most), None)


def _victim(log: Side, record: Side) -> str:
    same = _alike(log.victims, record.victims)
    crossed = not (log.victims.isdisjoint(record.suspects) and log.suspects.isdisjoint(record.victims))
    return "other_role" if same != "same" and crossed else same


def _alike(one: frozenset[str], other: frozenset[str]) -> str:
    if not one or not other:
        return UNKNOWN
    return "other" if one.isdisjoint(other) else "same"


def _place(one: Location | None, other: Location | None) -> str:
    if one is None or other is None:
        return UNKNOWN
    metres = _metres(one, other)
    if metres is not None and metres <= NEAR:
        return "same_spot" if metres <= SAME_SPOT else "near"
    areas = [(a, b) for a, b in ((one.beat, other.beat), (one.lsoa, other.lsoa)) if a and b]
    if any(a.casefold() == b.casefold() for a, b in areas):
        return "same_area"
    return "elsewhere" if areas or metres is not None else UNKNOWN


def _metres(one: Location, other: Location) -> float | None:
    """On a plane: good for what is near."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return None
    north, east = other.lat - one.lat, (other.lon - one.lon) * cos(radians(one.lat))
    return hypot(north, east) * _METRES_PER_DEGREE


def _offence(log: Side, record: Side) -> str:
    if not log.offences.isdisjoint(record.offences):
        return "reported"
    if not log.kinds or not record.kinds:
        return UNKNOWN
    if not log.kinds.isdisjoint(record.kinds):
        return "same_kind"
    near = any(are_near(told, recorded) for told in log.kinds for recorded in record.kinds)
    return "near_kind" if near else "other"


def _unit(one: str | None, other: str | None) -> str:
    if not one or not other:
        return UNKNOWN
    return "same" if one.casefold() == other.casefold() else "other"
