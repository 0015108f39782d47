"""Telling a page that is open what has changed. It is told, not changed: nothing moves under the reader's eyes."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from monitor.store import DatabaseAway
from monitor.web.session import EVENT_STREAM

EVERY = 2.0  # seconds
PULSE = 15.0  # seconds after which silence is broken, so that nothing between takes the connection for dead
AT_MOST = 600.0  # seconds; the page then connects anew, and has to be signed in still


def tell(request: Request, line: Callable[[], str]) -> StreamingResponse:
    """Server-sent events. `line` is asked, in a thread, for what to say now, as HTML; an empty one clears what was."""
    return StreamingResponse(_told(request, line), media_type=EVENT_STREAM)


def with_link(sentence: str, href: str) -> str:
    return f'{sentence} <a class="govuk-link" href="{href.replace("&", "&amp;")}">Show</a>'


async def _told(request: Request, line: Callable[[], str]) -> AsyncIterator[str]:
    told, spoke, started = "", _now(), _now()
    stopping: threading.Event = request.app.state.stopping
    while _now() - started < AT_MOST and not stopping.is_set() and not await request.is_disconnected():
        said = await run_in_threadpool(_said, line)
        if said != told:
            told, spoke = said, _now()
            yield f"data: {said}\n\n"
        elif _now() - spoke >= PULSE:
            spoke = _now()
            yield ": still here\n\n"
        await asyncio.sleep(EVERY)


def _said(line: Callable[[], str]) -> str:
    try:
        return line()
    except DatabaseAway:
        return "The database does not answer at the moment; what you see may be old."


def _now() -> float:
    return asyncio.get_running_loop().time()
