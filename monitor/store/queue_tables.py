"""Tables of the queue: see queue.py."""

from sqlalchemy import BigInteger as Whole
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from monitor.store.instants import Instant
from monitor.store.tables import Name, metadata


def _standing(name: str, *columns: str) -> Index:
    """Those that left stay in the table, and would be read with every count."""
    condition: ColumnElement[bool] = text("NOT gone")  # type: ignore[assignment]
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


queue = Table(
    "queue",
    metadata,
    Column("force", Name, nullable=False),
    Column("ref", Name, nullable=False),
    Column("version", Whole, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("severity", SmallInteger, nullable=False),  # its rank
    Column("status", Text, nullable=False),
    Column("deadline", Instant, nullable=False),
    Column("concerns", Integer, nullable=False),  # bits
    Column("findings", Text, nullable=False),  # codes with spaces between
    Column("type", Text, nullable=False),  # the force's own code that the log bears now; may be empty
    Column("unit", Text, nullable=False),  # may be empty
    Column("channel", Text, nullable=False),
    Column("crime_refs", Text, nullable=False),  # lines
    Column("opened_as", Text, nullable=False, server_default=text("''")),  # the code that it bore first; may be empty
    Column("holder", Text, nullable=False, server_default=text("''")),  # the subject; empty: nobody
    PrimaryKeyConstraint("force", "ref"),
    Index("queue_by_version", "version"),
    _standing("queue_standing", "force"),
    sqlite_with_rowid=False,
)

queue_version = Table("queue_version", metadata, Column("version", Whole, nullable=False))  # one row
