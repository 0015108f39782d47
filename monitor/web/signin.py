"""Signing in and out."""

from dataclasses import asdict
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from monitor.settings_web import is_loopback
from monitor.store import known_times
from monitor.telemetry.logs import get_logger
from monitor.web.access import ALL_FORCES, Role, User
from monitor.web.claims import user_of
from monitor.web.errors import NotFound, PageError
from monitor.web.navigation import items_for
from monitor.web.oidc import Handshake, Provider, SignInFailed
from monitor.web.pages import render
from monitor.web.parts import Parts, Web
from monitor.web.security import Attempts
from monitor.web.session import CurrentSession, Session, begin, end, hand_over

router = APIRouter()
log = get_logger(__name__)
_WHAT_ROLES_DO = (
    (Role.REGISTRAR, "Has the last word on recording; decides and reads the audit log."),
    (Role.BUREAU, "Works the queue and decides."),
    (Role.SUPERVISOR, "Reviews and decides."),
    (Role.DECISION_MAKER, "Decides, designated and independent of the investigation."),
    (Role.AUDITOR, "Reads everything, changes nothing."),
    (Role.OPERATIONS, "Sees the overview, no incidents."),
)


@router.get("/sign-in")
def sign_in_page(request: Request, web: Web, session: CurrentSession, next: str = "/") -> Response:  # noqa: A002
    if session.user:
        return RedirectResponse(local(next), 303)
    return _form(request, web, session, local(next))


def _form(request: Request, web: Parts, session: Session, wanted: str, problem: str = "") -> Response:
    """The form's token needs a session, though nobody is signed in yet."""
    if not session.token:
        attempts(request).count(address(request))
        session = request.state.session = begin(web, session)
    answer = render(
        request,
        "sign_in.html",
        400 if problem else 200,
        problem=problem,
        provider=bool(web.settings.oidc_issuer),
        next=wanted,
        roles=_WHAT_ROLES_DO,
        forces=sorted(known_times(web.store)) if web.settings.development_sign_in else [],
    )
    hand_over(web, answer, session)
    return answer


@router.get("/sign-in/start")
def leave_for_provider(
    request: Request,
    web: Web,
    session: CurrentSession,
    next: str = "/",  # noqa: A002
) -> Response:
    if session.user:  # whoever leads somebody here cannot sign them out
        return RedirectResponse(local(next), 303)
    attempts(request).count(address(request))
    handshake = Handshake.new(local(next))
    answer = RedirectResponse(provider(request).leave_for(handshake), 303)
    hand_over(web, answer, begin(web, session, handshake=asdict(handshake)))
    return answer


@router.get("/sign-in/back")
def back_from_provider(request: Request, web: Web, session: CurrentSession) -> Response:
    attempts(request).count(address(request))
    if not session.handshake:
        raise SignInFailed("It took too long, or was begun in another browser. Sign in again.")
    handshake = Handshake(**session.handshake)
    claims = provider(request).claims(handshake, dict(request.query_params))
    return welcome(web, session, user_of(claims, web.settings), handshake.next)


@router.post("/sign-in/development")
def development_sign_in(
    request: Request,
    web: Web,
    session: CurrentSession,
    name: Annotated[str, Form(max_length=100)] = "",
    role: Annotated[str, Form()] = "",
    force: Annotated[str, Form()] = ALL_FORCES,
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Only where it was asked for, and only from this machine."""
    if not web.settings.development_sign_in or not is_loopback(address(request)):
        raise NotFound
    attempts(request).count(address(request))
    if not name.strip() or role not in list(Role):
        return _form(request, web, session, local(next), "Enter a name and choose a role.")
    scope = None if force == ALL_FORCES else frozenset({force})
    user = User(f"development:{name.strip()}", name.strip(), frozenset({Role(role)}), scope)
    return welcome(web, session, user, local(next))


@router.post("/sign-out")
def sign_out(web: Web, session: CurrentSession) -> Response:
    answer = RedirectResponse("/signed-out", 303)
    end(web, answer, session)
    return answer


@router.get("/signed-out")
def signed_out(request: Request, session: CurrentSession) -> Response:
    """On a desk that people share, the provider should be left as well."""
    known: Provider | None = request.app.state.provider
    return render(request, "signed_out.html", good_bye=known.good_bye if known else None)


def welcome(web: Parts, session: Session, user: User, wanted: str) -> Response:
    """To the page that was asked for; from the root to the first that the user may open."""
    may_open = items_for(user, wanted)
    answer = RedirectResponse(may_open[0].href if wanted == "/" and may_open else wanted, 303)
    hand_over(web, answer, begin(web, session, user=user.to_json()))
    log.info("signed in", subject=user.subject, roles=[role.value for role in sorted(user.roles)])
    return answer


def local(wanted: str) -> str:
    """A page of ours, whatever the address says: nobody is sent elsewhere after signing in."""
    parts = urlsplit(wanted)
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if plain and wanted.isprintable() and "\\" not in wanted else "/"


def provider(request: Request) -> Provider:
    """Raises NotFound where there is none."""
    known: Provider | None = request.app.state.provider
    if known is None:
        raise NotFound
    return known


def attempts(request: Request) -> Attempts:
    found: Attempts = request.app.state.attempts
    return found


def address(request: Request) -> str:
    if request.client is None:
        raise PageError
    return request.client.host
