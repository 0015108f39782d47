"""`/changes/{force}/{ref}`: tells an incident page that is open what has happened to the incident since."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from monitor.links import incident_link
from monitor.store.decisions import Version
from monitor.store.glance import Glance, glance
from monitor.web.access import Act, Allowed, User
from monitor.web.errors import PageError
from monitor.web.incident.looking import case_key
from monitor.web.incident.offers import case_link
from monitor.web.incident.view import View
from monitor.web.incident.words import joined
from monitor.web.parts import Web
from monitor.web.telling import tell, with_link

router = APIRouter()


def changes_link(view: View) -> str:
    file = view.file
    return (
        f"{case_link('/changes', view.key)}?seen={file.version}&handovers={file.holder.changes}&due={file.state.due:d}"
    )


@router.get("/changes/{force}/{ref:path}")
def changes(
    request: Request,
    web: Web,
    user: Annotated[User, Allowed(Act.SEE_INCIDENT)],
    force: str,
    ref: str,
    seen: str,
    handovers: Annotated[int, Query(ge=0)],
    due: bool,
) -> StreamingResponse:
    key = case_key(user, force, ref)
    before = Glance(_version(seen), handovers, due)

    def line() -> str:
        now = glance(web.store, key)
        said = since(before, now, hands=user.may(Act.TAKE)) if now else ""
        return with_link(said, incident_link("", *key)) if said else ""

    return tell(request, line)


def since(before: Glance, now: Glance, hands: bool) -> str:
    """What happened between two looks, in a sentence. `hands`: also that the case changed hands."""
    if happened := [*_happened(before, now, hands)]:
        return f"Since this was shown, {joined(happened)}."
    return "It has been judged since, and its verdict is as it was." if before.due and not now.due else ""


def _happened(before: Glance, now: Glance, hands: bool) -> Iterator[str]:
    if now.version.revisions != before.version.revisions:
        yield "the log has a new revision"
    if now.version.decisions != before.version.decisions:
        yield "a decision was made"
    if now.version.change != before.version.change:
        yield "the verdict has changed"
    if hands and now.handovers != before.handovers:
        yield "the case has changed hands"


def _version(seen: str) -> Version:
    try:
        return Version.read(seen)
    except ValueError:
        raise PageError("This address is not one of a page that is open.") from None
