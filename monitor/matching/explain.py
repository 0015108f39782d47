"""Why a record may be a log's, or may not, field by field, in words for whoever decides."""

from collections.abc import Mapping

from monitor.matching.compare import UNKNOWN, Field, hours_between
from monitor.matching.score import Scored
from monitor.matching.sides import Side

_SENTENCES: Mapping[tuple[Field, str], str] = {
    (Field.VICTIM, "same"): "The same victim.",
    (Field.VICTIM, "other_role"): "Who is the victim of one is the suspect of the other.",
    (Field.VICTIM, "other"): "Another victim.",
    (Field.SUSPECT, "same"): "The same suspect.",
    (Field.SUSPECT, "other"): "Another suspect.",
    (Field.PLACE, "same_spot"): "The same place.",
    (Field.PLACE, "near"): "Less than 500 metres apart.",
    (Field.OFFENCE, "reported"): "The offence that was reported.",
    (Field.OFFENCE, "same_kind"): "The kind of offence that the log tells of.",
    (Field.OFFENCE, "near_kind"): "An offence of a kind near to what the log tells of.",
    (Field.OFFENCE, "other"): "Another kind of offence than the log tells of.",
    (Field.DOMESTIC_ABUSE, "both"): "Domestic abuse on both.",
    (Field.DOMESTIC_ABUSE, "one"): "Domestic abuse on one of them only.",
}
_VERY_LIKELY, _LIKELY = 0.95, 0.75


def why(log: Side, found: Scored) -> tuple[str, ...]:
    """What speaks for it first, the strongest first; then what speaks against it."""
    fields = sorted(found.bits, key=lambda field: -found.bits[field])
    return tuple(line for field in fields if (line := _sentence(log, found, field)))


def likelihood(probability: float) -> str:
    """In words: the figure rests on weights of a force that does not exist."""
    if probability >= _VERY_LIKELY:
        return "Very likely"
    return "Likely" if probability >= _LIKELY else "Possible"


def _sentence(log: Side, found: Scored, field: Field) -> str:
    level = found.levels[field]
    if level == UNKNOWN:
        return ""
    if field is Field.TIME:
        return _time(hours_between(log, found.record))
    if field is Field.UNIT:
        return f"The same unit: {log.unit}." if level == "same" else f"Other unit: {found.record.unit}, not {log.unit}."
    if field is Field.PLACE and level in {"same_area", "elsewhere"}:
        return _area(log, found.record, level)
    return _SENTENCES.get((field, level), "")


def _area(log: Side, record: Side, level: str) -> str:
    here, there = (log.place.beat if log.place else None), (record.place.beat if record.place else None)
    if level == "same_area":
        return f"The same beat: {here}." if here and here == there else "The same area."
    return f"Another beat: {there}, not {here}." if here and there else "Another place."


def _time(hours: float) -> str:
    side = "after" if hours >= 0 else "before"
    return f"Recorded {_long(abs(hours))} {side} the report."


def _long(hours: float) -> str:
    if (minutes := round(hours * 60)) < 60:
        return _number(minutes, "minute")
    return _number(round(hours), "hour") if hours < 48 else _number(round(hours / 24), "day")


def _number(of: int, unit: str) -> str:
    return f"{of} {unit}" if of == 1 else f"{of} {unit}s"
