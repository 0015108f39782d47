"""`/decide/{action}/{force}/{ref}`: a form, its check, and the decision. It works without JavaScript."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from monitor.contract.codec import Decoded
from monitor.contract.events import Decision
from monitor.links import incident_link
from monitor.store import DatabaseAway, judge_with
from monitor.store.decisions import Overtaken, Version, decide
from monitor.telemetry.logs import get_logger
from monitor.web.access import Act, Allowed, User
from monitor.web.decide.check import Check, check, is_made, since
from monitor.web.decide.fields import Kind, Sent, first, names_of, parts_of
from monitor.web.decide.forms import Form, form_for
from monitor.web.decide.permits import UNSEEN, must_be_withdrawable, role_for
from monitor.web.decide.reading import decision_id, new_decision_id, read_decision, version
from monitor.web.errors import FormUsed
from monitor.web.incident.looking import actor, look, opened
from monitor.web.incident.timeline import decision_lines
from monitor.web.incident.view import View
from monitor.web.pages import render
from monitor.web.parts import Web
from monitor.web.queue.labels import SEVERITY_COLOURS, STATUS_COLOURS, STATUSES
from monitor.web.words import spoken

router = APIRouter()
_log = get_logger(__name__)


async def sent_form(request: Request) -> Sent:
    form = await request.form()
    return {name: [value for value in form.getlist(name) if isinstance(value, str)] for name in form}


Decider = Annotated[User, Allowed(Act.DECIDE)]
SentForm = Annotated[Sent, Depends(sent_form)]


@router.get("/decide/{action}/{force}/{ref:path}")
def decide_form(request: Request, web: Web, user: Decider, action: str, force: str, ref: str) -> Response:
    role = role_for(user, action)
    view = look(web, user, force, ref, f"decide: {spoken(action).lower()}")
    sent = {name: request.query_params.getlist(name) for name in request.query_params}
    form = form_for(action, view, role, sent)
    _must_be_withdrawable(form, view, user)
    wrong = {each.name: each.missing for each in form.fields} if form.first_step and "asked" in sent else {}
    return _form(request, form, view, sent, new_decision_id(), view.file.version, wrong)


@router.post("/decide/{action}/{force}/{ref:path}")
def decide_step(
    request: Request, web: Web, user: Decider, sent: SentForm, action: str, force: str, ref: str
) -> Response:
    role, step = role_for(user, action), first(sent, "step")
    view = (
        opened(web, user, force, ref)
        if step == "make"
        else look(web, user, force, ref, f"decide: {spoken(action).lower()}")
    )
    form, seen = form_for(action, view, role, sent), version(sent)
    _must_be_withdrawable(form, view, user)
    if step == "change":
        return _form(request, form, view, sent, decision_id(sent), seen, {})
    decided, read = read_decision(form, view, user, role, sent)
    if decided is None:
        return _form(request, form, view, sent, decision_id(sent), seen, read.wrong)
    if step == "make":
        return _make(request, form, view, user, decided, sent)
    return _check(request, form, view, decided, sent)


def _must_be_withdrawable(form: Form, view: View, user: User) -> None:
    if form.action == "withdraw":
        must_be_withdrawable(view, user, str(form.fields[0].value))


def _form(
    request: Request, form: Form, view: View, sent: Sent, name: str, seen: Version, wrong: dict[str, str]
) -> Response:
    context = {
        "form": form,
        "view": view,
        "values": _values(form, sent),
        "wrong": wrong,
        "decision_id": name,
        "seen": seen,
        "step": "make" if form.action in UNSEEN else "check",
        "back": incident_link("", *view.key),
    }
    return render(request, "decide.html", HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK, **context)


def _values(form: Form, sent: Sent) -> dict[str, list[str]]:
    """What stands in each control: what was sent, else what the form begins with."""
    values: dict[str, list[str]] = {}
    for field in form.fields:
        names = names_of(field)
        begins = parts_of(field.value) if field.kind is Kind.MOMENT else {field.name: _text(field.value)}
        for name in names:
            values[name] = [*sent.get(name, ())] or [begins.get(name.removeprefix(f"{field.name}-"), "")]
    return values


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _check(
    request: Request, form: Form, view: View, decided: Decoded, sent: Sent, status: int = HTTPStatus.OK
) -> Response:
    decision = decided.event
    assert isinstance(decision, Decision)
    checked = _checked(view, decided)
    context = {
        "form": form,
        "view": view,
        "check": checked,
        "said": [*decision_lines(decision, view), *(checked.about if checked else [])],
        "since": since(view, version(sent)),
        "seen": view.file.version,
        "decision_id": decision.decision_id,
        "hidden": _hidden(form, sent),
        "back": incident_link("", *view.key),
        "statuses": STATUSES,
        "status_colours": STATUS_COLOURS,
        "severity_colours": SEVERITY_COLOURS,
    }
    return render(request, "decide_check.html", status, **context)


def _checked(view: View, decided: Decoded) -> Check | None:
    """None where the incident cannot be judged: that must not keep anybody from deciding."""
    try:
        return check(view, decided)
    except DatabaseAway:
        raise
    except Exception:
        _log.exception("A decision cannot be previewed.")
        return None


def _hidden(form: Form, sent: Sent) -> list[tuple[str, str]]:
    names = [name for field in form.fields for name in names_of(field)]
    return [(name, value) for name in names for value in sent.get(name, ())]


def _make(request: Request, form: Form, view: View, user: User, decided: Decoded, sent: Sent) -> Response:
    web, seen = view.web, None if form.action in UNSEEN else version(sent)
    judge = judge_with(web.rulebook, web.mappings)
    try:
        made = decide(web.store, judge, web.clock.now(), decided, actor(user), seen)
    except Overtaken:
        fresh = look(web, user, *view.key, f"decide: {spoken(form.action).lower()}")
        return _check(request, form, fresh, decided, sent, HTTPStatus.CONFLICT)
    if made.again and not is_made(decided, opened(web, user, *view.key)):
        raise FormUsed
    query = urlencode({"made": decision_id(sent)})
    return RedirectResponse(f"{incident_link('', *view.key)}?{query}", HTTPStatus.SEE_OTHER)
