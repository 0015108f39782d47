"""Times in the database: whole microseconds since 1970, UTC, in SQLite and in PostgreSQL alike.

One form in both means one set of comparisons, no session time zone, no loss, and no parsing of text in SQLite.
`to_timestamp(column / 1e6)` shows them in PostgreSQL, `datetime(column / 1000000, 'unixepoch')` in SQLite.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Dialect
from sqlalchemy.types import UserDefinedType

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGINNING = datetime(1, 1, 3, tzinfo=UTC)  # the known time of a force of which nothing is known yet
UNTIMED = EPOCH  # for the broker time of a message that bears none, or one that is no time
_MICROSECOND = timedelta(microseconds=1)


def to_micros(at: datetime) -> int:
    return (at - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def optional_micros(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at)


def wall_clock() -> datetime:
    """The machine's own time: when something was written. What is judged goes by the injected clock instead."""
    return from_micros(time.time_ns() // 1000)


class Instant(UserDefinedType[datetime]):
    """A BIGINT that is a datetime in Python. No TypeDecorator: that costs a microsecond more a value."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "BIGINT"

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:
        return optional_micros

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], datetime | None]:
        return _optional_time

    @property
    def python_type(self) -> type[datetime]:
        return datetime


def _optional_time(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
