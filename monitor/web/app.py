"""The application: parts, guards, pages, errors."""

import threading
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from monitor.clock import Clock, clock_from
from monitor.errors import UserError
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import load_mappings
from monitor.settings import Settings
from monitor.settings_web import is_loopback
from monitor.store import DatabaseAway
from monitor.store.scope import Store
from monitor.web.api.problems import http_problem
from monitor.web.api.service import PREFIX as PREFIX_OF_API
from monitor.web.api.service import create_api
from monitor.web.assets import PREFIX, STATIC, load_assets
from monitor.web.errors import Forbidden, NotFound, PageError, SignInNeeded, TooMany
from monitor.web.incident.matches import StoreMatcher
from monitor.web.oidc import Provider
from monitor.web.overview.pages import KeptOutcomes
from monitor.web.pages import environment, render
from monitor.web.parts import Parts, parts_of
from monitor.web.queue.live import LiveQueue
from monitor.web.security import Attempts, KnownHosts, SecurityHeaders, csrf_checked, form_kept, security_headers

# Modules with a `router`. Each is guarded against forged forms; each route names its act (see access).
PAGES = (
    "monitor.web.health",
    "monitor.web.signin",
    "monitor.web.queue.pages",
    "monitor.web.incident.pages",
    "monitor.web.incident.changes",
    "monitor.web.incident.taking",
    "monitor.web.decide.pages",
    "monitor.web.overview.pages",
    "monitor.web.audit",
)


def create_app(settings: Settings, store: Store, clock: Clock | None = None) -> FastAPI:
    """Raises UserError where the settings would let nobody in, or anybody."""
    check(settings)
    app = FastAPI(title="Recording compliance monitor", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.parts = Parts(
        settings=settings,
        store=store,
        clock=clock or clock_from(settings),
        rulebook=load_rulebook(settings.rulebook),
        mappings=load_mappings(settings.force_mappings),
        assets=load_assets(),
        templates=environment(),
    )
    app.state.stopping = threading.Event()  # what would go on for long ends when it is set
    app.state.attempts = Attempts()
    app.state.provider = Provider(settings) if settings.oidc_issuer else None
    app.state.outcomes = KeptOutcomes()
    app.state.queue = LiveQueue(store, app.state.parts.mappings)
    app.state.matcher = StoreMatcher(app.state.parts)
    app.add_middleware(KnownHosts, settings=settings)
    app.add_middleware(SecurityHeaders, settings=settings)  # the outermost: refusals carry the headers too
    app.mount(PREFIX.rstrip("/"), KeptForGood(directory=STATIC))
    if settings.oidc_api_audience:
        state = {name: getattr(app.state, name) for name in ("parts", "attempts", "provider")}
        app.mount(PREFIX_OF_API, create_api(state))
    for module in PAGES:
        app.include_router(import_module(module).router, dependencies=[Depends(form_kept), Depends(csrf_checked)])
    _answer_errors(app)
    return app


def check(settings: Settings) -> None:
    if settings.development_sign_in and not is_loopback(settings.web_host):
        raise UserError(
            "The development sign-in lets anybody in: use it with MONITOR_WEB_HOST=127.0.0.1 only, "
            "or turn MONITOR_DEVELOPMENT_SIGN_IN off."
        )
    if settings.development_sign_in and settings.web_address and not is_loopback(_host(settings.web_address)):
        raise UserError(
            "The development sign-in lets anybody in: it does not go with a MONITOR_WEB_ADDRESS that others reach."
        )
    if not settings.development_sign_in and not (settings.oidc_issuer and settings.oidc_client_id):
        raise UserError(
            "Nobody could sign in: set MONITOR_OIDC_ISSUER and MONITOR_OIDC_CLIENT_ID, "
            "or start with --development-sign-in on your own machine."
        )
    if settings.oidc_api_audience and not settings.oidc_issuer:
        raise UserError("MONITOR_OIDC_API_AUDIENCE needs MONITOR_OIDC_ISSUER: the API takes its tokens, and no others.")
    if settings.oidc_api_audience and settings.oidc_api_audience == settings.oidc_client_id:
        raise UserError(
            "MONITOR_OIDC_API_AUDIENCE must not be MONITOR_OIDC_CLIENT_ID: what proves a sign-in would open the API."
        )
    if settings.web_address is None and not is_loopback(settings.web_host):
        raise UserError("Set MONITOR_WEB_ADDRESS to the https:// address by which users reach the pages.")


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""


class KeptForGood(StaticFiles):
    """The names change with the content."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def _answer_errors(app: FastAPI) -> None:
    app.add_exception_handler(SignInNeeded, _to_sign_in)
    app.add_exception_handler(PageError, _page_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(DatabaseAway, _database_away)
    app.add_exception_handler(Exception, _mistake)


def _to_sign_in(request: Request, error: Any) -> Response:
    if request.headers.get("hx-request"):  # a part of a page cannot show the sign-in page: the whole page goes there
        return Response(status_code=204, headers={"hx-redirect": error.location})
    return RedirectResponse(error.location, 303)


def _page_error(request: Request, error: Any) -> HTMLResponse:
    answer = render(request, "error.html", error.status, title=error.title, sentence=error.sentence)
    if isinstance(error, TooMany):
        answer.headers["retry-after"] = str(error.seconds)
    return answer


def _http_error(request: Request, error: Any) -> Response:
    """What the framework itself refuses: no such page, or not with this method or these values."""
    if request.url.path.startswith(f"{PREFIX_OF_API}/"):  # of an address that is not even one of the API
        return http_problem(request, error)
    known: PageError = Forbidden("do this") if error.status_code == 403 else NotFound()
    return render(request, "error.html", error.status_code, title=known.title, sentence=known.sentence)


def _unreadable(request: Request, error: Any) -> Response:
    """An address or a form that no page of ours leads to."""
    return _page_error(request, PageError("Go back to the page before, load it again and try once more."))


def _database_away(request: Request, error: Any) -> HTMLResponse:
    sentence = "Nothing that was saved is lost, and nothing you just sent was saved. Try again in a minute."
    sent = getattr(request.state, "sent", [])
    answer = render(request, "error.html", 503, title="The database does not answer", sentence=sentence, again=sent)
    answer.headers["retry-after"] = "30"
    return answer


def _mistake(request: Request, error: Any) -> HTMLResponse:
    sentence = "Try again later. What you sent may not have been saved: look before you send it again."
    answer = render(request, "error.html", 500, title="Sorry, there is a problem with the service", sentence=sentence)
    answer.headers.update(security_headers(parts_of(request).settings))  # the framework answers past the middleware
    return answer
