"""The queue's addresses."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from monitor.store import known_times
from monitor.store.audit import Deed, append
from monitor.web import telling
from monitor.web.access import Act, Allowed, User
from monitor.web.incident.looking import actor
from monitor.web.pages import render
from monitor.web.parts import Parts, Web
from monitor.web.queue.address import view_of
from monitor.web.queue.elsewhere import elsewhere
from monitor.web.queue.export import csv_lines
from monitor.web.queue.filters import filters_of
from monitor.web.queue.live import PAGE_ROWS, live_queue
from monitor.web.queue.shown import holder_names, in_words
from monitor.web.queue.turning import pages_of
from monitor.web.standstill import nobody_judges
from monitor.web.words import counted

router = APIRouter()
BEHIND = timedelta(minutes=30)  # a crime feed less late than this is not worth a line on every page


@router.get("/")
def queue(request: Request, web: Web, user: Annotated[User, Allowed(Act.SEE_QUEUE)]) -> Response:
    view, live = view_of(request.query_params.multi_items()), live_queue(request)
    found = live.find(view, user.scope, web.clock.now())
    return render(
        request,
        "queue.html",
        view=view,
        found=found,
        rows=in_words(web, live, found.rows),
        filters=filters_of(view, found, user.subject, holder_names(web, found.facets["holder"])),
        pages=pages_of(view, found.total, PAGE_ROWS),
        elsewhere=elsewhere(web, user, view, found),
        several_forces=len(found.facets["force"]) > 1,
        late_feeds=_late_feeds(web, user),
        stopped=nobody_judges(web),
        may_export=user.may(Act.EXPORT),
    )


@router.get("/queue/changes")
def changes(
    request: Request, web: Web, user: Annotated[User, Allowed(Act.SEE_QUEUE)], since: int = 0
) -> StreamingResponse:
    """Tells a queue that is open how many incidents of its view have changed."""
    view, live = view_of(request.query_params.multi_items()), live_queue(request)

    def line() -> str:
        changed = live.changes(view, user.scope, web.clock.now(), since, old=telling.EVERY / 2)
        if changed == 0:
            return ""
        what = "Much has changed" if changed is None else counted(changed, "change")
        return telling.with_link(f"{what} since this was shown.", view.address())

    return telling.tell(request, line)


@router.get("/queue.csv")
def export(request: Request, web: Web, user: Annotated[User, Allowed(Act.EXPORT)]) -> StreamingResponse:
    """All pages of a view, in its order."""
    view, live = view_of(request.query_params.multi_items()), live_queue(request)
    now = web.clock.now()
    rows = live.find(view, user.scope, now, rows=None).rows
    for force in sorted({row.force for row in rows}):
        append(web.store, Deed(force, "exported the queue", actor(user)))
    lines: Iterator[str] = csv_lines(web, live, rows)
    name = f"queue-{now:%Y%m%d-%H%M}.csv"
    return StreamingResponse(
        lines, media_type="text/csv; charset=utf-8", headers={"content-disposition": f'attachment; filename="{name}"'}
    )


def _late_feeds(web: Parts, user: User) -> list[tuple[str, object]]:
    """Forces whose crime records are known up to long ago only, and up to when (None: nothing is known yet)."""
    limit = web.clock.now() - BEHIND
    times = known_times(web.store)
    return [
        (force, known)
        for force, known in sorted(times.items())
        if user.sees(force) and (known is None or known < limit)
    ]
