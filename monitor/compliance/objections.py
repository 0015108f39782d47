"""Why a reason for no crime record does not hold, for whoever is about to give one."""

from dataclasses import replace

from monitor.compliance.case import Case
from monitor.compliance.cases import Cases
from monitor.compliance.justification import rape_stands_against, reason_holds
from monitor.contract.events import REASON_CODES, Decision
from monitor.rulebook import reasons, refusals
from monitor.rulebook.refusals import Reason


def objection(case: Case, cases: Cases) -> Reason | None:
    """What speaks against the standing reason; None where it holds, or none is given."""
    if case.reason is None or reason_holds(case, cases):
        return None
    if case.reason.rationale is None:
        return refusals.RATIONALE_MISSING
    if case.reason.code is None:
        return refusals.CODE_MISSING
    if case.reason.code != reasons.DUPLICATE and rape_stands_against(case):
        return refusals.RAPE
    return refusals.REASONS[case.reason.code]


def objections_beforehand(case: Case, cases: Cases, role: str) -> dict[str, Reason]:
    """By code, what speaks against it whatever else is said with it, were it given by this role."""
    found = {}
    for code in REASON_CODES:
        given = _as_if_decided(case, code, role)
        against = objection(given, cases)
        depends = "related_ref" in reasons.NEEDS.get(code, ())  # on what it will refer to
        if against is not None and (against is refusals.RAPE or not depends):
            found[code] = against
    return found


def _as_if_decided(case: Case, code: str, role: str) -> Case:
    """With every other field as good as it can be."""
    decision = Decision(
        force=case.log.force,
        decision_id="",
        incident_ref=case.ref,
        decided_at=case.reported_at,
        decided_by="",
        role=role,
        action="no_crime",
        code=code,
        rationale="given",
        receiving_force_ref="given",
    )
    return case._replace(ruling=replace(case.ruling, no_crime=decision, required_crimes=0))
