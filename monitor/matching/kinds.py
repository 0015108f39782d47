"""The canonical type of log that an offence would be told by, and types that are easily taken for each other."""

from monitor.rulebook.offences import OffenceFacts, OffenceTable
from monitor.rulebook.types import DOMESTIC_INCIDENT

_BY_CATEGORY = {
    "8L": "crime.harassment", "8M": "crime.harassment", "8Q": "crime.stalking", "8U": "crime.coercive_control",
    "8R": "crime.malicious_communications", "56A": "crime.arson", "56B": "crime.arson",
}  # fmt: skip
_BY_GROUP = {
    "rape": "crime.rape", "n100": "crime.rape", "homicide": "crime.homicide", "slavery": "crime.modern_slavery",
}  # fmt: skip
_BY_CLASS = {
    "violence against the person": "crime.violence",
    "sexual offences": "crime.sexual",
    "robbery": "crime.robbery",
    "burglary": "crime.burglary",
    "theft": "crime.theft",
    "vehicle offences": "crime.vehicle",
    "arson and criminal damage": "crime.damage",
    "public order offences": "crime.public_order",
    "possession of weapons": "crime.weapons",
    "drug offences": "crime.drugs",
    "nfib fraud": "crime.fraud",
    "miscellaneous crimes against society": "crime.other",
}
_FAMILIES = (
    {
        "crime.homicide", "crime.violence", "crime.harassment", "crime.stalking", "crime.coercive_control",
        "crime.malicious_communications", "crime.modern_slavery", "crime.public_order", DOMESTIC_INCIDENT,
    },
    {"crime.rape", "crime.sexual"},
    {"crime.robbery", "crime.burglary", "crime.theft", "crime.vehicle"},
    {"crime.damage", "crime.arson"},
)  # fmt: skip
_FAMILY = {kind: number for number, family in enumerate(_FAMILIES) for kind in family}
NO_KIND = frozenset({"crime.other"})  # says that it is a crime, and not which


def kind_of(offence: OffenceFacts, table: OffenceTable) -> str | None:
    """None for an offence that is on no list, or whose code leaves the class open."""
    for group, kind in _BY_GROUP.items():
        if offence.is_in(group):
            return kind
    if offence.category in _BY_CATEGORY:
        return _BY_CATEGORY[offence.category]
    rows = table.by_category.get(offence.category or "") or table.by_code.get(offence.ho_code or "", ())
    classes = {row.offence_class for row in rows}
    return _BY_CLASS.get(classes.pop()) if len(classes) == 1 else None


def are_near(one: str, other: str) -> bool:
    return one in _FAMILY and _FAMILY[one] == _FAMILY.get(other)
