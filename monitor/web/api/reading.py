"""What can be read: the queue, incidents, verdicts and how they came about."""

from collections.abc import Iterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

from monitor import store
from monitor.contract.codec import as_json
from monitor.contract.verdict import Severity, rfc3339
from monitor.store.audit import Deed, append
from monitor.store.bulk import Key
from monitor.store.case_file import DecisionMade
from monitor.store.concerns import Concern, unpacked
from monitor.store.instants import from_micros
from monitor.store.letter_questions import UnreadMessage
from monitor.store.queue import QueueRow, standing_after
from monitor.store.verdicts import verdicts_after
from monitor.web.access import Act, User
from monitor.web.api import models
from monitor.web.api.callers import Calls
from monitor.web.api.cursors import USUAL, Cursor, Limit, after, after_number, cursor_at
from monitor.web.api.problems import responses
from monitor.web.errors import NotFound
from monitor.web.incident.looking import actor, look
from monitor.web.incident.view import View
from monitor.web.parts import Web
from monitor.web.queue.address import View as QueueView
from monitor.web.queue.rows import age_limits, matches

router = APIRouter(responses=responses(401, 403, 422, 429, 503))
PAGE = 1000
NDJSON = "application/x-ndjson"
_SEVERITIES = tuple(Severity)
_BASE = ("decision_id", "force", "incident_ref", "decided_at", "decided_by", "role", "action")

Force = Annotated[str, Path(min_length=1, max_length=256, description="As `force` says elsewhere.")]
Ref = Annotated[str, Path(min_length=1, max_length=256, description="The incident's reference, percent-encoded.")]


class Narrowed(BaseModel, extra="forbid"):
    """What the queue is asked for. A misspelt filter would bring everything, and is refused."""

    concern: Concern | None = None
    force: list[str] = Field([], max_length=50)
    severity: list[Severity] = Field([], max_length=4)
    unit: list[str] = Field([], max_length=50)
    channel: list[str] = Field([], max_length=50)
    limit: Limit = USUAL
    cursor: Cursor = None


@router.get("/queue", response_model=models.QueuePage, responses=responses(400), tags=["queue"])
def queue(web: Web, user: Annotated[User, Calls(Act.SEE_QUEUE)], asked: Annotated[Narrowed, Query()]) -> Any:
    """Incidents that need a person, by force and reference. Pages never overlap, whatever arrives meanwhile."""
    view = QueueView(
        filter=asked.concern,
        force=tuple(asked.force),
        severity=tuple(each.value for each in asked.severity),
        unit=tuple(asked.unit),
        channel=tuple(asked.channel),
    )
    found = _queued(web, user, view, after(asked.cursor), asked.limit + 1)
    more = len(found) > asked.limit
    next_page = cursor_at(*found[asked.limit - 1].key) if more else None
    return {"incidents": list(map(_row, found[: asked.limit])), "next": next_page}


