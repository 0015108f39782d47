"""`/take/{force}/{ref}`: taking a case, handing it over, putting it back."""

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from monitor.links import incident_link
from monitor.store.audit import Deed
from monitor.store.casework import ChangedHands, UnknownCase, hand_over
from monitor.store.people import colleagues_of
from monitor.store.scope import Store
from monitor.web.access import WORKS_CASES, Act, Allowed, User
from monitor.web.errors import NotFound, PageError
from monitor.web.incident.looking import actor, case_key
from monitor.web.pages import render
from monitor.web.parts import Web

router = APIRouter()


class Do(StrEnum):
    TAKE = "take"
    HAND_OVER = "hand_over"
    PUT_BACK = "put_back"


_DEEDS = {Do.TAKE: "took", Do.HAND_OVER: "handed over", Do.PUT_BACK: "put back"}


@router.post("/take/{force}/{ref:path}")
def take(
    request: Request,
    web: Web,
    user: Annotated[User, Allowed(Act.TAKE)],
    force: str,
    ref: str,
    do: Annotated[Do, Form()],
    seen: Annotated[int, Form(ge=0, le=2**31)],
    colleague: Annotated[str, Form()] = "",
) -> Response:
    key = case_key(user, force, ref)
    to = {Do.TAKE: user.subject, Do.HAND_OVER: colleague, Do.PUT_BACK: None}[do]
    if do is Do.HAND_OVER:
        _must_be_colleague(web.store, key[0], colleague)
    try:
        hand_over(web.store, key, to, Deed(key[0], _DEEDS[do], actor(user), key[1]), seen)
    except UnknownCase:
        raise NotFound from None
    except ChangedHands as changed:
        context = {"ref": key[1], "back": incident_link("", *key), "name": changed.name, "since": changed.holder.since}
        return render(request, "changed_hands.html", HTTPStatus.CONFLICT, **context)
    return RedirectResponse(incident_link("", *key), HTTPStatus.SEE_OTHER)


def _must_be_colleague(store: Store, force: str, subject: str) -> None:
    if subject not in {each.subject for each in colleagues_of(store, force, WORKS_CASES)}:
        raise PageError("Choose a colleague who works on cases of this force. Nothing was changed.")
