"""Where a page ends: opaque to callers, and no secret. What comes after it is found by key, whatever else arrives."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import Annotated

import orjson
from fastapi import Query

from monitor.store.bulk import Key
from monitor.web.api.problems import Refused

MOST, USUAL = 500, 100

Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many on a page.")]
Cursor = Annotated[str | None, Query(max_length=1500, description="`next` of the page before.")]


def after(cursor: str | None) -> Key:
    """The key that the page before ended with. Raises Refused."""
    if cursor is None:
        return "", ""
    return _read(cursor, str, str)


def after_number(cursor: str | None) -> int:
    return 0 if cursor is None else _read(cursor, int)[0]


def cursor_at(*place: str | int) -> str:
    return urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def _read(cursor: str, *kinds: type) -> tuple:  # type: ignore[type-arg]
    try:
        place = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (Error, ValueError):
        place = None
    if (
        not isinstance(place, list)
        or list(map(type, place)) != list(kinds)
        or any("\x00" in str(each) for each in place)
    ):
        raise Refused(400, "The cursor is none of ours", "Take it from `next` of the page before, as it stands there.")
    return tuple(place)
