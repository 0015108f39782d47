"""Times in the database: whole microseconds since 1970, UTC, in SQLite and in PostgreSQL alike.

One form in both means one set of comparisons, no session time zone, no loss, and no parsing of text in SQLite.
`to_timestamp(column / 1e6)` shows them in PostgreSQL, `datetime(column / 1000000, 'unixepoch')` in SQLite.
"""

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGINNING = datetime(1, 1, 3, tzinfo=UTC)  # the known time of a force of which nothing is known yet
_MICROSECOND = timedelta(microseconds=1)


def to_micros(at: datetime) -> int:
    return (at - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def wall_clock() -> datetime:
    """The machine's own time: when something was written. What is judged goes by the injected clock instead."""
    return from_micros(time.time_ns() // 1000)


class Instant(TypeDecorator[datetime]):
    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_micros(value)
