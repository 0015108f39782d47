"""Tables of what could not be read: what became of each dead letter, and which partitions are not read on for it."""

from sqlalchemy import BigInteger, Column, ColumnElement, Index, Integer, PrimaryKeyConstraint, Table, text

from monitor.store.instants import Instant
from monitor.store.tables import Name, metadata

# As the partial index has it, word for word: SQLite takes the index for nothing else.
OPEN: ColumnElement[bool] = text("state IN ('waiting', 'replayed')")  # type: ignore[assignment]


def _where(name: str, *columns: str, where: ColumnElement[bool]) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


_ABOUT: ColumnElement[bool] = text("ref IS NOT NULL")  # type: ignore[assignment]
_AGAIN: ColumnElement[bool] = text("first IS NOT NULL")  # type: ignore[assignment]

# The bytes stand on the topic of dead letters. Here is what the topic cannot tell: what was done with each.
dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Name, nullable=False),  # as in the letter's header `id`
    Column("topic", Name, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("reason", Name, nullable=False),
    Column("field", Name, nullable=True),
    Column("force", Name, nullable=True),
    Column("ref", Name, nullable=True),
    Column("at", Instant, nullable=False),  # broker time of the message
    Column("state", Name, nullable=False),
    Column("changes", Integer, nullable=False),  # of the state
    Column("state_at", Instant, nullable=True),  # wall clock
    Column("state_by", Name, nullable=True),
    Column("why", Name, nullable=True),
    Column("first", Name, nullable=True),  # of a letter that was sent again and is still unreadable: the first of them
    PrimaryKeyConstraint("id"),
    _where("dead_letters_open", "force", "reason", where=OPEN),
    _where("dead_letters_about", "force", "ref", where=_ABOUT),
    _where("dead_letters_again", "first", where=_AGAIN),
    sqlite_with_rowid=False,
)

letter_stops = Table(
    "letter_stops",
    metadata,
    Column("topic", Name, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("held_from", BigInteger, nullable=True),  # nothing from this offset on is merged; null: it is read on
    Column("free_to", BigInteger, nullable=True),  # below this offset no letter counts towards the limit
    Column("criterion", Name, nullable=False),  # run or share
    Column("letters", Integer, nullable=False),  # that the limit allowed, and one more would have been too many
    Column("since", Instant, nullable=False),  # wall clock
    PrimaryKeyConstraint("topic", "partition"),
    sqlite_with_rowid=False,
)
