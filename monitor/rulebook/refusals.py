"""What each reason for no crime record says, and the sentence for where it does not hold. Pages as in findings.py."""

from typing import NamedTuple

from monitor.rulebook import reasons


class Reason(NamedTuple):
    says: str  # as somebody would choose it
    refusal: str  # why it does not hold, where it does not
    rule: str


_SAY_WHY = "Every reason needs a rationale: what was found, and from whom."
RATIONALE_MISSING = Reason("", _SAY_WHY, "NCRS: why no crime is recorded is written down (p7-10)")
RAPE = Reason(
    "",
    "A rape was reported, and neither a rape nor an N100 is recorded: no reason but a duplicate holds, unless the "
    "force crime registrar decides.",
    "Rape and N100 (p34, p61-63)",
)
CODE_MISSING = Reason("", "A reason needs one of the codes.", "NCRS: whether to record (p7-10)")
REASONS = {
    reasons.VICTIM_DECLINED: Reason(
        "The victim declined to confirm what somebody else reported",
        "It holds only where nobody but a third party reported, and no victim has confirmed that it happened.",
        "NCRS: reports by third parties (p8)",
    ),
    reasons.VICTIM_NOT_TRACED: Reason(
        "No victim could be traced",
        "It does not hold where a victim has confirmed that it happened, or where a professional, a parent or a carer "
        "reported: they speak for the victim.",
        "NCRS: who speaks for the victim (p8)",
    ),
    reasons.OTHER_FORCE: Reason(
        "It happened in another force's area, and that force has it",
        "It holds only with the reference under which the other force received it.",
        "NCRS: whether to record (p7-10)",
    ),
    reasons.DUPLICATE: Reason(
        "It is the same report as another log or crime record",
        "The reference must lead to a recorded crime, or to another log of this force that itself expects a crime. "
        "For a reported rape it must lead to a rape or an N100, or to a log of one.",
        "NCRS: a duplicate is the same report (p7-10)",
    ),
    reasons.CONTINUATION: Reason(
        "It is more of a course of conduct that is recorded already",
        "The crime must be recorded harassment, stalking or coercive behaviour, no breach of an order, with a victim "
        "in common, and its last report not more than three months before. Nothing but such conduct may have "
        "been reported.",
        "Course of conduct (p57-58)",
    ),
    "contrary_evidence": Reason(
        "Credible evidence shows that no crime happened", _SAY_WHY, "NCRS: evidence to the contrary (p7-10)"
    ),
    "not_notifiable": Reason("What was reported is no notifiable offence", _SAY_WHY, "NCRS: whether to record (p7-10)"),
    "points_to_prove_not_met": Reason(
        "A state-based offence whose points to prove are not met", _SAY_WHY, "NCRS: state-based (p7-10)"
    ),
    "police_complaint": Reason(
        "A complaint against an officer on duty", _SAY_WHY, "Complaints against the police (p17)"
    ),
    "schools_protocol": Reason("The schools protocol applies", _SAY_WHY, "NCRS: whether to record (p7-10)"),
    "prison": Reason("The prison protocol applies", _SAY_WHY, "NCRS: whether to record (p7-10)"),
    "sarc_anonymous": Reason(
        "An anonymous report through a sexual assault referral centre",
        "It never holds: such a report is recorded as N100.",
        "Rape and N100 (p34, p61-63)",
    ),
}
