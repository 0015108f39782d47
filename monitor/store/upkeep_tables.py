"""Tables of what operators do to the store: what was purged, and which processes work with it."""

from sqlalchemy import BigInteger, Column, LargeBinary, PrimaryKeyConstraint, Table

from monitor.store.instants import Instant
from monitor.store.tables import Name, metadata

# Revisions that were received, and taken out by a purge: read again from a topic, they are repeats.
purged_revisions = Table(
    "purged_revisions",
    metadata,
    Column("force", Name, nullable=False),
    Column("ref", Name, nullable=False),
    Column("topic", Name, nullable=False),  # incidents or crime-records
    Column("revision", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # of the content as it was received
    Column("purged_at", Instant, nullable=False),  # wall clock
    PrimaryKeyConstraint("force", "ref", "topic", "revision", "digest"),
    sqlite_with_rowid=False,
)

# A process that writes here says so every few seconds; see presence.py.
presences = Table(
    "presences",
    metadata,
    Column("id", Name, nullable=False),
    Column("kind", Name, nullable=False),  # worker, web or rebuild
    Column("host", Name, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("judges_by", Name, nullable=False),  # rulebook and force mappings; may be empty
    Column("seen_at", Instant, nullable=False),  # by the database's clock
    PrimaryKeyConstraint("id"),
    sqlite_with_rowid=False,
)
