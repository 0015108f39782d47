"""How severe each group is, by itself."""

from functools import lru_cache
from operator import attrgetter

from monitor.contract.verdict import Severity

GROUP_SEVERITY = {
    "homicide": Severity.CRITICAL,
    "rape": Severity.CRITICAL,
    "n100": Severity.CRITICAL,
    "sexual": Severity.CRITICAL,
    "attempted_murder": Severity.CRITICAL,
    "strangulation": Severity.CRITICAL,
    "injury": Severity.HIGH,
    "conduct": Severity.HIGH,
    "slavery": Severity.HIGH,
    "violent": Severity.MEDIUM,
    "robbery": Severity.MEDIUM,
}
DOMESTIC_ABUSE = Severity.HIGH
HIGH_RISK_DOMESTIC_ABUSE = Severity.CRITICAL
CHILD_VICTIM = Severity.CRITICAL  # of violence or a sexual offence
PROFESSIONAL_REPORT = Severity.MEDIUM
REQUIRED_CRIME = Severity.MEDIUM
ALERTS_FROM = Severity.MEDIUM

DOMESTIC_ABUSE_SLUG = "domestic_abuse"  # the qualifier of a log, the flag of a crime record
VULNERABLE_QUALIFIERS = frozenset({"vulnerable_adult", "vulnerable_child"})
PROFESSIONAL_CHANNEL = "professional_third_party"


_rank = attrgetter("rank")


@lru_cache(maxsize=1024)  # few sets of groups come again and again
def of_groups(groups: frozenset[str]) -> Severity:
    """The highest that any of these groups gives."""
    return max((GROUP_SEVERITY.get(group, Severity.LOW) for group in groups), key=_rank, default=Severity.LOW)


def highest(*severities: Severity) -> Severity:
    return max(severities, key=_rank)
