"""Each finding: the sentence, and the rule it rests on. Pages are of the Crime Recording Rules 2026/27 unless said."""

from typing import NamedTuple

from monitor.contract.verdict import Finding


class Entry(NamedTuple):
    message: str  # may take named details
    rule: str


FINDINGS = {
    "due_soon": Entry(
        "No crime record is known and the 24 hours from the first report end within four hours of the known time.",
        "NCRS: record within 24 hours of the first report (p10)",
    ),
    "closed_without_crime": Entry(
        "The log was closed two hours ago or more, and there is neither a crime record nor a reason that holds.",
        "NCRS: record unless credible evidence to the contrary is written down (p7-10)",
    ),
    "recoded_without_reason": Entry(
        "The log was coded as a crime or a domestic incident and no longer is, with no reason that holds.",
        "NCRS: a report stays a crime until evidence says otherwise (p7-10); NSIR",
    ),
    "rationale_missing": Entry(
        "A reason for no crime record is given without a rationale.",
        "NCRS: why no crime is recorded is written down (p7-10)",
    ),
    "reason_invalid": Entry(
        "The reason given for no crime record does not hold for this log.",
        "NCRS: whether to record (p7-10; duplicates and conduct p57-58; rape p34, p61-63)",
    ),
    "reason_rejected": Entry(
        "The log gives a reason for no crime record, and a registrar requires a crime.",
        "FCR: final arbiter of recording (p7-10)",
    ),
    "supervisor_review_missing": Entry(
        "No supervisor has reviewed the reason for no crime record.",
        "NCRS: a decision not to record is reviewed (p7-10)",
    ),
    "victim_not_informed": Entry(
        "Nothing shows that the victim was told why no crime is recorded.",
        "NCRS: whoever reported is told when no crime is recorded (p7-10)",
    ),
    "duplicate_differs": Entry(
        "The log is closed as a duplicate, and every log that it leads to is less severe.",
        "NCRS: a duplicate is the same report (p7-10)",
    ),
    "cancellation_invalid": Entry(
        "A linked crime record was cancelled without all that its cancellation code needs: {refs}.",
        "Cancelling C1-C5 (p25-26)",
    ),
    "recorded_before_reported": Entry(
        "A linked crime record is older than the report: {refs}.",
        "NCRS: the clock starts at the first report (p10)",
    ),
    "offence_differs": Entry(
        "Violence or a sexual offence was reported, and nothing of that kind is recorded.",
        "Principal crime (p12-14)",
    ),
    "persons_differ": Entry(
        "A victim named on the log is on none of its crime records.",
        "One crime per victim (p12-14)",
    ),
    "report_time_changed": Entry(
        "Revisions of the log give different times of report; the earliest counts.",
        "NCRS: the clock starts at the first report (p10)",
    ),
    "reported_in_future": Entry(
        "The time of report lies in the future.",
        "NCRS: the clock starts at the first report (p10)",
    ),
    "stalking_expected": Entry(
        "Harassment by an ex-partner is recorded; a course of conduct by an ex-partner is stalking.",
        "Stalking by a former partner (p55)",
    ),
    "n100_needs_review": Entry(
        "A reported rape stands as N100: the registrar looks at every one that stays so.",
        "Rape and N100 (p34, p61-63)",
    ),
    "possible_match": Entry(
        "A crime record that is not linked looks like this incident's.",
        "NCRS: record within 24 hours of the first report (p10)",
    ),
    "unmapped_type": Entry(
        "A type code of the log is not in the force's mapping; until it is, a crime record is expected.",
        "NSIR: every incident has a category",
    ),
    "unmapped_value": Entry(
        "A value that nobody knows was set aside: {fields}.",
        "Home Office list and national values",
    ),
    "fewer_crimes_than_victims": Entry(
        "Fewer crimes are recorded ({beside_breaches}) than there are victims ({victims}).",
        "One crime per victim (p12-14, p89-90)",
    ),
    "second_crime_missing": Entry(
        "Modern slavery is recorded, and the other offence against the victim is not.",
        "Modern slavery takes a second record (p50-58)",
    ),
    "breach_not_recorded": Entry(
        "The breach of an order was reported beside another offence and is not recorded.",
        "A notifiable breach is recorded in addition (p50-58)",
    ),
    "offence_beside_breach_not_recorded": Entry(
        "Only the breach of an order is recorded; the offence reported beside it is not.",
        "A notifiable breach is recorded in addition (p50-58)",
    ),
    "rape_not_recorded": Entry(
        "A rape was reported, and neither a rape nor an N100 is recorded.",
        "Rape and N100 (p34, p61-63)",
    ),
    "more_crimes_required": Entry(
        "A registrar requires more crimes ({required}) than are recorded ({crimes}).",
        "FCR: final arbiter of recording (p12-14)",
    ),
}


def finding(code: str, **details: object) -> Finding:
    entry = FINDINGS[code]
    return Finding(code, entry.message.format(**details) if details else entry.message, entry.rule)
