"""Telling a page that is open how much has changed. It is told, not changed: nothing moves under the reader's eyes."""

import asyncio
import threading
from collections.abc import AsyncIterator

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from monitor.store import DatabaseAway
from monitor.store.scope import Scope
from monitor.web.parts import Parts
from monitor.web.queue.address import View
from monitor.web.queue.live import LiveQueue
from monitor.web.words import counted

EVERY = 2.0  # seconds
PULSE = 15.0  # seconds after which silence is broken, so that nothing between takes the connection for dead
AT_MOST = 600.0  # seconds; the page then connects anew, and has to be signed in still


async def changes_told(
    request: Request, web: Parts, live: LiveQueue, view: View, scope: Scope, since: int
) -> AsyncIterator[str]:
    told, spoke, started = "", _now(), _now()
    stopping: threading.Event = request.app.state.stopping
    while _now() - started < AT_MOST and not stopping.is_set() and not await request.is_disconnected():
        line = await run_in_threadpool(_line, web, live, view, scope, since)
        if line and line != told:
            told, spoke = line, _now()
            yield f"data: {line}\n\n"
        elif _now() - spoke >= PULSE:
            spoke = _now()
            yield ": still here\n\n"
        await asyncio.sleep(EVERY)


def _line(web: Parts, live: LiveQueue, view: View, scope: Scope, since: int) -> str:
    try:
        changes = live.changes(view, scope, web.clock.now(), since, old=EVERY / 2)
    except DatabaseAway:
        return "The database does not answer at the moment; what you see may be old."
    if changes == 0:
        return ""
    what = "Much has changed" if changes is None else counted(changes, "change")
    href = view.address().replace("&", "&amp;")
    return f'{what} since this was shown. <a class="govuk-link" href="{href}">Show</a>'


def _now() -> float:
    return asyncio.get_running_loop().time()
