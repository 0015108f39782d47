"""Which judgements an event bears on.

A node is a ref, of an incident or a crime record alike, or `decision:ID`. A pair (dependent, depends_on) says that the
judgement of whoever rests on the first needs what is known of the second. So:

- judging an incident needs every event of each node that can be reached from its ref;
- a changed node makes due every incident from which it can be reached.

Pairs are never taken back: one that no longer holds costs a review that changes nothing.
"""

from collections.abc import Iterator

from monitor.contract.events import CrimeSnapshot, Decision, IncidentSnapshot
from monitor.rulebook.reasons import CONTINUATION

Pair = tuple[str, str]
Judged = IncidentSnapshot | CrimeSnapshot | Decision


def dependencies(event: Judged) -> set[Pair]:
    if isinstance(event, IncidentSnapshot):
        return set(_of_log(event))
    if isinstance(event, CrimeSnapshot):
        return set(_of_crime(event))
    return set(_of_decision(event))


def touched(event: Judged) -> str:
    """The node that this event changes."""
    if isinstance(event, IncidentSnapshot):
        return event.incident_ref
    if isinstance(event, CrimeSnapshot):
        return event.crime_ref
    return decision_node(event.decision_id)


def decision_node(decision_id: str) -> str:
    return f"decision:{decision_id}"  # refs are upper-cased: no ref is ever the name of a decision


def _of_log(log: IncidentSnapshot) -> Iterator[Pair]:
    for crime_ref in log.crime_refs:
        yield log.incident_ref, crime_ref
    if log.duplicate_of:
        yield log.incident_ref, log.duplicate_of
    if log.no_crime_reason:
        yield from _of_reason(log.incident_ref, log.no_crime_reason.code, log.no_crime_reason.related_ref)


def _of_reason(incident_ref: str, code: str | None, related_ref: str | None) -> Iterator[Pair]:
    if related_ref:
        yield incident_ref, related_ref
        if code == CONTINUATION:  # whoever continues a crime depends on all who do
            yield related_ref, incident_ref


def _of_crime(crime: CrimeSnapshot) -> Iterator[Pair]:
    for incident_ref in crime.incident_refs:
        yield incident_ref, crime.crime_ref
    if crime.cancellation and crime.cancellation.related_ref:
        yield crime.crime_ref, crime.cancellation.related_ref


def _of_decision(decision: Decision) -> Iterator[Pair]:
    yield decision.incident_ref, decision_node(decision.decision_id)
    if decision.crime_ref:
        yield decision.incident_ref, decision.crime_ref
    if decision.action == "no_crime":
        yield from _of_reason(decision.incident_ref, decision.code, decision.related_ref)
    if decision.action == "withdraw" and decision.withdraws:
        yield decision_node(decision.withdraws), decision_node(decision.decision_id)
