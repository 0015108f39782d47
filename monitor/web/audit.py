"""`/audit`: who looked at what and who decided what. Reading it is entered in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from monitor.contract.identity import canonical_force, canonical_ref
from monitor.links import incident_link
from monitor.store import audit, known_times
from monitor.store.audit import Deed, Entry
from monitor.store.queue import names_of
from monitor.web.access import Act, Allowed, User
from monitor.web.errors import NotFound
from monitor.web.incident.looking import actor
from monitor.web.incident.words import ACTIONS
from monitor.web.pages import render
from monitor.web.parts import Web

router = APIRouter()

PAGE = 100
Reader = Annotated[User, Allowed(Act.READ_AUDIT)]


@dataclass(frozen=True)
class Row:
    number: int
    at: datetime
    who: str
    role: str
    what: str
    incident_ref: str
    href: str


@router.get("/audit")
def audit_forces(request: Request, web: Web, user: Reader) -> Response:
    found = audit.heads(web.store, user.scope)
    if len(found) == 1:
        return RedirectResponse(f"/audit/{found[0].force}", 303)
    return render(request, "audit_forces.html", heads=found)


@router.get("/audit/{force}")
def audit_page(
    request: Request,
    web: Web,
    user: Reader,
    force: str,
    before: Annotated[int, Query(ge=1, le=2**63 - 1)] | None = None,
    incident: str = "",
) -> Response:
    force, ref = _asked(web, user, force, incident)
    audit.append(web.store, Deed(force, "read the audit log", actor(user), ref))
    entries = audit.latest(web.store, force, before, ref, PAGE + 1)
    names = names_of(web.store, {to for entry in entries if (to := _handed_to(orjson.loads(entry.content)))})
    rows = [_row(entry, names) for entry in entries[:PAGE]]
    earlier = rows[-1].number if len(entries) > PAGE else None
    return render(request, "audit.html", force=force, incident_ref=ref or "", rows=rows, before=before, earlier=earlier)


@router.get("/audit/{force}/export.jsonl")
def audit_export(web: Web, user: Reader, force: str, incident: str = "") -> Response:
    force, ref = _asked(web, user, force, incident)
    audit.append(web.store, Deed(force, "exported the audit log", actor(user), ref))
    lines = (audit.exported(entry) + b"\n" for entry in audit.entries(web.store, force, incident_ref=ref))
    named = {"content-disposition": f"attachment; filename*=UTF-8''{quote(f'audit-{force}.jsonl', safe='')}"}
    return StreamingResponse(lines, media_type="application/jsonl", headers=named)


def _asked(web: Web, user: User, force: str, incident: str) -> tuple[str, str | None]:
    """Raises NotFound, also for a force that nobody knows: reading its log would begin one."""
    try:
        force, ref = canonical_force(force), canonical_ref(incident) or None
    except ValueError:
        raise NotFound from None
    user.must_see(force)
    if force not in audit.forces(web.store) and force not in known_times(web.store):
        raise NotFound
    return force, ref


def _handed_to(said: dict[str, Any]) -> str:
    return str(said["detail"].get("to") or "")


def _row(entry: Entry, names: Mapping[str, str]) -> Row:
    said = orjson.loads(entry.content)
    ref = said["incident_ref"] or ""
    href = incident_link("", entry.force, ref) if ref else ""
    return Row(entry.number, entry.at, said["name"], said["role"], _what(said, names), ref, href)


def _what(said: dict[str, Any], names: Mapping[str, str]) -> str:
    detail = said["detail"]
    match said["action"]:
        case "decided":
            return ACTIONS[detail["decision"]["action"]]
        case "looked":
            return _looked(detail["page"])
        case "handed over":
            return f"Handed it over to {names.get(_handed_to(said), _handed_to(said))}"
        case "took":
            return "Took the case"
        case "put back":
            return "Put the case back"
        case action:
            return str(action).capitalize()


def _looked(page: str) -> str:
    """`incident`, `history`, `decide: require a crime`; the same after `api: ` where a program looked."""
    at = page.removeprefix("api: ").replace("_", " ")
    what = "it" if at == "incident" else f"it to {at}" if at.startswith("decide") else f"its {at}"
    return f"Looked at {what}{', through the API' if page.startswith('api: ') else ''}"
