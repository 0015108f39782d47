"""What each cancellation code asks (Crime Recording Rules 2026/27, p25-26)."""

from dataclasses import dataclass

DECISION_MAKERS = frozenset({"ddm", "fcr"})
REGISTRAR_ONLY = frozenset({"fcr"})
REGISTRAR_ONLY_GROUPS = frozenset({"rape", "homicide"})  # under C2


@dataclass(frozen=True, slots=True)
class CancellationRule:
    by_decision_maker: bool = True  # by a DDM or FCR, independent of the investigation
    victim_told: bool = False  # before the decision
    needs_receiving_force: bool = False
    needs_other_crime: bool = False
    registrar_for_rape_and_homicide: bool = False
    self_defence_offences: bool = False  # s47 assault, 104 and 105A only


CANCELLATION_RULES = {
    "c1": CancellationRule(by_decision_maker=False, victim_told=True, needs_receiving_force=True),
    "c2": CancellationRule(victim_told=True, registrar_for_rape_and_homicide=True),
    "c3": CancellationRule(needs_other_crime=True),
    "c4": CancellationRule(),
    "c5": CancellationRule(victim_told=True, self_defence_offences=True),
}
SELF_DEFENCE_ASSAULT = ("8N", "008/06")
