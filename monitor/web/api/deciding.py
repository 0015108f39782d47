"""Decisions: foreseen, and made. The same checks and the same one transaction as at the desk."""

from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from monitor.contract.codec import Decoded, Unreadable, read
from monitor.contract.events import Decision
from monitor.contract.topics import Topic
from monitor.contract.verdict import rfc3339
from monitor.store import judge_with
from monitor.store.decisions import Overtaken, Version, decide
from monitor.web.access import Act, User
from monitor.web.api import models
from monitor.web.api.callers import Calls
from monitor.web.api.problems import Refused, responses
from monitor.web.api.reading import Force, Ref
from monitor.web.decide.check import check, is_made
from monitor.web.decide.permits import UNSEEN, must_be_withdrawable, role_for
from monitor.web.incident.looking import actor, look, opened
from monitor.web.incident.view import View
from monitor.web.parts import Web

router = APIRouter(responses=responses(401, 403, 404, 415, 422, 429, 503), tags=["decisions"])

IdempotencyKey = Annotated[
    str, Header(min_length=8, max_length=200, description="Of your choice: what is sent twice with it is made once.")
]
IfMatch = Annotated[
    str | None, Header(max_length=100, description="The version of the incident that was looked at. A note needs none.")
]


@router.post("/incidents/{force}/{ref:path}/decisions/check", response_model=models.Preview)
def foresee(
    web: Web, user: Annotated[User, Calls(Act.DECIDE)], force: Force, ref: Ref, decision: models.NewDecision
) -> Any:
    """What a decision would come to. Nothing is written but the look."""
    view = look(web, user, force, ref, f"api: decide: {decision.action}")
    found = check(view, _decided(view, user, decision, "check"))
    return {
        "before": found.before.view.verdict,
        "after": found.after.view.verdict,
        "changes": found.changes,
        "against": [{"sentence": each.text, "rule": each.rule} for each in found.against],
    }


@router.post(
    "/incidents/{force}/{ref:path}/decisions",
    response_model=models.Made,
    status_code=201,
    responses={200: {"model": models.Made, "description": "It was made before"}, **responses(409, 428)},
)
def make(
    web: Web,
    user: Annotated[User, Calls(Act.DECIDE)],
    force: Force,
    ref: Ref,
    decision: models.NewDecision,
    answer: Response,
    idempotency_key: IdempotencyKey,
    if_match: IfMatch = None,
    even_so: Annotated[bool, Query(description="Make it though something speaks against it.")] = False,
) -> Any:
    """Make a decision: its audit entry and its message to `recording-decisions` are written with it, or nothing is."""
    view = opened(web, user, force, ref)
    name = _name(user, view, idempotency_key)
    decided = _decided(view, user, decision, name)
    if any(each.event.decision_id == name for each in view.file.decisions):
        answer.status_code = 200
        return _made_before(view, decided)
    seen = None if decision.action in UNSEEN else _version(if_match)
    if not even_so:
        _refuse_what_will_not_hold(view, decided)
    try:
        made = decide(web.store, judge_with(web.rulebook, web.mappings), web.clock.now(), decided, actor(user), seen)
    except Overtaken as overtaken:
        sentence = f"It is at version {overtaken.now} now. Read it again, and decide on what it is."
        raise Refused(409, "The incident has moved on since it was looked at", sentence) from None
    after = opened(web, user, *view.key)
    if made.again:  # another request with this key came first
        answer.status_code = 200
        return _made_before(after, decided)
    return _made(after, name, again=False)


def _name(user: User, view: View, key: str) -> str:
    """The same for the same caller, incident and key."""
    named = "\0".join((user.subject, *view.key, key))
    return f"api-{sha256(named.encode()).hexdigest()[:40]}"


def _decided(view: View, user: User, decision: models.NewDecision, name: str) -> Decoded:
    """Raises Forbidden, NotFound, and Refused for what its action needs and has not."""
    role = role_for(user, decision.action)
    if decision.action == "withdraw":
        must_be_withdrawable(view, user, decision.withdraws or "")
    value = {
        **decision.model_dump(exclude_none=True),
        "decision_id": name,
        "force": view.file.force,
        "incident_ref": view.file.ref,
        "decided_at": rfc3339(view.now),
        "decided_by": user.subject,
        "role": role,
    }
    try:
        return read(Topic.DECISIONS, value)
    except Unreadable as unreadable:
        errors = [{"at": ["body", unreadable.field or ""], "says": unreadable.detail}]
        raise Refused(422, "The decision cannot be read", unreadable.detail, errors=errors) from None


def _version(if_match: str | None) -> Version:
    if if_match is None:
        sentence = "Send the incident's version as If-Match, so that nobody decides on what has changed meanwhile."
        raise Refused(428, "Say which version was looked at", sentence)
    try:
        return Version.read(if_match.removeprefix("W/").strip('"'))
    except ValueError:
        raise Refused(422, "If-Match is no version of ours", "Take it from the incident's version or ETag.") from None


def _refuse_what_will_not_hold(view: View, decided: Decoded) -> None:
    against = [{"sentence": each.text, "rule": each.rule} for each in check(view, decided).against]
    if against:
        sentence = "See against for why. Nothing was written; even_so=true makes it all the same."
        raise Refused(422, "The decision will not do what it is meant to", sentence, against=against)


def _made_before(view: View, decided: Decoded) -> dict[str, Any]:
    """Raises Refused where the key was used for another decision."""
    wanted = decided.event
    assert isinstance(wanted, Decision)
    if not is_made(decided, view):
        sentence = "Another decision was made with this Idempotency-Key. Choose a new key."
        raise Refused(422, "The key was used before", sentence)
    return _made(view, wanted.decision_id, again=True)


def _made(view: View, name: str, *, again: bool) -> dict[str, Any]:
    return {"decision_id": name, "again": again, "verdict": view.verdict, "version": str(view.file.version)}
