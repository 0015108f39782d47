"""What is kept of a log or a crime record when nobody is to be found by it any more: enough for its verdict to stay.

A log becomes its standing revision without places, texts and people's keys, and before it as few made-up revisions as
can say what else the log has said. Keys become others that are alike where they were alike, within whatever is given
the same names: how many people there are, and who is on the log and on the record, is still to be seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.compliance.assess import closed_since
from monitor.contract.events import CrimeSnapshot, IncidentSnapshot
from monitor.contract.reading import is_blank
from monitor.contract.verdict import rfc3339

Value = dict[str, Any]  # a snapshot as it comes over the wire
Names = Mapping[str, str]  # by person key

REMOVED = "Removed."  # in place of a rationale: that there is one bears on verdicts, what it says does not

_EVENT = ("force", "revision", "updated_at", "status", "unit")
_LOG = (
    "incident_ref", "reported_at", "channel", "closed_at", "opening_type", "closing_type", "qualifiers", "dash_risk",
    "crime_refs", "duplicate_of",
)  # fmt: skip
_CRIME = ("crime_ref", "recorded_at", "incident_refs", "flags")
_OFFENCE = ("ho_code", "category")
_PERSON = ("confirmed", "vulnerable", "age_band", "relationship")
_AREA = ("lsoa", "beat")
_REASON = (
    "code", "decided_by_role", "decided_at", "supervisor_reviewed", "victim_informed_at", "related_ref",
    "receiving_force_ref", "independent",
)  # fmt: skip


def people_of(event: IncidentSnapshot | CrimeSnapshot) -> Iterable[str]:
    """The keys of all whom it names."""
    return (person.person_key for person in (*event.victims, *event.suspects) if person.person_key)


def condensed_log(revisions: Sequence[tuple[IncidentSnapshot, Value]], names: Names) -> list[Value]:
    """What stands for these revisions of a log, each with its value as received, the standing one last."""
    events = [event for event, _ in revisions]
    standing = _without_people(revisions[-1][1], (*_EVENT, *_LOG), names)
    if at := closed_since(events):
        standing["closed_at"] = rfc3339(at)  # the earliest closing since it was last open
    return [*_said_before(events), standing]


def condensed_crime(value: Value, names: Names) -> Value:
    """What stands for a crime record, by its standing snapshot."""
    kept = _without_people(value, (*_EVENT, *_CRIME), names)
    kept["offence"] = _part(value["offence"], _OFFENCE)
    return kept


def _without_people(value: Value, fields: Sequence[str], names: Names) -> Value:
    kept = {name: value[name] for name in fields if name in value}
    for name in ("victims", "suspects"):
        kept[name] = [_person(each, names) for each in value[name] if not is_blank(each)]
    if "reported_offences" in value:
        kept["reported_offences"] = [_part(each, _OFFENCE) for each in value["reported_offences"] if not is_blank(each)]
    for name, inner in (("location", _AREA), ("no_crime_reason", _REASON), ("cancellation", _REASON)):
        if not is_blank(value.get(name)):
            kept[name] = _part(value[name], inner)
    if "no_crime_reason" in kept and not is_blank(value["no_crime_reason"].get("rationale")):
        kept["no_crime_reason"]["rationale"] = REMOVED
    return kept


def _part(value: Value, fields: Sequence[str]) -> Value:
    return {name: value[name] for name in fields if name in value}


def _person(value: Value, names: Names) -> Value:
    kept, key = _part(value, _PERSON), value.get("person_key")
    return kept if is_blank(key) else {"person_key": names[str(key).strip()], **kept}


@dataclass(frozen=True, slots=True)
class _More:
    """What earlier revisions said that the standing one does not."""

    types: list[str]
    channels: list[str]
    times: list[datetime]  # of report
    rest: Value

    @property
    def revisions(self) -> int:
        """How many it takes to say it: each has two types, one channel and one time of report."""
        return max((len(self.types) + 1) // 2, len(self.channels), len(self.times), 1 if self.rest else 0)


def _said_before(events: Sequence[IncidentSnapshot]) -> list[Value]:
    """Open ones: that the log is closed since when it is stands in the standing one."""
    standing, more = events[-1], _more(events)
    return [_made_up(standing, more, number) for number in range(more.revisions)]


def _more(events: Sequence[IncidentSnapshot]) -> _More:
    standing, earlier = events[-1], events[:-1]
    types = {_code(kind): kind for log in earlier for kind in (log.opening_type, log.closing_type) if kind}
    channels = {log.channel for log in earlier} - {standing.channel}
    times = {log.reported_at for log in events}
    return _More(
        types=[
            types[code] for code in sorted(types.keys() - {_code(standing.opening_type), _code(standing.closing_type)})
        ],
        channels=sorted(channels),
        times=sorted({min(times), max(times)} - {standing.reported_at}),
        rest=_rest(standing, earlier),
    )


def _code(kind: str | None) -> str:
    return (kind or "").strip().casefold()


def _rest(standing: IncidentSnapshot, earlier: Sequence[IncidentSnapshot]) -> Value:
    """What one revision can say of any number."""
    offences = {(each.ho_code, each.category): None for log in earlier for each in log.reported_offences if each.given}
    of_standing = {(each.ho_code, each.category) for each in standing.reported_offences}
    qualifiers = {slug for log in earlier for slug in log.qualifiers} - {*standing.qualifiers}
    victim: Value = {"confirmed": True} if any(each.confirmed for log in earlier for each in log.victims) else {}
    victim |= {"vulnerable": True} if any(each.vulnerable for log in earlier for each in log.victims) else {}
    victim |= {"age_band": "child"} if any(each.age_band == "child" for log in earlier for each in log.victims) else {}
    rest: Value = {
        "reported_offences": [{"ho_code": code, "category": of} for code, of in offences.keys() - of_standing],
        "qualifiers": sorted(qualifiers),
        "victims": [victim] if victim else [],
        "dash_risk": "high" if any(log.dash_risk == "high" for log in earlier) else None,
    }
    rest["reported_offences"].sort(key=str)
    return {name: value for name, value in rest.items() if value}


def _made_up(standing: IncidentSnapshot, more: _More, number: int) -> Value:
    """It sorts before the standing one: by its revision, or where that is the first, by its time."""
    types = [*more.types[2 * number : 2 * number + 2], None, None]
    times, channels = more.times[number:], more.channels[number:]
    before = standing.updated_at if standing.revision else standing.updated_at - timedelta(microseconds=1 + number)
    return {
        "force": standing.force,
        "incident_ref": standing.incident_ref,
        "revision": max(0, standing.revision - 1),
        "updated_at": rfc3339(before),
        "reported_at": rfc3339(times[0] if times else standing.reported_at),
        "channel": channels[0] if channels else standing.channel,
        "status": "open",
        "opening_type": types[0],
        "closing_type": types[1],
        "qualifiers": [],
        "reported_offences": [],
        "victims": [],
        "suspects": [],
        "crime_refs": [],
    } | (more.rest if number == 0 else {})
