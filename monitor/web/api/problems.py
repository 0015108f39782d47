"""Errors as `application/problem+json` (RFC 9457)."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from monitor.store import DatabaseAway
from monitor.telemetry.logs import get_logger
from monitor.web.api.callers import TokenNeeded
from monitor.web.errors import PageError, TooMany

_log = get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
AGAIN_SECONDS = 30


class Objection(BaseModel):
    sentence: str
    rule: str = Field(description="The rule and its page; may be empty.")


class Problem(BaseModel):
    """What went wrong, and what to do about it."""

    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] | None = Field(default=None, description="What of the request cannot be read.")
    against: list[Objection] | None = Field(default=None, description="Why a decision will not do what it is meant to.")


class Refused(PageError):  # noqa: N818 - named by what the caller sees
    """A problem with a status of its own, and what else it tells."""

    def __init__(self, status: int, title: str, sentence: str, **more: Any) -> None:
        super().__init__(sentence)
        self.status, self.title, self.more = status, title, more  # type: ignore[assignment]


def answer_problems(api: FastAPI) -> None:
    api.add_exception_handler(PageError, _page_error)
    api.add_exception_handler(RequestValidationError, _unreadable)
    api.add_exception_handler(HTTPException, http_problem)
    api.add_exception_handler(DatabaseAway, _database_away)
    api.add_exception_handler(Exception, _mistake)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the document: what may come beside the answer itself."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    named = {400: "The cursor is none of ours", 401: "No valid access token", 403: "The role does not allow it",
             404: "No such thing, or it is of another force", 409: "The incident has moved on since",
             415: "The body is no JSON", 422: "The request cannot be read, or is refused",
             428: "Say which version was looked at",
             429: "Too many bad tokens", 503: "The database or the provider does not answer"}  # fmt: skip
    return {status: {"description": named[status], "content": content} for status in statuses}


def _problem(
    status: int, title: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    body = Problem(title=title, status=status, detail=detail, **more).model_dump(exclude_none=True)
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def _page_error(request: Request, error: Any) -> JSONResponse:
    headers: dict[str, str] = {}
    if isinstance(error, TokenNeeded):
        headers["www-authenticate"] = 'Bearer error="invalid_token"' if "authorization" in request.headers else "Bearer"
    if isinstance(error, TooMany):
        headers["retry-after"] = str(error.seconds)
    elif error.status == 503:
        headers["retry-after"] = str(AGAIN_SECONDS)
    return _problem(int(error.status), error.title, error.sentence, headers, **getattr(error, "more", {}))


def _unreadable(_: Request, error: Any) -> JSONResponse:
    errors = [{"at": list(map(str, each["loc"])), "says": each["msg"]} for each in error.errors()]
    return _problem(422, "The request cannot be read", "See errors for what is wrong where.", errors=errors)


def http_problem(_: Request, error: Any) -> JSONResponse:
    titles = {404: "There is no such address", 405: "Not with this method"}
    title = titles.get(error.status_code, "The request cannot be answered")
    return _problem(error.status_code, title, "See openapi.json for what there is.", error.headers)


def _database_away(_: Request, error: Any) -> JSONResponse:
    sentence = "Nothing that was saved is lost, and nothing that was just sent was saved. Send it again."
    return _problem(503, "The database does not answer", sentence, {"retry-after": str(AGAIN_SECONDS)})


def _mistake(_: Request, error: Any) -> JSONResponse:
    _log.error("A request failed.", exc_info=error)
    return _problem(500, "Something went wrong here", "It is in the log. Nothing was saved by this request.")
