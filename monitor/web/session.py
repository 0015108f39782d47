"""Who a browser belongs to. The cookie holds a random token and nothing else; the rest lies in the database."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeAlias

import orjson
from fastapi import Depends, Request, Response

from monitor.store import DatabaseAway
from monitor.store.sessions import StoredSession, begin_session, end_session, read_session, session_seen
from monitor.web.parts import Parts, Web

IDLE = timedelta(hours=1)
AT_MOST = timedelta(hours=12)  # a shift
SIGNING_IN = timedelta(minutes=15)  # from the first form to being signed in
SEEN_AGAIN = timedelta(minutes=5)  # no page is worth a write each time
EVENT_STREAM = "text/event-stream"  # a page left open is nobody's presence


@dataclass(frozen=True)
class Session:
    token: str | None = None  # None: this browser has no session yet
    csrf: str = ""
    user: dict[str, Any] | None = None  # see access.User
    handshake: dict[str, Any] = field(default_factory=dict)  # what a sign-in under way must remember
    until: str | None = None  # ISO time after which no activity keeps the session alive


def session_of(request: Request, web: Web) -> Session:
    """The browser's session, read once a request."""
    known: Session | None = getattr(request.state, "session", None)
    if known is None:
        known = request.state.session = _read(request, web)
    return known


CurrentSession: TypeAlias = Annotated[Session, Depends(session_of)]


def begin(web: Parts, replaces: Session, **content: Any) -> Session:
    """A session under a new token: who knew the old one has no part in it. `hand_over` it with the answer."""
    now = web.wall.now()
    lasts = IDLE if content.get("user") else SIGNING_IN
    session = Session(
        token=secrets.token_urlsafe(32),
        csrf=secrets.token_urlsafe(32),
        until=(now + AT_MOST).isoformat(),
        **content,
    )
    stored = StoredSession(_packed(session), now, now + lasts)
    begin_session(web.store, _digest(session.token), stored, _digest(replaces.token) if replaces.token else None)
    return session


def hand_over(web: Parts, response: Response, session: Session) -> None:
    response.set_cookie(cookie_name(web), session.token or "", httponly=True, secure=_secure(web), samesite="lax")


def end(web: Parts, response: Response, session: Session) -> None:
    if session.token:
        end_session(web.store, _digest(session.token))
    response.delete_cookie(cookie_name(web), httponly=True, secure=_secure(web), samesite="lax")


def cookie_name(web: Parts) -> str:
    """With the prefix, browsers take it only over TLS and from this very host."""
    return "__Host-monitor" if _secure(web) else "monitor"


def _secure(web: Parts) -> bool:
    return (web.settings.web_address or "").startswith("https://")


def _read(request: Request, web: Parts) -> Session:
    token, now = request.cookies.get(cookie_name(web)), web.wall.now()
    stored = read_session(web.store, _digest(token), now) if token else None
    if token is None or stored is None:
        return Session()
    session = Session(token=token, **orjson.loads(stored.content))
    if session.user and EVENT_STREAM not in request.headers.get("accept", ""):
        _keep_alive(web, session, stored, now)
    return session


def _keep_alive(web: Parts, session: Session, stored: StoredSession, now: datetime) -> None:
    if now - stored.seen_at < SEEN_AGAIN or session.until is None:
        return
    try:
        expires = min(now + IDLE, datetime.fromisoformat(session.until))
        session_seen(web.store, _digest(session.token), now, expires)
    except DatabaseAway:  # busy with something that matters more: the next page tries again
        return


def _packed(session: Session) -> bytes:
    return orjson.dumps(
        {"csrf": session.csrf, "user": session.user, "handshake": session.handshake, "until": session.until}
    )


def _digest(token: str | None) -> bytes:
    return hashlib.sha256((token or "").encode()).digest()
