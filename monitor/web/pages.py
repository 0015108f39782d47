"""Templates, and what every page of them gets."""

from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.web import words
from monitor.web.access import signed_in
from monitor.web.address import own_address
from monitor.web.navigation import items_for
from monitor.web.parts import parts_of
from monitor.web.session import Session


def environment() -> Environment:
    templates = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(words.FILTERS)
    return templates


def render(request: Request, template: str, status: int = HTTPStatus.OK, **context: Any) -> HTMLResponse:
    """A template with `context` and what the layout needs: user, csrf_token, navigation, asset, now, path."""
    web = parts_of(request)
    session: Session = getattr(request.state, "session", Session())
    user = signed_in(session)
    common = {
        "user": user,
        "csrf_token": session.csrf,
        "navigation": items_for(user, request.url.path),
        "asset": web.assets.url,
        "now": web.clock.now(),
        "path": own_address(request),
        "development": web.settings.development_sign_in,
        "clock_stands_still": web.settings.clock is not None,
    }
    return HTMLResponse(web.templates.get_template(template).render(common | context), status)
