"""What guards every page: forged forms, foreign hosts, headers, and how often one may try to sign in."""

import hmac
import time
from collections import deque
from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.settings import Settings
from monitor.settings_web import is_loopback
from monitor.web.errors import FormExpired, TooMany
from monitor.web.session import Session, session_of

CSRF_FIELD = "csrf_token"
CSRF_HEADER = "x-csrf-token"
HEALTH_PATHS = ("/health/",)  # asked for by address, without the name that users know
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cache-control": "no-store",
}


def security_headers(settings: Settings) -> dict[str, str]:
    if not (settings.web_address or "").startswith("https://"):
        return _HEADERS
    return _HEADERS | {"strict-transport-security": "max-age=31536000; includeSubDomains"}


async def form_kept(request: Request) -> None:
    """Before anything is asked of the database: where that is away, what was sent can be offered to be sent again."""
    if request.method not in _SAFE_METHODS:
        form = await request.form()
        request.state.sent = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


async def csrf_checked(request: Request, session: Annotated[Session, Depends(session_of)]) -> None:
    """On every page's router: a request that changes something carries the session's token, as a field or header."""
    if request.method in _SAFE_METHODS:
        return
    given = request.headers.get(CSRF_HEADER) or (await request.form()).get(CSRF_FIELD)
    if not session.csrf or not isinstance(given, str) or not hmac.compare_digest(given.encode(), session.csrf.encode()):
        raise FormExpired


class SecurityHeaders:
    """Adds what is not there yet: an answer may say better."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._headers = app, security_headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class KnownHosts:
    """Refuses names that are not ours, so that no other site's name can be bent to this address."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._named = urlsplit(settings.web_address or "").hostname

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._takes(scope):
            await PlainTextResponse("This host name is not served here.\n", 421)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _takes(self, scope: Scope) -> bool:
        host = urlsplit("//" + Headers(scope=scope).get("host", "")).hostname or ""
        return host == self._named or is_loopback(host) or scope["path"].startswith(HEALTH_PATHS)


class Attempts:
    """So many a minute from one address; more are refused until the minute is over."""

    MOST_ADDRESSES = 10_000

    def __init__(self, a_minute: int = 30, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = a_minute, clock
        self._made: dict[str, deque[float]] = {}

    def count(self, address: str) -> None:
        """Raises TooMany."""
        now = self._clock()
        made = self._made.setdefault(address, deque())
        while made and now - made[0] >= 60:
            made.popleft()
        if len(made) >= self._most:
            raise TooMany(int(60 - (now - made[0])) + 1)
        made.append(now)
        if len(self._made) > self.MOST_ADDRESSES:
            self._made = {each: times for each, times in self._made.items() if times and now - times[-1] < 60}
