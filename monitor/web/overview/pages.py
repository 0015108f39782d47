"""`/overview`: for the bureau's wall, and for whoever has no Grafana."""

import threading
import time
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from monitor.store.overview import Outcomes, outcomes
from monitor.store.scope import Scope, Store
from monitor.web.access import Act, Allowed, User
from monitor.web.overview.figures import figures
from monitor.web.pages import render
from monitor.web.parts import Web
from monitor.web.queue.live import live_queue
from monitor.web.standstill import nobody_judges

router = APIRouter()
GOOD_FOR = 60.0  # seconds: what became of weeks of incidents is counted anew no more often
EVERY_SECONDS = 60  # the page asks for itself anew


class KeptOutcomes:
    """By scope; one reader counts while the others wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[Scope, tuple[float, Outcomes]] = {}

    def of(self, store: Store, scope: Scope) -> Outcomes:
        with self._lock:
            counted_at, found = self._found.get(scope, (float("-inf"), None))
            if found is None or time.monotonic() - counted_at > GOOD_FOR:
                found = outcomes(store, scope)
                self._found[scope] = time.monotonic(), found
            return found


@router.get("/overview")
def overview(request: Request, web: Web, user: Annotated[User, Allowed(Act.SEE_OVERVIEW)]) -> Response:
    kept: KeptOutcomes = request.app.state.outcomes
    found, now = kept.of(web.store, user.scope), web.clock.now()
    shown = figures(live_queue(request), found, user.scope, now, user.may(Act.SEE_QUEUE))
    return render(request, "overview.html", figures=shown, every=EVERY_SECONDS, stopped=nobody_judges(web))
