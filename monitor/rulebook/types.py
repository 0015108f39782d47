"""The canonical types of a log, and the groups that name them."""

from collections.abc import Iterable
from functools import cache
from typing import Final

UNMAPPED: Final = "unmapped"
DOMESTIC_INCIDENT: Final = "nsir.domestic_incident"
DUPLICATE: Final = "nsir.duplicate"

_CRIME = """
homicide violence sexual rape robbery burglary theft vehicle damage arson harassment stalking coercive_control
malicious_communications modern_slavery public_order weapons drugs fraud other
"""
_NSIR = """
rtc_injury rtc_damage highway_disruption road_related_offence rail_air_marine
asb_personal asb_nuisance asb_environmental
abandoned_call absconder_wanted alarm animals_wildlife civil_disputes concern_for_safety domestic_incident firearms
hoax_calls immigration industrial_incident licensing missing_person natural_disaster protest sudden_death
suspicious_circumstances suspicious_package
cancel_error complaint_against_police contact_record duplicate lost_found messages police_activity pre_planned_event
test_training
"""
CRIME_TYPES = frozenset(f"crime.{name}" for name in _CRIME.split())
NSIR_TYPES = frozenset(f"nsir.{name}" for name in _NSIR.split())
CANONICAL_TYPES = CRIME_TYPES | NSIR_TYPES

CHANNEL_TYPES = {"nrm": "crime.modern_slavery", "sarc": "crime.rape"}

TYPE_GROUPS: dict[str, frozenset[str]] = {
    "crime.homicide": frozenset({"homicide", "violent"}),
    "crime.violence": frozenset({"violent"}),
    "crime.sexual": frozenset({"sexual"}),
    "crime.rape": frozenset({"rape", "sexual"}),
    "crime.robbery": frozenset({"robbery"}),
    "crime.harassment": frozenset({"conduct", "violent"}),
    "crime.stalking": frozenset({"conduct", "violent"}),
    "crime.coercive_control": frozenset({"conduct", "violent"}),
    "crime.malicious_communications": frozenset({"violent"}),
    "crime.modern_slavery": frozenset({"slavery", "violent"}),
}
CONTINUING_TYPES = frozenset(
    {"crime.harassment", "crime.stalking", "crime.coercive_control", "crime.malicious_communications"}
)
ASB_PERSONAL: Final = "nsir.asb_personal"
CIVIL_DISPUTE: Final = "nsir.civil_disputes"
CONCERN_FOR_SAFETY: Final = "nsir.concern_for_safety"


def is_crime(kind: str) -> bool:
    return kind.startswith("crime.")


@cache
def suggests_crime(kind: str) -> bool:
    """Whether a log of this type, as it stands, was taken for a crime or for domestic abuse."""
    return is_crime(kind) or kind == DOMESTIC_INCIDENT


@cache
def expects_crime(kind: str) -> bool:
    """Whether a log of this type expects a crime record: a code that nobody mapped must not hide a crime."""
    return suggests_crime(kind) or kind == UNMAPPED


def groups_of(kind: str) -> frozenset[str]:
    return TYPE_GROUPS.get(kind, frozenset())


def course_of_conduct(kinds: Iterable[str]) -> bool:
    """Whether a log of these types may be part of a course of conduct; with the same people, several logs may be one.

    Inspectors find such crimes hidden in logs of personal anti-social behaviour (p57-58).
    """
    return any(kind in CONTINUING_TYPES or kind in {ASB_PERSONAL, DOMESTIC_INCIDENT} for kind in kinds)
