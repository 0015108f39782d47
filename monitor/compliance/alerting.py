"""How severe an incident is."""

from collections.abc import Sequence

from monitor.compliance.case import Crime
from monitor.compliance.ruling import Ruling
from monitor.compliance.said import Said
from monitor.contract.verdict import Severity
from monitor.rulebook import severity as levels
from monitor.rulebook.types import DOMESTIC_INCIDENT

_HARM = frozenset({"violent", "sexual"})


def severity_of(said: Said, ruling: Ruling, crimes: Sequence[Crime]) -> Severity:
    """The highest that any type, reported offence or linked crime (whatever its status) gives."""
    groups = said.groups.union(*(crime.offence.groups for crime in crimes))
    severity = levels.highest(
        levels.of_groups(groups),
        _by_domestic_abuse(said, crimes),
        levels.CHILD_VICTIM if said.child and not groups.isdisjoint(_HARM) else Severity.LOW,
        levels.PROFESSIONAL_REPORT if levels.PROFESSIONAL_CHANNEL in said.channels else Severity.LOW,
        levels.REQUIRED_CRIME if ruling.required_crimes else Severity.LOW,
    )
    return severity.raised() if said.vulnerable else severity


def _by_domestic_abuse(said: Said, crimes: Sequence[Crime]) -> Severity:
    if (
        levels.DOMESTIC_ABUSE_SLUG in said.qualifiers
        or DOMESTIC_INCIDENT in said.types
        or any(levels.DOMESTIC_ABUSE_SLUG in crime.record.flags for crime in crimes)
    ):
        return levels.HIGH_RISK_DOMESTIC_ABUSE if said.high_risk else levels.DOMESTIC_ABUSE
    return Severity.LOW
