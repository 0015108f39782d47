"""`/incidents/{force}/{ref}`: the page of one incident."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from monitor.rulebook.reasons import CONTINUATION
from monitor.rulebook.refusals import REASONS
from monitor.store.casework import Holder
from monitor.store.people import colleagues_of
from monitor.web.access import WORKS_CASES, Act, Allowed, User
from monitor.web.incident import parts, sentences
from monitor.web.incident.changes import changes_link
from monitor.web.incident.looking import look
from monitor.web.incident.matches import possible_matches
from monitor.web.incident.offers import audit_link, buttons, case_link, decide_link, may
from monitor.web.incident.timeline import feed_gap, timeline
from monitor.web.incident.view import View
from monitor.web.incident.words import ACTIONS
from monitor.web.pages import render
from monitor.web.parts import Web
from monitor.web.queue.labels import SEVERITY_COLOURS, STATUS_COLOURS, STATUSES
from monitor.web.standstill import nobody_judges

router = APIRouter()


@router.get("/incidents/{force}/{ref:path}")
def incident_page(
    request: Request, web: Web, user: Annotated[User, Allowed(Act.SEE_INCIDENT)], force: str, ref: str, made: str = ""
) -> Response:
    view = look(web, user, force, ref, "incident")
    return render(request, "incident.html", **_shown(request, view, user), made=_just_made(view, user, made))


def _shown(request: Request, view: View, user: User) -> dict[str, Any]:
    return {
        "view": view,
        "changes": changes_link(view),
        "stopped": nobody_judges(view.web),
        "verdict": view.verdict,
        "sentence": sentences.verdict_sentence(view),
        "expected": sentences.why_expected(view),
        "findings": sentences.findings(view),
        "feed_gap": feed_gap(view),
        "unread": sentences.unread(view),
        "facts": parts.facts(view),
        "crimes": parts.crimes(view),
        "matches": possible_matches(request, *view.key),
        "others": parts.others(view),
        "course": parts.course(view),
        "conduct_rule": REASONS[CONTINUATION].rule,
        "moments": timeline(view),
        "raw": parts.raw(view),
        "buttons": buttons(view, user),
        "may": lambda action: may(user, action),
        "withdrawable": _withdrawable(view, user),
        "decide_link": lambda action, **query: decide_link(action, view.key, **query),
        "casework": _casework(view, user) if user.may(Act.TAKE) else None,
        "audit": audit_link(view.key) if user.may(Act.READ_AUDIT) else "",
        "statuses": STATUSES,
        "status_colours": STATUS_COLOURS,
        "severity_colours": SEVERITY_COLOURS,
    }


def _withdrawable(view: View, user: User) -> set[str]:
    """Ids of the decisions that this user may take back."""
    if not may(user, "withdraw"):
        return set()
    standing = (each.event for each in view.file.decisions if not each.withdrawn_by and each.event.action != "withdraw")
    return {event.decision_id for event in standing if user.may_withdraw(event.decided_by)}


def _casework(view: View, user: User) -> dict[str, Any]:
    holder: Holder = view.file.holder
    colleagues = colleagues_of(view.web.store, view.file.force, WORKS_CASES)
    return {
        "action": case_link("/take", view.key),
        "holder": holder,
        "name": view.person(holder.subject) if holder.subject else "",
        "mine": holder.subject == user.subject,
        "colleagues": [each for each in colleagues if each.subject not in {user.subject, holder.subject}],
    }


def _just_made(view: View, user: User, decision_id: str) -> str:
    """What this user has just decided, in words, so that the page can say that it was done."""
    for each in view.file.decisions:
        made_by_user = each.event.decision_id == decision_id and each.event.decided_by == user.subject
        if made_by_user and not each.withdrawn_by:
            return ACTIONS[each.event.action]
    return ""
