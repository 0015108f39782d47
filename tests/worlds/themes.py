"""What the events of a world are mostly about, so that they meet where rules are narrow."""

from dataclasses import dataclass
from datetime import timedelta

from monitor.contract.events import REASON_CODES
from tests.builders import REPORTED, reason
from tests.worlds.vocabulary import CRIMES, HOUR, ODD_OFFENCES, QUIET, Code, Fields


@dataclass(frozen=True, eq=False)
class Theme:
    """What the events of one world are mostly about; the first of each is the plainest."""

    name: str
    types: tuple[str, ...]
    offences: tuple[Code, ...]  # that crime records have, and logs report
    logs: tuple[Fields, ...] = ({},)  # what a log says at first
    crimes: tuple[Fields, ...] = ({}, {"incident_refs": []}, {"incident_refs": ["INC-2", "INC 3"]})
    reports: tuple[timedelta, ...] = (timedelta(0), timedelta(0), HOUR, 24 * HOUR, -72 * HOUR)
    reasons: tuple[str, ...] = REASON_CODES
    channels: tuple[str, ...] = ("999", "101", "third_party")
    actions: tuple[str, ...] = ()  # more often than others


def _offences(*codes: Code) -> Fields:
    return {"reported_offences": [{"ho_code": code, "category": category} for code, category in codes]}


def _reason(code: str, related_ref: str | None = None, **fields: object) -> Fields:
    return {"no_crime_reason": reason(code, related_ref=related_ref, **fields)}


def _cancelled(code: str, **fields: object) -> Fields:
    """By a cancellation that lacks nothing."""
    when = (REPORTED + 40 * HOUR).isoformat()
    given = {
        "code": code,
        "decided_by_role": "fcr",
        "decided_at": when,
        "independent": True,
        "victim_informed_at": when,
    }
    return {"status": "cancelled", "cancellation": given | fields}


TWO_VICTIMS: Fields = {"victims": [{"person_key": "p1"}, {"person_key": "p2"}]}
ASSAULT, HARASSMENT, BREACH, RAPE, N100 = (
    ("008/06", "8N"),
    ("195/94", "8L"),
    ("066/38", None),
    ("019/08", "19C"),
    ("100/01", "N100"),
)

THEMES = (
    Theme(
        "decisions",
        ("crime.theft", "crime.violence", *QUIET),
        (("049/10", "49"), ASSAULT, ("066/91", None)),
        actions=("withdraw", "require_crime", "accept_link"),
    ),
    Theme(
        "victims",
        ("crime.violence", *QUIET),
        (ASSAULT, ("034/01", "34A")),
        logs=({}, TWO_VICTIMS),
        actions=("accept_as_complete",),
    ),
    Theme(
        "duplicates",
        ("crime.violence", "nsir.duplicate"),
        (ASSAULT,),
        logs=({}, {}, {"duplicate_of": "INC-2"}, {"duplicate_of": "INC 3"}, _reason("duplicate", "INC 3")),
        crimes=({"incident_refs": ["INC-2"]}, {"incident_refs": ["INC 3"]}, {"incident_refs": []}),
        reasons=("duplicate",),
        actions=("no_crime",),
    ),
    Theme(
        "continuations",
        ("crime.harassment", "crime.stalking"),
        (HARASSMENT, ("008/65", "8Q"), (None, "8L")),
        logs=(_reason("continuation", CRIMES[0]),),
        crimes=({"incident_refs": [], "recorded_at": REPORTED.isoformat()},),
        reports=tuple(timedelta(days=days) for days in (0, 60, 90, 140, 180)),  # 90 of these days are three months
        reasons=("continuation",),
        actions=("no_crime", "set_reported_at"),
    ),
    Theme(
        "breaches",
        ("crime.harassment", "crime.violence"),
        (BREACH, HARASSMENT, ASSAULT, ("008/74", "8Q")),
        logs=(_offences(BREACH, ASSAULT), _offences(HARASSMENT)),
    ),
    Theme(
        "slavery",
        ("crime.modern_slavery", "crime.violence"),
        (("036/06", "106"), ASSAULT),
        logs=(_offences(ASSAULT), {}),
        channels=("999", "nrm"),
    ),
    Theme(
        "rape",
        ("crime.rape", "crime.sexual"),
        (RAPE, N100, (None, "19H"), ("200/01", None)),
        logs=({}, _offences(RAPE), _reason("contrary_evidence")),
        crimes=({}, _cancelled("C2"), {"incident_refs": []}),
        channels=("999", "sarc", "professional_third_party"),
        actions=("no_crime", "accept_cancellation"),
    ),
    Theme(
        "cancellations",
        ("crime.theft", *QUIET),
        (("049/10", "49"), ASSAULT, N100),
        logs=({}, _reason("victim_declined", supervisor_reviewed=False), {"status": "closed"}),
        crimes=(
            _cancelled("C3", related_ref=CRIMES[1]),
            {"incident_refs": []},
            _cancelled("C1", receiving_force_ref="1"),
        ),
        channels=("third_party", "999"),
    ),
    Theme(
        "unknown values",
        QUIET,
        (*ODD_OFFENCES, N100),
        logs=({}, _offences(*ODD_OFFENCES[:2])),
        channels=("999", "webchat"),
    ),
)
