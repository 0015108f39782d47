"""The words of the incident page and of decisions."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from monitor.compliance.cancellation import Flaw
from monitor.compliance.counting import Uncounted
from monitor.rulebook.refusals import REASONS
from monitor.web.queue.labels import FINDINGS, STATUSES
from monitor.web.words import counted, duration, moment, spoken

BECAUSE = {
    "opening_type": "its opening type asks for one",
    "closing_type": "its closing type asks for one",
    "channel": "the way it was reported asks for one",
    "qualifier": "it is marked as domestic abuse",
    "reported_offence": "an offence that must be recorded was reported",
    "linked_crime": "a crime record is linked",
    "decision": "a registrar requires one",
    "earlier_revision": "an earlier revision of the log expected one",
}
ROLES = {
    "fcr": "force crime registrar",
    "ddm": "designated decision maker",
    "supervisor": "supervisor",
    "bureau": "crime bureau",
    "officer": "officer",
}
CANCELLATIONS = {
    "c1": "C1, transferred to another force",
    "c2": "C2, verifiable information that no crime happened",
    "c3": "C3, recorded twice",
    "c4": "C4, recorded in error",
    "c5": "C5, self-defence",
}
FLAWS = {
    Flaw.NO_CODE: "a cancellation takes a code from C1 to C5",
    Flaw.NO_TIME: "it does not say when it was decided",
    Flaw.NOT_BY_DECISION_MAKER: "neither a designated decision maker nor a registrar decided it",
    Flaw.NOT_BY_REGISTRAR: "on rape and homicide the force crime registrar alone decides",
    Flaw.NOT_INDEPENDENT: "nothing says that whoever decided it is independent of the investigation",
    Flaw.NO_RECEIVING_FORCE: "it gives no reference of the receiving force",
    Flaw.NO_OTHER_CRIME: "it names no other crime that stands as recorded",
    Flaw.NOT_SELF_DEFENCE: "C5 is not for this offence",
    Flaw.VICTIM_NOT_TOLD: "nothing says that the victim was told before it was decided",
}
UNCOUNTED = {
    Uncounted.CANCELLED: "it is cancelled",
    Uncounted.LEFT_ASIDE: "N200 and N300 are no records of a crime",
    Uncounted.TOO_OLD: "it was recorded more than 24 hours before the report; it counts once a registrar links it",
    Uncounted.N100_ALONE: "an N100 stands for no crime of the kind that this log reports",
}
ACTIONS = {
    "accept_link": "Accepted the link to a crime",
    "reject_link": "Rejected the link to a crime",
    "no_crime": "Decided that no crime is recorded",
    "require_crime": "Required a crime",
    "accept_as_complete": "Accepted what is recorded as complete",
    "accept_cancellation": "Accepted a cancellation",
    "set_reported_at": "Set the time of report",
    "withdraw": "Withdrew a decision",
    "note": "Left a note",
}


def joined(parts: Iterable[str], last: str = "and") -> str:
    """One, two and three."""
    words = list(parts)
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def inner(words: str) -> str:
    """As it stands within a sentence; what begins with an abbreviation keeps its capitals."""
    return words if words[1:2].isupper() or words[1:2].isdigit() else words[:1].lower() + words[1:]


def reason_words(code: str | None) -> str:
    return REASONS[code].says if code in REASONS else "no known reason"


def people(number: int, one: str) -> str:
    return counted(number, one) if number else f"no {one}"


def because(codes: Iterable[str]) -> str:
    return joined(BECAUSE.get(code, code) for code in codes)


def verdict_changes(before: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    """What became otherwise between two verdicts, in sentences; none where they say the same."""
    if before is None:
        return [f"Status: {inner(STATUSES[after['status']])}. Severity: {after['severity']}.", *_alert(None, after)]
    said = []
    if before["status"] != after["status"]:
        said.append(f"Status: from {inner(STATUSES[before['status']])} to {inner(STATUSES[after['status']])}.")
    if before["severity"] != after["severity"]:
        said.append(f"Severity: from {before['severity']} to {after['severity']}.")
    return [*said, *_times(before, after), *_alert(before, after), *_links(before, after), *_findings(before, after)]


def _alert(before: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    fired, fires = before is not None and before["alert"] == "firing", after["alert"] == "firing"
    if fired == fires:
        return []
    return ["The alert fires."] if fires else ["The alert is resolved."]


def _times(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    said = []
    if before["deadline"] != after["deadline"]:
        ended, ends = (moment(datetime.fromisoformat(each["deadline"])) for each in (before, after))
        said.append(f"Time to record: until {ends}, not {ended}.")
    took, takes = before["delay_hours"], after["delay_hours"]
    if took != takes and took is not None and takes is not None:
        said.append(f"Recorded: {_after_report(takes)}, not {_after_report(took)}.")
    return said


def _after_report(hours: float) -> str:
    return f"{duration(timedelta(hours=hours))} {'before' if hours < 0 else 'after'} the report"


def _links(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    were, are = set(before["crime_refs"]), set(after["crime_refs"])
    return [f"{ref} is linked." for ref in sorted(are - were)] + [
        f"{ref} is no longer linked." for ref in sorted(were - are)
    ]


def _findings(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    were, are = ([finding["code"] for finding in each["findings"]] for each in (before, after))
    new = [f"New: {finding_words(code)}." for code in are if code not in were]
    settled = [f"Settled: {finding_words(code)}." for code in were if code not in are]
    said = {finding["code"]: finding["message"] for finding in before["findings"]}
    both = [finding for finding in after["findings"] if finding["code"] in said]
    otherwise = [each["message"] for each in both if each["message"] != said[each["code"]]]
    return [*new, *settled, *otherwise]


def finding_words(code: str) -> str:
    return inner(FINDINGS.get(code, spoken(code)))