@router.get(
    "/incidents/{force}/{ref:path}/history",
    response_model=models.HistoryPage,
    responses=responses(400, 404),
    tags=["incidents"],
)
def history(
    web: Web,
    user: Annotated[User, Calls(Act.SEE_INCIDENT)],
    force: Force,
    ref: Ref,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Any:
    """How the verdict came about, the first change first."""
    start = after_number(cursor)
    key = look(web, user, force, ref, "api: history").key
    changes = store.history(web.store, *key, start, limit + 1)
    more = len(changes) > limit
    told = [
        {
            "number": each.number, "at": rfc3339(each.at), "cause": each.cause, "cause_ref": each.cause_ref,
            "cause_revision": each.cause_revision, "verdict": orjson.loads(each.verdict),
        }
        for each in changes[:limit]
    ]  # fmt: skip
    return {"changes": told, "next": cursor_at(changes[limit - 1].number) if more else None}


@router.get(
    "/incidents/{force}/{ref:path}/decisions",
    response_model=models.Decisions,
    responses=responses(404),
    tags=["incidents"],
)
def decisions(web: Web, user: Annotated[User, Calls(Act.SEE_INCIDENT)], force: Force, ref: Ref) -> Any:
    """All that were made on it, in the order in which they are taken."""
    view = look(web, user, force, ref, "api: decisions")
    ours = (each for each in view.file.decisions if each.event.incident_ref == view.file.ref)
    return {"decisions": [_decision(each) for each in ours]}


@router.get(
    "/incidents/{force}/{ref:path}", response_model=models.Incident, responses=responses(404), tags=["incidents"]
)
def incident(web: Web, user: Annotated[User, Calls(Act.SEE_INCIDENT)], force: Force, ref: Ref) -> Any:
    """One incident, with its verdict, its log and its crime records. The look is entered in the audit log."""
    view = look(web, user, force, ref, "api: incident")
    return JSONResponse(_incident(view), headers={"etag": f'"{view.file.version}"'})


@router.get("/verdicts", response_model=models.VerdictPage, responses=responses(400), tags=["verdicts"])
def verdicts(web: Web, user: Annotated[User, Calls(Act.EXPORT)], limit: Limit = USUAL, cursor: Cursor = None) -> Any:
    """The verdict on every incident, by force and reference."""
    found = verdicts_after(web.store, user.scope, after(cursor), limit + 1)
    more = len(found) > limit
    told = [orjson.loads(content) for _, content in found[:limit]]
    return {"verdicts": told, "next": cursor_at(*found[limit - 1][0]) if more else None}


@router.get(
    "/exports/verdicts/{force}",
    response_class=StreamingResponse,
    responses={
        200: {"content": {NDJSON: {"schema": {"type": "string"}}}, "description": "A verdict a line"},
        **responses(404),
    },
    tags=["exports"],
)
def export_verdicts(web: Web, user: Annotated[User, Calls(Act.EXPORT)], force: Force) -> StreamingResponse:
    """Every verdict of a force as JSON lines, as `monitor verdicts` prints them. It is entered in the audit log."""
    user.must_see(force)
    if force not in store.known_times(web.store):
        raise NotFound("There is no such force.")
    append(web.store, Deed(force, "exported verdicts", actor(user)))
    lines: Iterator[bytes] = (content + b"\n" for content in store.stored_verdicts(web.store, force))
    return StreamingResponse(lines, media_type=NDJSON)


def _queued(web: Web, user: User, view: QueueView, start: Key, wanted: int) -> list[QueueRow]:
    limits, found = age_limits(web.clock.now()), list[QueueRow]()
    while len(found) < wanted:
        page = standing_after(web.store, user.scope, start, PAGE)
        found += [row for row in page if matches(row, view, user.scope, limits)]
        if len(page) < PAGE:
            break
        start = page[-1].key
    return found[:wanted]


def _row(row: QueueRow) -> dict[str, Any]:
    return {
        "force": row.force, "incident_ref": row.ref, "severity": _SEVERITIES[row.severity].value, "status": row.status,
        "deadline": rfc3339(from_micros(row.deadline)), "concerns": sorted(unpacked(row.concerns)),
        "findings": row.findings.split(), "type": row.type, "opened_as": row.opened_as, "unit": row.unit,
        "channel": row.channel, "crime_refs": row.crime_refs.splitlines(), "holder": row.holder,
    }  # fmt: skip


def _incident(view: View) -> dict[str, Any]:
    file = view.file
    return {
        "force": file.force,
        "incident_ref": file.ref,
        "version": str(file.version),
        "verdict": view.verdict,
        "due": file.state.due,
        "log": orjson.loads(file.log[-1].content),
        "revisions": file.version.revisions,
        "crimes": [as_json(revisions[-1].event) for revisions in file.crimes.values()],
        "crimes_known_up_to": rfc3339(file.known),
        "holder": file.holder.subject or "",
        "course_of_conduct_with": list(file.course),
        "unread": [_unread(each) for each in file.unread],
    }


def _unread(message: UnreadMessage) -> dict[str, Any]:
    return {
        "letter": message.name, "topic": message.topic, "ref": message.ref, "at": rfc3339(message.at),
        "reason": message.reason, "field": message.field, "read_since": message.read_since,
    }  # fmt: skip


def _decision(made: DecisionMade) -> dict[str, Any]:
    value = {name: given for name, given in as_json(made.event).items() if given is not None}
    return {name: value[name] for name in _BASE if name != "force"} | {
        "withdrawn_by": made.withdrawn_by,
        "fields": {name: given for name, given in value.items() if name not in _BASE},
    }
