"""Whether it runs, and whether it can answer: for whatever keeps it running. Tells nothing else, to anybody."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from monitor.store import DatabaseAway
from monitor.store.queue import latest_version
from monitor.web.parts import Web

router = APIRouter(prefix="/health")


@router.get("/live")
def live() -> PlainTextResponse:
    return PlainTextResponse("alive\n")


@router.get("/ready")
def ready(web: Web) -> PlainTextResponse:
    try:
        latest_version(web.store)
    except DatabaseAway:
        return PlainTextResponse("the database does not answer\n", 503)
    return PlainTextResponse("ready\n")
