"""The codes of a reason for no crime record, and what the rules ask (Crime Recording Rules, p7-10, p17, p34)."""

from typing import Final

VICTIM_DECLINED: Final = "victim_declined"
VICTIM_NOT_TRACED: Final = "victim_not_traced"
OTHER_FORCE: Final = "other_force"
DUPLICATE: Final = "duplicate"
CONTINUATION: Final = "continuation"

RATIONALE_IS_ENOUGH = frozenset(
    {
        "contrary_evidence",
        "not_notifiable",
        "points_to_prove_not_met",
        "police_complaint",
        "schools_protocol",
        "prison",
    }
)
SPEAK_FOR_THE_VICTIM = frozenset({"professional_third_party", "parent_or_carer"})  # channels (p8)
NEEDS_CONFIRMATION: Final = "third_party"  # a channel: the victim must confirm what others report (p8)
NOBODY_TO_TELL = frozenset({VICTIM_NOT_TRACED, DUPLICATE, CONTINUATION})
ALWAYS_MAY_SETTLE_RAPE: Final = "fcr"  # the role whose decision a rape log may be closed by (p34)
NEEDS: dict[str, tuple[str, ...]] = {  # beside the rationale, which every code needs
    OTHER_FORCE: ("receiving_force_ref",),
    DUPLICATE: ("related_ref",),
    CONTINUATION: ("related_ref",),
}
