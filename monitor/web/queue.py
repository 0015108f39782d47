"""The queue: incidents that need a person, worst first."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from monitor.web.access import Act, Allowed, User
from monitor.web.pages import render
from monitor.web.parts import Web

router = APIRouter()


@router.get("/")
def queue(request: Request, web: Web, user: Annotated[User, Allowed(Act.SEE_QUEUE)]) -> HTMLResponse:
    return render(request, "queue.html")
